"""Names that a server or the library uses, as enums. Loaded when they are first needed: enum takes longer than the package."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


class _Open(str, Enum):
    """An enum whose members are also str. An unknown text becomes a member named OTHER, which keeps the text."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        other = str.__new__(cls, value)
        other._name_ = "OTHER"
        other._value_ = value
        return other

    @property
    def is_known(self) -> bool:
        """Whether this version of the library knows the text."""
        return self._name_ != "OTHER"

    def __str__(self) -> str:
        return str(self.value)

    # The same in all versions of Python, which disagree about an Enum that is a str.
    def __format__(self, format_spec: str) -> str:
        return format(str(self.value), format_spec)


class Role(_Open):
    """What a user may do. Each is also a str, such as "owner". Role("new") is a role that a newer server adds: it keeps the
    text, is named OTHER, and its is_known is False.
    """

    OWNER = "owner"
    ADMIN = "admin"
    NETWORK_ADMIN = "network_admin"
    AUDITOR = "auditor"
    USER = "user"
    BILLING_ADMIN = "billing_admin"


class UserStatus(_Open):
    """Whether a user can log in. Each is also a str, such as "active". One that a newer server adds keeps its text, is named
    OTHER, and its is_known is False.
    """

    ACTIVE = "active"
    INVITED = "invited"
    BLOCKED = "blocked"


class ErrorKind(_Open):
    """What went wrong: the values of NetBirdError.kind. Each is also a str, such as "not_found". One of a newer version of the
    library keeps its text, is named OTHER, and its is_known is False.
    """

    INVALID_ARGUMENT = "invalid_argument"
    INVALID_CREDENTIAL = "invalid_credential"
    CONFIGURATION = "configuration"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRANSPORT = "transport"
    UNEXPECTED_RESPONSE = "unexpected_response"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


for _class in (Role, UserStatus, ErrorKind):
    # Users import them from there, so that is what pickles say.
    _class.__module__ = "netbird_tokens"
