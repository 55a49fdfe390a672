"""What Client.audit_tokens gives. Loaded when it is first needed: enum and dataclasses take longer than the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ._errors import NetBirdError
from ._native import Token, User
from ._plain import Plain


class TokenState(str, Enum):
    """What an audit says about a token. Each is also a str, such as "expiring"."""

    EXPIRED = "expired"
    """The server refuses it."""

    EXPIRING = "expiring"
    """It expires within the audit's expiring_within."""

    UNUSED = "unused"
    """It was last used longer ago than the audit's unused_for, or never used and created longer ago than that."""

    NEVER_USED = "never_used"
    """It was never used, and not created longer ago than the audit's unused_for."""

    HEALTHY = "healthy"
    """None of the others."""

    def __str__(self) -> str:
        return self.value

    # The same in all versions of Python, which disagree about an Enum that is a str.
    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)


@dataclass(frozen=True)
class AuditedToken(Plain):
    """A token and what the audit says about it. Immutable, compared by value, and can be pickled."""

    token: Token
    """The token."""

    state: TokenState
    """The first of the states that applies."""

    findings: tuple[TokenState, ...]
    """All states that apply, in order; empty for a healthy token."""

    reason: str
    """The state in words, for people, such as "expires in 3 days"."""


@dataclass(frozen=True)
class UserAudit(Plain):
    """One user's tokens. Immutable, compared by value (the error aside), and can be pickled."""

    user: User
    """The user."""

    tokens: tuple[AuditedToken, ...]
    """The user's tokens, in no particular order. Empty when there is an error."""

    error: NetBirdError | None = field(compare=False)
    """Why the user's tokens could not be listed."""

    as_of: datetime
    """The instant at which the states hold, by the server's clock. Timezone-aware, in UTC."""


@dataclass(frozen=True)
class AuditSummary(Plain):
    """An audit in numbers. Immutable, compared by value, and can be pickled."""

    users: int
    """Users whose tokens are requested: the credential's own user, and every service user that it may see."""

    audited: int
    """Users whose tokens were listed."""

    failed: int
    """Users whose tokens could not be listed; the result of each says why."""

    not_reached: int
    """Users whose result did not come before the audit ended: its time was over, or the server accepted no more requests. 0
    while it goes on.
    """

    other_people: int
    """Other people. The server shows a person's tokens to nobody else, so they are not requested."""

    tokens: int
    """Tokens found."""

    expired: int
    """Tokens whose state is "expired"."""

    expiring: int
    """Tokens whose state is "expiring"."""

    unused: int
    """Tokens whose state is "unused"."""

    never_used: int
    """Tokens whose state is "never_used"."""

    healthy: int
    """Tokens whose state is "healthy"."""

    is_complete: bool
    """Whether the audit has ended and every user has a result."""


for _class in (TokenState, AuditedToken, UserAudit, AuditSummary):
    # Users import them from there, so that is what pickles say.
    _class.__module__ = "netbird_tokens"
