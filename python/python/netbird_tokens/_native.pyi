"""What the compiled module defines. Users import it from netbird_tokens."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Final, Literal, NoReturn, SupportsIndex, final, overload

from typing_extensions import Self

__all__ = [
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
    "run_command",
]

__version__: Final[str]

def error_kinds() -> list[tuple[int, str, str]]:
    """Every kind of error as (code, name, class)."""

def run_command(program: list[str], arguments: list[str]) -> int:
    """Runs the command netbird-tokens with these arguments (the command's name first) and returns the exit status. program
    is the words that start it again. It uses the process's own standard streams and takes SIGINT and SIGTERM over.
    """

@final
class Secret:
    """A secret text, as the plain text of a new token.

    It shows as ``nbp_****`` wherever it is printed, formatted or logged, and it refuses to be pickled. Two are compared in
    constant time; a secret never equals a str. It cannot be a key of a dict.
    """

    def __new__(cls, text: str, /) -> Self: ...
    def expose(self) -> str:
        """The plain text. Keep it out of logs: from here on it is yours to guard."""

    def __format__(self, format_spec: str) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Token:
    """A personal access token as the server describes it; its plain text is not among that.

    Immutable, compared by value, usable in sets and in match statements. Datetimes are timezone-aware, in UTC, cut down to
    microseconds.
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
        """The token's id, 20 characters that the server chose. Not a secret."""

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
        """When it last authenticated a request; None for never. Reading a token with itself counts as a use."""

    @property
    def user_id(self) -> str:
        """The id of the user who owns it: the one whose tokens were asked for."""

    def is_expired(self, now: datetime | None = None) -> bool:
        """Whether the server refuses it at the instant now: a timezone-aware datetime, or None for the present.

        Raises InvalidArgumentError if now has no time zone.
        """

    def days_left(self, now: datetime | None = None) -> int:
        """Whole days of 24 hours until it expires, rounded down: 0 on the last day, negative once expired.

        now is a timezone-aware datetime, or None for the present; InvalidArgumentError if it has no time zone.
        """

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class CreatedToken:
    """A token that was just created. The server never shows its plain text again."""

    __match_args__: ClassVar[tuple[Literal["token"], Literal["plain_token"]]]
    @property
    def token(self) -> Token:
        """What the server tells of it."""

    @property
    def plain_token(self) -> Secret:
        """The text that authenticates: keep it safe, it cannot be had again."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class User:
    """A person or a service user of the NetBird account, as the server describes it.

    Immutable, compared by value, usable in sets and in match statements. Datetimes are timezone-aware, in UTC.
    """

    __match_args__: ClassVar[tuple[Literal["id"], Literal["name"], Literal["email"], Literal["role"]]]
    @property
    def id(self) -> str:
        """What token calls take as user_id."""

    @property
    def name(self) -> str:
        """The display name; not unique."""

    @property
    def email(self) -> str:
        """The address; empty for a service user."""

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
        """Whether it waits for an administrator's approval."""

    @property
    def last_login(self) -> datetime | None:
        """When it last logged in; None for never, as service users always."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...

@final
class TokenList(Sequence[Token]):
    """An immutable sequence of tokens, in no particular order.

    It indexes, slices, iterates and compares like a list (also with one, as in tokens == []). Each Token is made when it is
    asked for; a slice shares what it was cut from.
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
        """How many items equal value."""

    def index(self, value: Any, start: int = 0, stop: int | None = None, /) -> int:
        """The index of the first item that equals value, within start and stop; ValueError if there is none."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class UserList(Sequence[User]):
    """An immutable sequence of users.

    It indexes, slices, iterates and compares like a list. Each User is made when it is asked for.
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
        """How many items equal value."""

    def index(self, value: Any, start: int = 0, stop: int | None = None, /) -> int:
        """The index of the first item that equals value, within start and stop; ValueError if there is none."""

    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any, /) -> Self: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Client:
    """A client of one NetBird server.

    Give the credential as one of pat (a personal access token), bearer (a JWT) or credential (either, as people paste it), each
    a str or a Secret. All options are keyword-only; None means the default. Times are seconds (float or int) or a timedelta.

    management_url: where the server is, with or without a trailing / and /api. Default https://api.netbird.io.
    connect_timeout: to make a connection. Default 10 s.
    read_timeout: how long the server may be silent. Default 30 s.
    timeout: a whole call, retries and waits included. Default 60 s.
    max_retries: how often a request is sent again at the most. Default 2.
    retry_base_delay, retry_max_delay: the longest first wait between attempts, and what none exceeds. Default 0.5 s and 8 s.
    max_response_bytes: the largest body that is read. Default 64 MiB.
    allow_insecure_http: allow http:// to other machines, which sends the credential in clear text. Default False.
    ca_pem: certificates (PEM, str or bytes) to trust besides the platform's.
    proxy: send everything through this proxy (http://host:port).
    proxy_from_env: whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count. Default True.
    user_agent: names your program, as backup/1.2, before the library in the User-Agent.
    on_unknown: what to do about a create whose answer was lost: "report" (default) or "revoke_and_retry".

    Calls block, with the GIL released, and may be made from any number of threads at once and in parent and child after a
    fork. Ctrl-C ends a call with KeyboardInterrupt; where a write was under way, its __cause__ says what may have happened.
    Every error is a NetBirdError, except TypeError for an argument of the wrong type. Nothing is sent before the first call.

    Use it in a with statement, or call close() when done.
    """

    def __new__(
        cls,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | None = None,
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
        """A client with the credential from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY, and the management URL
        from NB_MANAGEMENT_URL, then NETBIRD_API_URL. Options given explicitly win; they are those of Client.

        Raises ConfigurationError when there is no credential or two variables disagree, InvalidCredentialError when the
        credential cannot be one, InvalidArgumentError for a URL that cannot be used.
        """

    @property
    def management_url(self) -> str:
        """The management URL in use, without /api and without a slash at its end."""

    def set_credential(
        self,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | None = None,
    ) -> None:
        """Uses another credential from the next call on: one of pat, bearer or credential, as for Client. Calls that are under
        way end with the old one.

        Raises InvalidCredentialError when it cannot be one; nothing has changed then.
        """

    def with_timeout(self, timeout: float | timedelta) -> Client:
        """A client that shares this one's connections and credential and whose calls may take this long, retries included:
        seconds or a timedelta. It is closed on its own.
        """

    def list_tokens(self, user_id: str | None = None) -> TokenList:
        """All tokens of a user, in no particular order. user_id None means the user that the credential belongs to.

        Raises NotFoundError if there is no such user, ForbiddenError if you may not see its tokens.
        """

    def get_token(self, token_id: str, *, user_id: str | None = None) -> Token:
        """One token of a user. user_id None means the user that the credential belongs to.

        Raises NotFoundError if there is no such token, also when it is another user's.
        """

    def create_token(self, name: str, *, expires_in_days: int = 90, user_id: str | None = None) -> CreatedToken:
        """Creates a token for a user; its plain text is shown this once. user_id None means the user that the credential
        belongs to. expires_in_days is a whole number from 1 to 365. The name must not be empty.

        It is never sent twice unless the first cannot have been acted on. When its answer was lost, finding out what it did
        may take 15 seconds beyond the call's own time.

        Raises OutcomeUnknownError when it may have been created: candidate_token_ids names the tokens to revoke.
        """

    def delete_token(self, token_id: str, *, user_id: str | None = None) -> None:
        """Deletes (revokes) a token of a user. user_id None means the user that the credential belongs to.

        Returning means that the server said so, or that it no longer knows the token after an attempt whose answer was lost.

        Raises NotFoundError if there is no such token, OutcomeUnknownError when it may be gone.
        """

    def current_user(self) -> User:
        """The user that the credential belongs to. Always asks the server."""

    def list_users(self) -> UserList:
        """The users that the credential may see: all, or only its own."""

    def close(self) -> None:
        """Lets go of the connections. Calls under way end as they would have; later ones raise InvalidArgumentError. Closing
        twice is fine.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __reduce__(self) -> NoReturn: ...

@final
class MockServer:
    """A NetBird token server for tests, in this process; use netbird_tokens.testing.MockNetBird."""

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
    def now(self) -> str: ...
    def push_fault(self, fault: str) -> None: ...
    def clear_faults(self) -> None: ...
    def requests(self) -> str: ...
    def take_requests(self) -> str: ...
    def close_idle_connections(self) -> int: ...
    def stop(self) -> None:
        """Stops the server and closes its ports; stopping twice is fine."""
