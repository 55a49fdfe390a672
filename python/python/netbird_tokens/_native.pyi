"""What the compiled module defines. Users import it from netbird_tokens."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from os import PathLike
from types import TracebackType
from typing import Any, ClassVar, Final, Literal, NoReturn, SupportsIndex, TypeAlias, final, overload

from typing_extensions import Self

from ._check import CredentialCheck

__all__ = [
    "CancelToken",
    "Client",
    "CreatedToken",
    "MockServer",
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
    "vocabulary",
]

__version__: Final[str]

def error_kinds() -> list[tuple[int, str, str]]:
    """Every kind of error as (code, name, class). For the package's own tests."""

def vocabulary() -> tuple[list[tuple[str, list[str]]], list[str], list[str]]:
    """The core's names: operations with their arguments, options, credential states. For the package's own tests."""

def run_command(program: list[str], arguments: list[str]) -> int:
    """Runs the command netbird-tokens.

    It uses the process's own standard streams and handles SIGINT and SIGTERM itself.

    Args:
        program: The words that start the command again.
        arguments: The command's name and its arguments.

    Returns:
        The exit status.
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
class CancelToken:
    """Ends calls from another thread. Client.with_cancel takes it.

    It can be shared by any number of clients and threads. Once cancelled it stays cancelled.
    """

    def __new__(cls) -> Self: ...
    def cancel(self) -> None:
        """Ends the calls of every client that was made with it, within 50 ms, with a CancelledError.

        It does not wait for them, and may be called from any thread and from a signal handler. A call whose result is
        ready by then returns it.
        """

    @property
    def is_cancelled(self) -> bool:
        """Whether cancel() was called."""

    def __reduce__(self) -> NoReturn: ...

@final
class Token:
    """A personal access token as the server describes it, without its secret.

    Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
    read. Datetimes are timezone-aware, in UTC, truncated to microseconds; an instant that a datetime cannot hold (RFC 3339
    can write some around the years 1 and 9999 with an offset) becomes the nearest one.
    """

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

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[_TokenState]]: ...

@final
class CreatedToken:
    """A token that was just created. Its secret is shown only once."""

    __match_args__: ClassVar[tuple[Literal["token"], Literal["plain_token"]]]
    @property
    def token(self) -> Token:
        """The token, as the server describes it."""

    @property
    def plain_token(self) -> Secret:
        """The secret, which authenticates. Store it now: the server never shows it again."""

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
    """

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
    def role(self) -> str:
        """owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds."""

    @property
    def status(self) -> str:
        """active, invited, blocked, or one that a newer server adds."""

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
        credential: A PAT or a JWT as people paste it, as str or Secret.
        token_file: Path of a file that holds the credential. It is followed: when the server refuses the credential and the
            file holds another one by then, the client goes on with that one, and the call is repeated once.
        management_url: Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io.
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
        ConfigurationError: There is no credential, or a proxy or the CA cannot be used.
        InvalidCredentialError: The credential cannot be one.
        InvalidArgumentError: An option has a value that cannot be used.
    """

    def __new__(
        cls,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | None = None,
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
        credential: str | Secret | None = None,
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
        credential: str | Secret | None = None,
    ) -> None:
        """Uses another credential from the next call on, in all threads. Calls in progress keep the old one.

        Args:
            pat: A personal access token, as str or Secret. Give one of pat, bearer and credential.
            bearer: A JWT, as str or Secret.
            credential: A PAT or a JWT as people paste it, as str or Secret.

        Raises:
            InvalidCredentialError: It cannot be one. The client keeps the old one.
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

