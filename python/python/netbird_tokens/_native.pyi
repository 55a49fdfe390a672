"""What the compiled module defines. Users import it from netbird_tokens."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Literal, NoReturn, SupportsIndex, TypeAlias, TypeVar, final, overload

from typing_extensions import Self, Unpack

from ._audit import AuditSummary, UserAudit
from ._check import CredentialCheck, CredentialKind
from ._errors import NetBirdError
from ._names import Role, UserStatus
from ._options import ConnectionOptions
from ._rotation import RotationRecord

__all__ = [
    "Audit",
    "AwaitedCall",
    "CancelToken",
    "Client",
    "CreatedToken",
    "Credential",
    "DeviceLogin",
    "LoginSession",
    "MockServer",
    "Rotation",
    "Secret",
    "Token",
    "TokenList",
    "User",
    "UserList",
    "__version__",
    "error_kinds",
    "restore_token",
    "restore_tokens",
    "restore_user",
    "restore_users",
    "run_command",
    "start_login",
    "vocabulary",
]

__version__: Final[str]

def error_kinds() -> list[tuple[int, str, str]]:
    """Every kind of error as (code, name, class). For the package's own tests."""

def vocabulary() -> tuple[list[tuple[str, list[str]]], list[str], list[str], list[tuple[str, list[str]]]]:
    """The core's names: operations with their arguments, the options of a client and of a login, and the values of each enum. For
    the package's own tests.
    """

def run_command(program: list[str], arguments: list[str]) -> int:
    """Runs the command netbird-tokens.

    It uses the process's own standard streams and handles SIGINT and SIGTERM itself.

    Args:
        program: The words that start the command again.
        arguments: The command's name and its arguments.

    Returns:
        The exit status.
    """

def start_login(
    management_url: str | None = None,
    *,
    issuer: str | None = None,
    client_id: str | None = None,
    audience: str | None = None,
    scope: str | None = None,
    endpoint_host: str | None = None,
    from_env: bool = False,
    cancel: CancelToken | None = None,
    **options: Unpack[ConnectionOptions],
) -> DeviceLogin:
    """Begins to log a person in by the OAuth2 device flow (RFC 8628).

    Show the person verification_uri_complete, or verification_uri and user_code, and then call wait() for the session, which a
    client takes as its credential:

        login = start_login("https://netbird.example.com")
        print("Open", login.verification_uri, "and enter", login.user_code)
        client = Client(credential=login.wait())

    Asks the identity provider for its document and for a code, within timeout. A server with the embedded identity provider
    needs no other argument than its URL. Ctrl-C on the main thread ends the call within 100 ms.

    Args:
        management_url: Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io.
        issuer: The identity provider's URL. Default: the management URL and /oauth2, where the embedded one is.
        client_id: The client that the identity provider knows this program as, a public one that may use the device flow.
            Default: netbird-cli, which the embedded one has.
        audience: The audience to ask for, where the identity provider needs one. Default: none is sent.
        scope: What to ask for, separated by spaces. Without openid a login fails; without offline_access the session cannot be
            refreshed. Default: openid profile email offline_access.
        endpoint_host: One host besides the issuer's on which the identity provider may have endpoints. Default: none.
        from_env: Whether NB_MANAGEMENT_URL, then NETBIRD_API_URL, apply where management_url is not given. No credential is read
            from the environment. Default: False.
        cancel: A CancelToken that ends this call, and the polls and waits of the login. Default: none.
        **options: Those of Client. pat, bearer, credential, token_file and on_unknown do not apply and are refused.

    Returns:
        A DeviceLogin.

    Raises:
        InvalidArgumentError: An option has a value that cannot be used, or does not apply.
        UnexpectedResponseError: The identity provider's document is missing, names endpoints on another host or in clear text,
            or offers no device flow.
        RejectedError: The identity provider refuses the client, the scope or the audience.
        ConfigurationError: The environment, a proxy or the CA cannot be used.
    """

# Whole seconds since 1970 and nanoseconds.
_Time: TypeAlias = tuple[int, int]
_TokenState: TypeAlias = tuple[str, str, _Time, _Time, str, _Time | None, str]
_UserState: TypeAlias = tuple[str, str, str, str, str, bool, bool, bool, bool, _Time | None]

def restore_token(state: _TokenState, /) -> Token:
    """Builds a pickled Token again."""

def restore_tokens(states: list[_TokenState], /) -> TokenList:
    """Builds a pickled TokenList again."""

def restore_user(state: _UserState, /) -> User:
    """Builds a pickled User again."""

def restore_users(states: list[_UserState], /) -> UserList:
    """Builds a pickled UserList again."""

@final
class Secret:
    """A secret text, such as that of a new token.

    It shows as nbp_**** wherever it is printed, formatted or logged, and it cannot be pickled. Two are compared in constant
    time; a secret never equals a str, and cannot be a key of a dict. Its memory is wiped when the last reference is gone.
    What expose() returns is an ordinary str, which Python does not wipe.

    Args:
        text: The text.
    """

    def __new__(cls, text: str, /) -> Self: ...
    def expose(self) -> str:
        """The text. Keep it out of logs."""

    def __format__(self, format_spec: str) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Credential:
    """A credential that was checked offline: a PAT or a JWT. The option credential of a client takes it.

    It shows as a mask wherever it is printed, and it cannot be pickled.
    """

    @staticmethod
    def pat(text: str | Secret, /) -> Credential:
        """A personal access token.

        Args:
            text: The PAT, as str or Secret.

        Raises:
            InvalidCredentialError: It cannot be one.
        """

    @staticmethod
    def bearer(text: str | Secret, /) -> Credential:
        """A JWT from the account's identity provider.

        Args:
            text: The JWT, as str or Secret.

        Raises:
            InvalidCredentialError: It cannot be one.
        """

    @staticmethod
    def detect(text: str | Secret, /) -> Credential:
        """A PAT or a JWT as people paste it.

        Args:
            text: The credential, as str or Secret.

        Raises:
            InvalidCredentialError: It cannot be one.
        """

    @property
    def kind(self) -> CredentialKind:
        """Whether it is a PAT or a JWT."""

    @property
    def expires_at(self) -> datetime | None:
        """When a JWT says that it expires. None for a PAT, which does not say."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class CancelToken:
    """Ends calls from another thread. Client.with_cancel and start_login take it.

    It can be shared by any number of clients, logins and threads. Once cancelled it stays cancelled.
    """

    def __new__(cls) -> Self: ...
    def cancel(self) -> None:
        """Ends the calls of every client and login that was made with it, within 50 ms, with a CancelledError.

        It does not wait for them, and may be called from any thread and from a signal handler. A call whose result is
        ready by then returns it.
        """

    @property
    def is_cancelled(self) -> bool:
        """Whether cancel() was called."""

    def __reduce__(self) -> NoReturn: ...

@final
class DeviceLogin:
    """A login that waits for a person's approval. start_login makes it.

    Its methods may be called from any number of threads, and in a forked child; the server is asked no more often for that.
    Letting go of it leaves a code that expires unused. It cannot be pickled.
    """

    @property
    def verification_uri(self) -> str:
        """The page that the person opens, in any browser, on any machine. Safe to print and to open."""

    @property
    def verification_uri_complete(self) -> str | None:
        """The same page with the code filled in, for a link or a QR code. None if the identity provider gives none."""

    @property
    def user_code(self) -> str:
        """The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves."""

    @property
    def expires_at(self) -> datetime:
        """Until when the person can approve, by this machine's clock."""

    @property
    def interval(self) -> float:
        """How often the server may be asked, in seconds: 5, unless it said otherwise. It grows when the server asks for that."""

    def poll(self) -> LoginSession | None:
        """Asks the server whether the person has decided, if the interval has passed since the last time; otherwise nothing is
        sent. For programs with a loop of their own.

        An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.

        Returns:
            A LoginSession. None while nothing was decided.

        Raises:
            ForbiddenError: The login was denied.
            CallTimeoutError: Nobody approved it in time.
            RejectedError: The identity provider refuses it for another reason.
            UnexpectedResponseError: The answer cannot be used.
        """

    def wait(self) -> LoginSession:
        """Polls until the person has decided or the code has expired, whatever the option timeout says, which limits each request.

        Ctrl-C on the main thread ends the wait within 100 ms, and the CancelToken within 50 ms. The login can then be waited for
        again, and a session that came at that moment is not lost.

        Returns:
            A LoginSession.

        Raises:
            ForbiddenError: The login was denied.
            CallTimeoutError: Nobody approved it in time.
            RejectedError: The identity provider refuses it for another reason.
            UnexpectedResponseError: An answer cannot be used.
        """

    def with_cancel(self, token: CancelToken) -> DeviceLogin:
        """The same login, whose polls and waits end with CancelledError once the token is cancelled, by any thread.

        Args:
            token: The CancelToken.

        Returns:
            A DeviceLogin. The login itself goes on.
        """

    def __reduce__(self) -> NoReturn: ...

@final
class LoginSession:
    """What a login gives: tokens of the person who approved it. The option credential of a client takes it.

    A client with it refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30 seconds
    before its expiry) starts one refresh for all threads and clients, in the background, and no call waits for it. A refresh that
    fails changes nothing: the token is used until it expires, and then calls raise UnauthorizedError, whose message says to log
    in again. What becomes of a refresh is logged.

    It shows no secret wherever it is printed, and it cannot be pickled: export() gives a text for another process. A copy is the
    same session. In a forked child it refreshes for itself; where the identity provider accepts a refresh token once, only one of
    the two processes can do so.
    """

    @staticmethod
    def restore(
        text: str | Secret,
        management_url: str | None = None,
        *,
        from_env: bool = False,
        **options: Unpack[ConnectionOptions],
    ) -> LoginSession:
        """Takes up a session that export() gave, perhaps in another process. Nothing is sent.

        Args:
            text: What export() gave, as str or Secret.
            management_url: The session's server, if it is to be checked. Default: the session's.
            from_env: Whether NB_MANAGEMENT_URL, then NETBIRD_API_URL, apply where management_url is not given. Default: False.
            **options: Those of Client, for the refreshes. pat, bearer, credential, token_file and on_unknown do not apply and are
                refused.

        Returns:
            A LoginSession.

        Raises:
            InvalidArgumentError: The text is not a session, it is for another server, or an option cannot be used.
            ConfigurationError: The environment, a proxy or the CA cannot be used.
        """

    @property
    def credential(self) -> Credential:
        """A credential that follows the session's refreshes. A client takes the session itself, too."""

    @property
    def expires_at(self) -> datetime:
        """When the token that the session has now expires, by this machine's clock."""

    @property
    def management_url(self) -> str:
        """The server that it is for, without /api and without a trailing slash. A client of another one refuses it."""

    @property
    def issuer(self) -> str:
        """The identity provider that it came from, without a trailing slash."""

    @property
    def needs_refresh(self) -> bool:
        """Whether the token is close to its expiry and can be refreshed, so that calls start a refresh. A program that ends soon
        calls refresh() then, and exports the session again.
        """

    def export(self) -> Secret:
        """The session as it is now, as JSON text for restore().

        Whoever has it can act as the person: keep it in the system's keyring, or in a file that only its owner can read. Export it
        again after a refresh: the refresh token may be another one, and the old one worth nothing.

        Returns:
            A Secret.
        """

    def refresh(self) -> None:
        """Refreshes now, or waits for the refresh that is under way: at most as long as the option timeout of the login, and at most
        30 seconds. Whatever happens, the session keeps a token.

        Ctrl-C on the main thread and a CancelToken end the wait, and the refresh goes on.

        Raises:
            UnauthorizedError: The identity provider has ended the session: log in again.
            InvalidArgumentError: The session has no refresh token.
        """

    def refresh_async(self) -> Coroutine[Any, Any, None]:
        """The same for asyncio. Cancelling the task ends the wait, and the refresh goes on.

        Returns:
            What can be awaited.
        """

    def with_cancel(self, token: CancelToken) -> LoginSession:
        """The same session, whose refresh() ends with CancelledError once the token is cancelled, by any thread.

        Args:
            token: The CancelToken.

        Returns:
            A LoginSession.
        """

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Token:
    """A personal access token as the server describes it, without its secret.

    Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
    read. Datetimes are timezone-aware, in UTC, truncated to microseconds; an instant that a datetime cannot hold (RFC 3339
    can write some around the years 1 and 9999 with an offset) becomes the nearest one.

    Build one in your tests. What repr() shows builds an equal one.

    Args:
        id: See the attribute of that name, as for the others.
        name: The name.
        expiration_date: A timezone-aware datetime, or RFC 3339 as str.
        created_at: The same.
        created_by: The creator's user id.
        last_used: The same as the dates, or None.
        user_id: The owner's user id.
    """

    def __new__(
        cls,
        *,
        id: str,
        name: str,
        expiration_date: datetime | str,
        created_at: datetime | str,
        created_by: str,
        last_used: datetime | str | None = None,
        user_id: str,
    ) -> Self: ...
    __match_args__: ClassVar[
        tuple[
            Literal["id"],
            Literal["name"],
            Literal["expiration_date"],
            Literal["created_at"],
            Literal["created_by"],
            Literal["last_used"],
            Literal["user_id"],
        ]
    ]
    @property
    def id(self) -> str:
        """The token's id, 20 characters chosen by the server. Not a secret."""

    @property
    def name(self) -> str:
        """The name it was given; not unique."""

    @property
    def expiration_date(self) -> datetime:
        """When it stops working."""

    @property
    def created_at(self) -> datetime:
        """When it was created."""

    @property
    def created_by(self) -> str:
        """The id of the user who created it, which need not be the one who owns it."""

    @property
    def last_used(self) -> datetime | None:
        """When it last authenticated a request; None for never. Reading a token with that same token counts as a use."""

    @property
    def user_id(self) -> str:
        """The id of the user who owns it: the one whose tokens were requested."""

    def is_expired(self, now: datetime | None = None) -> bool:
        """Whether the server refuses it at an instant.

        Args:
            now: A timezone-aware datetime; None for the present.

        Raises:
            InvalidArgumentError: now has no time zone.
        """

    def days_left(self, now: datetime | None = None) -> int:
        """Whole days of 24 hours until it expires, rounded down: 0 on the last day, negative once expired.

        Args:
            now: A timezone-aware datetime; None for the present.

        Raises:
            InvalidArgumentError: now has no time zone.
        """

    def as_dict(self) -> dict[str, Any]:
        """The token as plain data.

        Returns:
            A dict with the attributes under their names.
        """

    def replace(self, **changes: Any) -> Self:
        """The same token with other values for some attributes. Also copy.replace(), from Python 3.13 on.

        Args:
            **changes: The attributes to change.
        """

    def __replace__(self, **changes: Any) -> Self: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[_TokenState]]: ...

@final
class CreatedToken:
    """A token that was just created. Its secret is shown only once.

    Build one in your tests. It cannot be pickled, and as_dict() does not show the secret.

    Args:
        token: The Token.
        plain_token: Its secret, as str or Secret.
    """

    def __new__(cls, *, token: Token, plain_token: str | Secret) -> Self: ...
    __match_args__: ClassVar[tuple[Literal["token"], Literal["plain_token"]]]
    @property
    def token(self) -> Token:
        """The token, as the server describes it."""

    @property
    def plain_token(self) -> Secret:
        """The secret, which authenticates. Store it now: the server never shows it again."""

    def as_dict(self) -> dict[str, Any]:
        """The token as plain data. The secret is shown as nbp_****.

        Returns:
            A dict with the attributes under their names.
        """

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class User:
    """A person or a service user of the NetBird account, as the server describes it.

    Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
    read. Datetimes are timezone-aware, in UTC, truncated to microseconds.

    Build one in your tests. What repr() shows builds an equal one.

    Args:
        id: See the attribute of that name, as for the others.
        name: The display name.
        email: The email address.
        role: The role.
        status: The status.
        is_current: Whether the credential in use is this user's.
        is_service_user: Whether it is a service user.
        is_blocked: Whether an administrator has blocked it.
        pending_approval: Whether it is waiting for an administrator's approval.
        last_login: A timezone-aware datetime, RFC 3339 as str, or None.
    """

    def __new__(
        cls,
        *,
        id: str,
        name: str,
        email: str,
        role: str,
        status: str,
        is_current: bool,
        is_service_user: bool,
        is_blocked: bool,
        pending_approval: bool,
        last_login: datetime | str | None = None,
    ) -> Self: ...
    __match_args__: ClassVar[tuple[Literal["id"], Literal["name"], Literal["email"], Literal["role"]]]
    @property
    def id(self) -> str:
        """The user id, as token calls take it."""

    @property
    def name(self) -> str:
        """The display name; not unique."""

    @property
    def email(self) -> str:
        """The email address; empty for a service user."""

    @property
    def role(self) -> Role:
        """owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds. A Role, which is a str."""

    @property
    def status(self) -> UserStatus:
        """active, invited, blocked, or one that a newer server adds. A UserStatus, which is a str."""

    @property
    def is_current(self) -> bool:
        """Whether the credential in use is this user's."""

    @property
    def is_service_user(self) -> bool:
        """Whether it is a service user."""

    @property
    def is_blocked(self) -> bool:
        """Whether an administrator has blocked it."""

    @property
    def pending_approval(self) -> bool:
        """Whether it is waiting for an administrator's approval."""

    @property
    def last_login(self) -> datetime | None:
        """When it last logged in; None for never. Service users never log in."""

    def as_dict(self) -> dict[str, Any]:
        """The user as plain data.

        Returns:
            A dict with the attributes under their names.
        """

    def replace(self, **changes: Any) -> Self:
        """The same user with other values for some attributes. Also copy.replace(), from Python 3.13 on.

        Args:
            **changes: The attributes to change.
        """

    def __replace__(self, **changes: Any) -> Self: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[_UserState]]: ...

@final
class TokenList(Sequence[Token]):
    """An immutable sequence of tokens, in no particular order.

    It indexes, slices, iterates and compares like a list (also with one, as in tokens == []), and can be pickled. Each
    Token is made when it is requested; a slice shares the memory of its list.
    """

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Token: ...
    @overload
    def __getitem__(self, index: slice, /) -> TokenList: ...
    def __iter__(self) -> Iterator[Token]: ...
    def __reversed__(self) -> Iterator[Token]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def count(self, value: Any, /) -> int:
        """How many items equal value.

        Args:
            value: The item to look for.
        """

    def index(self, value: Any, start: int = 0, stop: int | None = None, /) -> int:
        """The index of the first item that equals value.

        Args:
            value: The item to look for.
            start: The first index to look at.
            stop: The index before which to stop; None for the end.

        Raises:
            ValueError: There is no such item.
        """

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[list[_TokenState]]]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class UserList(Sequence[User]):
    """An immutable sequence of users.

    It indexes, slices, iterates and compares like a list, and can be pickled. Each User is made when it is requested.
    """

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> User: ...
    @overload
    def __getitem__(self, index: slice, /) -> UserList: ...
    def __iter__(self) -> Iterator[User]: ...
    def __reversed__(self) -> Iterator[User]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def count(self, value: Any, /) -> int:
        """How many items equal value.

        Args:
            value: The item to look for.
        """

    def index(self, value: Any, start: int = 0, stop: int | None = None, /) -> int:
        """The index of the first item that equals value.

        Args:
            value: The item to look for.
            start: The first index to look at.
            stop: The index before which to stop; None for the end.

        Raises:
            ValueError: There is no such item.
        """

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[list[_UserState]]]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Client:
    """A client of one NetBird server.

    Calls block, with the GIL released, and may be made from any number of threads at once and in parent and child after a
    fork. Nothing is sent before the first call. Every error is a NetBirdError, except TypeError for an argument of the
    wrong type.

    Ctrl-C ends a call on the main thread within 100 ms with KeyboardInterrupt; where a write was under way, its __cause__
    says what that means. To end calls on other threads, use with_cancel.

    Use the client in a with statement, or call close() when done.

    All options are keyword-only; None means the default. Times are seconds (float or int) or a timedelta.

    Args:
        pat: A personal access token, as str or Secret. Give one of pat, bearer, credential and token_file.
        bearer: A JWT, as str or Secret.
        credential: A PAT or a JWT as people paste it, as str or Secret; a Credential; or a LoginSession.
        token_file: Path of a file that holds the credential. It is followed: when the server refuses the credential and the
            file holds another one by then, the client goes on with that one, and the call is repeated once.
        management_url: Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io, or the
            session's server.
        connect_timeout: How long making a connection may take. Default: 10 s.
        read_timeout: How long the server may be silent. Default: 30 s.
        timeout: How long a whole call may take, retries and waits included. Default: 60 s.
        max_retries: Maximum number of retries of one request. Default: 2.
        retry_base_delay: Base of the exponential backoff with full jitter. Default: 0.5 s.
        retry_max_delay: Maximum backoff, unless the server asks for more. Default: 8 s.
        max_response_bytes: The largest body that is read, in bytes. Default: 64 MiB.
        allow_insecure_http: Allows http:// to other machines and http:// through a proxy. Both send the credential in
            clear text. Default: False.
        ca_pem: Certificates (PEM, str or bytes) to trust in addition to the platform's.
        proxy: Sends everything through this proxy (http://host:port), whatever the environment says.
        proxy_from_env: Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY apply. Default: True.
        user_agent: Prefix for the User-Agent, for example backup/1.2.
        on_unknown: What to do about a create whose answer was lost: "report" (default) raises OutcomeUnknownError;
            "revoke_and_retry", which needs create_token(tag=True), revokes the token and creates another one.

    Raises:
        ConfigurationError: There is no credential, or the token file, a proxy or the CA cannot be used.
        InvalidCredentialError: The credential cannot be one.
        InvalidArgumentError: An option has a value that cannot be used.
    """

    def __new__(
        cls,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | Credential | LoginSession | None = None,
        token_file: str | PathLike[str] | None = None,
        management_url: str | None = None,
        connect_timeout: float | timedelta | None = None,
        read_timeout: float | timedelta | None = None,
        timeout: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_base_delay: float | timedelta | None = None,
        retry_max_delay: float | timedelta | None = None,
        max_response_bytes: int | None = None,
        allow_insecure_http: bool | None = None,
        ca_pem: str | bytes | None = None,
        proxy: str | None = None,
        proxy_from_env: bool | None = None,
        user_agent: str | None = None,
        on_unknown: Literal["report", "revoke_and_retry"] | None = None,
    ) -> Self: ...
    @staticmethod
    def from_env(
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | Credential | LoginSession | None = None,
        token_file: str | PathLike[str] | None = None,
        management_url: str | None = None,
        connect_timeout: float | timedelta | None = None,
        read_timeout: float | timedelta | None = None,
        timeout: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_base_delay: float | timedelta | None = None,
        retry_max_delay: float | timedelta | None = None,
        max_response_bytes: int | None = None,
        allow_insecure_http: bool | None = None,
        ca_pem: str | bytes | None = None,
        proxy: str | None = None,
        proxy_from_env: bool | None = None,
        user_agent: str | None = None,
        on_unknown: Literal["report", "revoke_and_retry"] | None = None,
    ) -> Client:
        """A client with the credential and the management URL from the environment.

        The credential comes from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY; the URL from
        NB_MANAGEMENT_URL, then NETBIRD_API_URL.

        Args:
            **options: Those of Client. What is given explicitly wins over the environment.

        Raises:
            ConfigurationError: There is no credential, two variables disagree, or one cannot be used.
            InvalidCredentialError: The credential cannot be one.
            InvalidArgumentError: An option has a value that cannot be used.
        """

    @property
    def management_url(self) -> str:
        """The management URL in use, without /api and without a trailing slash."""

    def set_credential(
        self,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | Credential | LoginSession | None = None,
    ) -> None:
        """Uses another credential from the next call on, in all threads. Calls in progress keep the old one.

        Args:
            pat: A personal access token, as str or Secret. Give one of pat, bearer and credential.
            bearer: A JWT, as str or Secret.
            credential: A PAT or a JWT as people paste it, as str or Secret; a Credential; or a LoginSession.

        Raises:
            InvalidCredentialError: It cannot be one. The client keeps the old one.
            InvalidArgumentError: The session is for another server. The client keeps the old one.
        """

    def with_timeout(self, timeout: float | timedelta) -> Client:
        """A client whose calls may take this long, retries included.

        Args:
            timeout: Seconds or a timedelta, more than 0 and at most a day.

        Returns:
            A client that shares this one's connections and credential. It is closed on its own.

        Raises:
            InvalidArgumentError: The time is zero, negative or longer than a day.
        """

    def with_cancel(self, token: CancelToken) -> Client:
        """A client whose calls end with CancelledError once the token is cancelled, by any thread.

        A create that was sent is then finished in the background: if the server made a token, it is revoked.

        Args:
            token: The CancelToken.

        Returns:
            A client that shares this one's connections and credential. It is closed on its own.
        """

    def list_tokens(self, user_id: str | None = None) -> TokenList:
        """All tokens of a user, in no particular order.

        Args:
            user_id: Whose tokens. None means the user that the credential belongs to.

        Returns:
            A sequence of Token; an empty one if there are none.

        Raises:
            NotFoundError: There is no such user.
            ForbiddenError: The credential may not see the user's tokens.
        """

    def get_token(self, token_id: str, *, user_id: str | None = None) -> Token:
        """One token of a user.

        Args:
            token_id: The token's id.
            user_id: Whose token. None means the user that the credential belongs to.

        Returns:
            The Token.

        Raises:
            NotFoundError: There is no such token, or it is another user's.
        """

    def create_token(
        self, name: str, *, expires_in_days: int = 90, tag: bool = False, user_id: str | None = None
    ) -> CreatedToken:
        """Creates a token for a user. Its secret is shown only once.

        It is never sent twice unless the first was certainly not acted on. If its answer is lost, finding out what it did
        may take 15 seconds beyond the call's own time.

        An interrupted create (Ctrl-C, a CancelToken) is finished in the background: if the server made a token, it is
        revoked, because nobody holds its secret. close(), the end of a with statement and the interpreter's exit wait for
        that, at most 5 seconds.

        Args:
            name: The token's name, not empty. It need not be unique.
            expires_in_days: The lifetime, a whole number from 1 to 365.
            tag: Whether the name is sent as "NAME #TAG" with ten random characters, so that the token can be found with
                certainty if the answer is lost.
            user_id: For which user. None means the user that the credential belongs to.

        Returns:
            A CreatedToken: the token and its secret.

        Raises:
            OutcomeUnknownError: It may have been created. token_name is the name to look for, and candidate_token_ids are
                the tokens that may be it.
        """

    def delete_token(self, token_id: str, *, user_id: str | None = None) -> None:
        """Deletes (revokes) a token of a user.

        Returning means that the server said so, or that it no longer knows the token after an attempt whose answer was
        lost.

        Args:
            token_id: The token's id.
            user_id: Whose token. None means the user that the credential belongs to.

        Raises:
            NotFoundError: There is no such token.
            OutcomeUnknownError: It may be gone.
        """

    def current_user(self) -> User:
        """The user that the credential belongs to. Always asks the server.

        Returns:
            The User.
        """

    def list_users(self) -> UserList:
        """The users that the credential may see: all, or only its own.

        Returns:
            A sequence of User.
        """

    def check_credential(self) -> CredentialCheck:
        """Whether the credential works, and what is known about it.

        Returns:
            A CredentialCheck. A credential that does not work is not an error: its state says how the server refuses it.

        Raises:
            NetBirdError: Something kept the question from being answered: the network, the server's own failure, the time.
        """

    def rotate_token(
        self,
        token_id: str | None = None,
        *,
        name: str | None = None,
        new_name: str | None = None,
        expires_in_days: int | None = None,
        tag: bool = True,
        adopt: bool = False,
        prepare_only: bool = False,
        user_id: str | None = None,
    ) -> Rotation:
        """Begins to rotate a token: finds it and creates its successor. The old token still works.

        Use it in a with statement, and store the secret there. Leaving that normally commits: the successor is proved to
        authenticate, and the old token is revoked. Leaving it by an exception, Ctrl-C included, aborts: the successor is
        revoked, and the old token stays. See Rotation.

        Args:
            token_id: Which token. Give this or name.
            name: Which token, by its name without the tag. Exactly one may have it.
            new_name: The successor's name. None means the old one.
            expires_in_days: The successor's lifetime, a whole number from 1 to 365. None means the old token's.
            tag: Whether the successor's name gets a fresh tag ("NAME #TAG"), by which it is found with certainty after a crash.
            adopt: Whether the client goes on with the successor after the commit. Needed to rotate the credential in use.
            prepare_only: Whether nothing is created yet, so that record() can be stored first. create(), or entering the
                with statement, goes on.
            user_id: Whose token. None means the user that the credential belongs to.

        Returns:
            A Rotation.

        Raises:
            NotFoundError: There is no such token.
            ConflictError: Several tokens have the name; candidate_token_ids are their ids.
            OutcomeUnknownError: A successor may have been created. With any other error nothing has changed.
        """

    def resume_rotation(
        self, record: Mapping[str, object], plain_token: str | Secret | None = None
    ) -> RotationRecord:
        """Finishes a rotation that another process began, by its record.

        If the new token's secret is stored (the record says "stored", or plain_token is that secret), the old token is
        revoked, or kept if the record says so. If not, the new token is revoked, and the old one stays.

        Args:
            record: What Rotation.record() gave, also after a way through JSON.
            plain_token: The secret, as str or Secret, if you found that you hold it.

        Returns:
            The record as it is then; its stage is "committed", "kept" or "aborted".

        Raises:
            InvalidArgumentError: It is not a record, or it is one of another server.
            ConflictError: One of the two tokens is gone, so that finishing would leave none that works.
        """

    def audit_tokens(
        self,
        *,
        expiring_within: float | timedelta | None = None,
        unused_for: float | timedelta | None = None,
        concurrency: int | None = None,
        time_limit: float | timedelta | None = None,
    ) -> Audit:
        """Audits the tokens of all users that the credential may see: its own user and every service user.

        Lists the users, and then gives one result per user as it arrives. The server shows a person's tokens to nobody
        else, so other people are only counted. If the server answers 429, the whole audit slows down.

        Args:
            expiring_within: A token that expires within this time (seconds or a timedelta) is expiring. None means 30 days.
            unused_for: A token that was not used for longer than this is unused. None means 90 days.
            concurrency: Maximum number of requests at a time, 1 to 64. None means 8.
            time_limit: How long the whole audit may take; what is not finished then is counted as not reached. None means
                no limit.

        Returns:
            An Audit, an iterator of UserAudit.
        """

    def close(self) -> bool:
        """Closes the client: later calls raise InvalidArgumentError. Calls in progress end as usual. Closing twice is fine.

        Waits until interrupted creates are finished, at most 5 seconds; Ctrl-C ends the wait. What could not be revoked is
        logged as a warning.

        Returns:
            Whether no interrupted create is left unfinished.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Rotation:
    """A rotation under way: the successor exists, and the old token still works. Client.rotate_token makes it.

        with client.rotate_token(token_id) as rotation:
            vault.write(rotation.plain_token.expose())

    Leaving the with statement normally commits, unless that was done inside it. Leaving it by an exception, Ctrl-C included,
    aborts. If the abort fails, the exception goes on; the failure is logged as a warning and, from Python 3.11 on, added to it
    as a note. In a forked child, leaving a with statement that its parent entered does nothing.

    A rotation that is neither committed nor aborted leaves both tokens, and a warning in the log. It cannot be pickled: pass
    on record().
    """

    @property
    def old_token(self) -> Token:
        """The token that is replaced, as it was when the rotation began."""

    @property
    def token(self) -> Token:
        """The successor. InvalidArgumentError before it is created and after an abort."""

    @property
    def plain_token(self) -> Secret:
        """The successor's secret, which the server never shows again. InvalidArgumentError before it is created and after an
        abort.
        """

    def record(self) -> RotationRecord:
        """What another process needs to finish this rotation, see Client.resume_rotation. It holds no secret.

        To survive a crash, begin with prepare_only=True, and store the record before create() and after every step.

        Returns:
            A dict that json can write and read.
        """

    def mark_stored(self) -> None:
        """Notes in the record that you stored the secret, so that resume_rotation goes on and not back. commit() does it too."""

    def create(self) -> None:
        """Creates the successor of a rotation that was only prepared. Once it exists, this does nothing.

        Raises:
            OutcomeUnknownError: It may have been created. With other errors nothing was, and it may be called again.
        """

    def commit(self, *, keep_old: bool = False) -> None:
        """Proves that the successor authenticates, and revokes the old token. After an error, call it again, or abort. When all
        is done, it does nothing.

        Args:
            keep_old: Whether the old token is kept, for machines that need time to pick up the new secret.

        Raises:
            InvalidArgumentError: The successor does not exist yet, or was revoked by an abort.
        """

    def abort(self) -> None:
        """Revokes the successor, if there is one; the old token stays as it is. It may be called again. A CancelToken that was
        cancelled before does not keep it from doing so.

        Raises:
            InvalidArgumentError: The rotation is committed.
            ConflictError: The old token may be revoked already, so that none that works could be left.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Audit(Iterator[UserAudit]):
    """An audit under way: an iterator of UserAudit, one per user, as the results arrive. Client.audit_tokens makes it.

    It runs a little ahead of the loop that takes its results, and waits there, so its memory is bounded. Letting go of it, as
    break in a for statement does, ends it; so do close() and the end of a with statement.

    Ctrl-C and a CancelToken end the wait for the next result. The audit itself goes on: the next call takes the next result.
    """

    @property
    def user_count(self) -> int:
        """The number of users whose tokens are requested: the number of results, unless the audit ends early."""

    def summary(self) -> AuditSummary:
        """The audit in numbers: of the results taken so far, and complete after the last.

        Returns:
            An AuditSummary.
        """

    def close(self) -> None:
        """Ends the audit: there are no more results. Closing twice is fine."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> UserAudit: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __reduce__(self) -> NoReturn: ...

_T_co = TypeVar("_T_co", covariant=True)
_Done: TypeAlias = asyncio.Future[None]

@final
class AwaitedCall(Generic[_T_co]):
    """An awaited call that the core has begun, and its outcome. For the coroutines of AsyncClient.

    Each static method begins one and has the asyncio.Future done when it has ended. Letting go of it interrupts the call, and
    undoes a result that was not taken.
    """

    @staticmethod
    def list_tokens(future: _Done, client: Client, user_id: str | None, /) -> AwaitedCall[TokenList]: ...
    @staticmethod
    def get_token(future: _Done, client: Client, token_id: str, user_id: str | None, /) -> AwaitedCall[Token]: ...
    @staticmethod
    def create_token(
        future: _Done, client: Client, name: str, expires_in_days: int, tag: bool, user_id: str | None, /
    ) -> AwaitedCall[CreatedToken]: ...
    @staticmethod
    def delete_token(future: _Done, client: Client, token_id: str, user_id: str | None, /) -> AwaitedCall[None]: ...
    @staticmethod
    def current_user(future: _Done, client: Client, /) -> AwaitedCall[User]: ...
    @staticmethod
    def list_users(future: _Done, client: Client, /) -> AwaitedCall[UserList]: ...
    @staticmethod
    def check_credential(future: _Done, client: Client, /) -> AwaitedCall[CredentialCheck]: ...
    @staticmethod
    def rotate_token(
        future: _Done,
        client: Client,
        token_id: str | None,
        name: str | None,
        new_name: str | None,
        expires_in_days: int | None,
        tag: bool,
        adopt: bool,
        prepare_only: bool,
        user_id: str | None,
        /,
    ) -> AwaitedCall[Rotation]: ...
    @staticmethod
    def resume_rotation(
        future: _Done, client: Client, record: Mapping[str, object], plain_token: str | Secret | None, /
    ) -> AwaitedCall[RotationRecord]: ...
    @staticmethod
    def audit_tokens(
        future: _Done,
        client: Client,
        expiring_within: float | timedelta | None,
        unused_for: float | timedelta | None,
        concurrency: int | None,
        time_limit: float | timedelta | None,
        /,
    ) -> AwaitedCall[Audit]: ...
    @staticmethod
    def next_of_audit(future: _Done, client: Client, audit: Audit, /) -> AwaitedCall[UserAudit | None]:
        """The next result of an audit; None at its end."""

    @staticmethod
    def create_in_rotation(future: _Done, client: Client, rotation: Rotation, /) -> AwaitedCall[None]: ...
    @staticmethod
    def commit_rotation(future: _Done, client: Client, rotation: Rotation, keep_old: bool, /) -> AwaitedCall[None]: ...
    @staticmethod
    def abort_rotation(future: _Done, client: Client, rotation: Rotation, /) -> AwaitedCall[None]:
        """A token that was cancelled before does not keep it from being done."""

    @staticmethod
    def abort_in_background(rotation: Rotation, /) -> None:
        """Revokes the successor in the background: the abort was interrupted."""

    @staticmethod
    def start_login(
        future: _Done,
        management_url: str | None,
        issuer: str | None,
        client_id: str | None,
        audience: str | None,
        scope: str | None,
        endpoint_host: str | None,
        from_env: bool,
        cancel: CancelToken | None,
        options: ConnectionOptions,
        /,
    ) -> AwaitedCall[DeviceLogin]: ...
    @staticmethod
    def poll_login(future: _Done, login: DeviceLogin, /) -> AwaitedCall[LoginSession | None]: ...
    @staticmethod
    def wait_for_login(future: _Done, login: DeviceLogin, /) -> AwaitedCall[LoginSession]: ...
    @staticmethod
    def refresh_session(future: _Done, session: LoginSession, /) -> AwaitedCall[None]: ...
    @staticmethod
    def rotation_is_finished(rotation: Rotation, /) -> bool:
        """Whether nothing is left to do."""

    @staticmethod
    def abort_failed(rotation: Rotation, failed: NetBirdError, exception: BaseException, /) -> None:
        """Lets an exception go on although the abort failed."""

    @staticmethod
    def close(future: _Done, client: Client, /) -> AwaitedCall[bool]:
        """Waits for the interrupted creates of a client, which need not be open. Gives whether they are finished."""

    def take(self) -> _T_co:
        """The outcome, once: returns the result or raises the error."""

    def interrupt(self) -> NetBirdError | None:
        """Interrupts the call, or undoes its result.

        Returns:
            What that means, as an exception. None if the outcome was taken, or needs no explanation.
        """

@final
class MockServer:
    """A NetBird token server in this process, for tests. Use netbird_tokens.testing.MockNetBird.

    Args:
        world: What the server starts with, as JSON.
    """

    def __new__(cls, world: str) -> Self: ...
    def url(self) -> str: ...
    def ca_pem(self) -> str: ...
    def seeded(self) -> str: ...
    def add_user(self, user: str) -> str: ...
    def add_token(self, user_id: str, token: str) -> str: ...
    def tokens(self, user_id: str) -> str: ...
    def plain_of(self, token_id: str) -> str | None: ...
    def issue_jwt(self, user_id: str, valid_for_secs: int) -> str: ...
    def approve_login(self, user_code: str, user_id: str) -> None: ...
    def deny_login(self, user_code: str) -> None: ...
    def set_clock(self, now: str) -> None: ...
    def advance_clock(self, secs: int) -> None: ...
    def set_clock_step(self, secs: int) -> None: ...
    def now(self) -> str: ...
    def push_fault(self, fault: str) -> None: ...
    def clear_faults(self) -> None: ...
    def release_held(self) -> None: ...
    def requests(self) -> str: ...
    def take_requests(self) -> str: ...
    def close_idle_connections(self) -> int: ...
    def stop(self) -> None:
        """Stops the server and closes its ports; stopping twice is fine."""

