"""NetBird API tokens: list, create, rotate, audit and revoke without losing one.

    from netbird_tokens import Client

    with Client.from_env() as client:  # NB_PAT, and NB_MANAGEMENT_URL for your own server
        for token in client.list_tokens():
            print(token.name, token.days_left())

See Client, AsyncClient for asyncio, start_login for people who log in, and NetBirdError for what can go wrong. Requests are logged to logging.getLogger("netbird_tokens").
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
from ._native import (
    Audit,
    CancelToken,
    Client,
    CreatedToken,
    Credential,
    DeviceLogin,
    LoginSession,
    Rotation,
    Secret,
    Token,
    TokenList,
    User,
    UserList,
    __version__,
    start_login,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_audit import AsyncAudit
    from ._async_client import AsyncClient
    from ._async_login import AsyncDeviceLogin, start_login_async
    from ._async_rotation import AsyncRotation
    from ._audit import AuditedToken, AuditSummary, TokenState, UserAudit
    from ._check import CredentialCheck, CredentialKind, CredentialState
    from ._names import ErrorKind, Role, UserStatus
    from ._options import ClientOptions, ConnectionOptions
    from ._rotation import RotationRecord

__all__ = [
    "AsyncAudit",
    "AsyncClient",
    "AsyncDeviceLogin",
    "AsyncRotation",
    "Audit",
    "AuditSummary",
    "AuditedToken",
    "CallTimeoutError",
    "CancelToken",
    "CancelledError",
    "Client",
    "ClientOptions",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionOptions",
    "CreatedToken",
    "Credential",
    "CredentialCheck",
    "CredentialKind",
    "CredentialState",
    "DeviceLogin",
    "ErrorKind",
    "ForbiddenError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidCredentialError",
    "LoginSession",
    "NetBirdError",
    "NotFoundError",
    "OutcomeUnknownError",
    "RateLimitedError",
    "RejectedError",
    "Role",
    "Rotation",
    "RotationRecord",
    "Secret",
    "ServerError",
    "TlsError",
    "Token",
    "TokenList",
    "TokenState",
    "TransportError",
    "UnauthorizedError",
    "UnexpectedResponseError",
    "User",
    "UserAudit",
    "UserList",
    "UserStatus",
    "__version__",
    "start_login",
    "start_login_async",
]

# isinstance(tokens, Sequence) and `case [first, *rest]` work. (Sequence is an ABC; its published types do not say so.)
_Sequence.register(TokenList)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
_Sequence.register(UserList)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

if not TYPE_CHECKING:
    _LATER = {
        "AsyncAudit": "_async_audit",
        "AsyncClient": "_async_client",
        "AsyncDeviceLogin": "_async_login",
        "AsyncRotation": "_async_rotation",
        "AuditSummary": "_audit",
        "AuditedToken": "_audit",
        "ClientOptions": "_options",
        "ConnectionOptions": "_options",
        "CredentialCheck": "_check",
        "CredentialKind": "_check",
        "CredentialState": "_check",
        "ErrorKind": "_names",
        "Role": "_names",
        "RotationRecord": "_rotation",
        "TokenState": "_audit",
        "UserAudit": "_audit",
        "UserStatus": "_names",
        "start_login_async": "_async_login",
    }

    def __getattr__(name):
        """Loads on first use what takes longer than the rest of the package."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
