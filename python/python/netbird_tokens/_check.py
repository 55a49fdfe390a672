"""What Client.check_credential returns. Loaded when it is first needed: enum and dataclasses take longer than the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ._errors import NetBirdError
from ._native import Token, User
from ._plain import Plain


class CredentialState(str, Enum):
    """How the server treats a credential. Each is also a str, such as "working"."""

    WORKING = "working"
    """It authenticates, and its user may use the API."""

    UNKNOWN = "unknown"
    """The server does not know this PAT: it was revoked, or belongs to another server."""

    REFUSED = "refused"
    """The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than that
    it is not accepted.
    """

    BLOCKED = "blocked"
    """It authenticates, but an administrator has blocked its user."""

    PENDING_APPROVAL = "pending_approval"
    """It authenticates, but its user is waiting for an administrator's approval."""

    FORBIDDEN = "forbidden"
    """It authenticates, but the role of its user may not even request who it is."""

    def __str__(self) -> str:
        return self.value

    # The same in all versions of Python, which disagree about an Enum that is a str.
    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)


class CredentialKind(str, Enum):
    """Whether a credential is a PAT or a JWT. Each is also a str, such as "pat"."""

    PAT = "pat"
    """A personal access token."""

    BEARER = "bearer"
    """A JWT from the account's identity provider."""

    def __str__(self) -> str:
        return self.value

    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)


@dataclass(frozen=True)
class CredentialCheck(Plain):
    """What is known about a credential.

    Immutable, compared by value (the error aside), and can be pickled.
    """

    state: CredentialState
    """Whether it works, and why not."""

    kind: CredentialKind
    """Whether it is a PAT or a JWT."""

    user: User | None
    """Whose it is. Known if it works."""

    token: Token | None
    """Which of the user's tokens it is. None for a JWT, for a role that may not list its own tokens, and where nothing proves
    it: another token was used at the same time, or the server's clock is too coarse. Its last_used is the check itself.
    """

    expires_at: datetime | None
    """When it stops working: for a PAT if token is known, for a JWT if it says so. Timezone-aware, in UTC."""

    error: NetBirdError | None = field(compare=False)
    """What the server said about one that does not work."""


for _class in (CredentialState, CredentialKind, CredentialCheck):
    # Users import them from there, so that is what pickles say.
    _class.__module__ = "netbird_tokens"
