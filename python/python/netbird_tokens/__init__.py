"""NetBird API tokens: list, create, inspect and revoke without losing one.

    from netbird_tokens import Client

    with Client.from_env() as client:  # NB_PAT, and NB_MANAGEMENT_URL for your own server
        for token in client.list_tokens():
            print(token.name, token.days_left())

See Client, and NetBirdError for what can go wrong. Requests are logged to logging.getLogger("netbird_tokens").
"""

# collections.abc re-exports it; importing that would load all of collections.
from _collections_abc import Sequence as _Sequence

from ._errors import (
    CallTimeoutError,
    CancelledError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ForbiddenError,
    InternalError,
    InvalidArgumentError,
    InvalidCredentialError,
    NetBirdError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    ServerError,
    TlsError,
    TransportError,
    UnauthorizedError,
    UnexpectedResponseError,
)
from ._native import CancelToken, Client, CreatedToken, Secret, Token, TokenList, User, UserList, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._check import CredentialCheck, CredentialKind, CredentialState

__all__ = [
    "CallTimeoutError",
    "CancelToken",
    "CancelledError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "CreatedToken",
    "CredentialCheck",
    "CredentialKind",
    "CredentialState",
    "ForbiddenError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidCredentialError",
    "NetBirdError",
    "NotFoundError",
    "OutcomeUnknownError",
    "RateLimitedError",
    "RejectedError",
    "Secret",
    "ServerError",
    "TlsError",
    "Token",
    "TokenList",
    "TransportError",
    "UnauthorizedError",
    "UnexpectedResponseError",
    "User",
    "UserList",
    "__version__",
]

# isinstance(tokens, Sequence) and `case [first, *rest]` work. (Sequence is an ABC; its published types do not say so.)
_Sequence.register(TokenList)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
_Sequence.register(UserList)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Loads on first use what takes longer than the rest of the package; see _check."""
        if name not in ("CredentialCheck", "CredentialKind", "CredentialState"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import _check

        return getattr(_check, name)
