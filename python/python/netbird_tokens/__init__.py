"""NetBird API tokens: list, create, inspect and revoke without losing one.

    from netbird_tokens import Client

    with Client.from_env() as client:  # NB_PAT, and NB_MANAGEMENT_URL for a server of one's own
        for token in client.list_tokens():
            print(token.name, token.days_left())

See Client, and NetBirdError for what can go wrong. Requests are logged to logging.getLogger("netbird_tokens").
"""

# What collections.abc re-exports; importing that would load the whole of collections.
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
from ._native import Client, CreatedToken, Secret, Token, TokenList, User, UserList, __version__

__all__ = [
    "CallTimeoutError",
    "CancelledError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "CreatedToken",
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
