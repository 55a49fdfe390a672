"""A NetBird token server in this process, for the tests of code that uses netbird_tokens.

    from netbird_tokens.testing import MockNetBird

    with MockNetBird() as mock, mock.client() as client:
        created = client.create_token("ci")
        assert [token.name for token in mock.tokens()] == ["default", "ci"]

With pytest there is nothing to import: it finds the fixtures netbird_mock and netbird_client.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from ._native import Client, MockServer

if TYPE_CHECKING:
    from ._async_client import AsyncClient

__all__ = ["MockNetBird", "MockToken", "SeenRequest", "StoredToken"]

OWNER: Final = "owner"

Action: TypeAlias = Literal[
    "delay",
    "delay_answer",
    "hold",
    "hold_answer",
    "drop_before",
    "drop_after",
    "cut_body",
    "answer",
    "redirect",
    "drip",
    "close_after",
    "pad",
    "raw",
    "edit_headers",
]


class MockToken(NamedTuple):
    """A token that the test put on the server, with its secret."""

    user_id: str
    token_id: str
    plain: str

    def __repr__(self) -> str:
        return f"MockToken(user_id={self.user_id!r}, token_id={self.token_id!r}, plain='nbp_****')"


class StoredToken(NamedTuple):
    """A token as the server stores it. Times are as the API writes them; hash is SHA-256 of the secret in base64."""

    id: str
    name: str
    created_by: str
    created_at: str
    expiration_date: str
    hash: str
    last_used: str | None = None


class SeenRequest(NamedTuple):
    """A request that arrived. target is as sent; status is None where no answer was given."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    status: int | None
    connection: int

    def __repr__(self) -> str:
        return f"SeenRequest({self.method} {self.target} -> {self.status})"


class MockNetBird:
    """A NetBird token server with its quirks, on a free port of the loopback interface, until close() or the end of a with.

    It starts with one person, the owner (user id "owner"), who has one token, whose secret is pat.

    Args:
        world: Replaces all of that: a mapping in the mock server's own terms.
        tls: Whether it serves HTTPS. ca_pem is then what to trust.
        server_version: The NetBird version that it behaves like. Default: current.
        identity_provider: What people log in with, in the mock server's own terms: {} is like the recorded one, which gives no
            answer to a refresh; {"refresh": "works"} is one that refreshes. Default: none.

    Raises:
        ValueError: The world is wrong.
    """

    def __init__(
        self,
        *,
        world: Mapping[str, Any] | None = None,
        tls: bool = False,
        server_version: Literal["0.40", "0.59", "current"] | None = None,
        identity_provider: Mapping[str, Any] | None = None,
    ) -> None:
        if world is None:
            owner = {"id": OWNER, "name": "Owner", "email": "owner@example.com", "role": "owner"}
            world = {"users": [{**owner, "tokens": [{"name": "default"}]}]}
        if tls:
            world = {**world, "tls": "valid"}
        if server_version is not None:
            world = {**world, "server_version": server_version}
        if identity_provider is not None:
            world = {**world, "identity_provider": identity_provider}
        self._server = MockServer(json.dumps(world))
        self._tls = world.get("tls") is not None
        self.seeded: tuple[MockToken, ...] = tuple(MockToken(**token) for token in json.loads(self._server.seeded()))
        """The tokens that the world put there."""

    @property
    def url(self) -> str:
        """What to give as management_url."""
        return self._server.url()

    @property
    def ca_pem(self) -> str:
        """The certificate (PEM) of the authority that signs the server's, where it serves HTTPS."""
        return self._server.ca_pem()

    @property
    def pat(self) -> str:
        """The secret of the first token that the world put there."""
        return self.seeded[0].plain

    def client(self, **options: Any) -> Client:
        """A client of this server, which retries almost without waiting.

        Args:
            **options: Those of Client. Without a credential, pat is used.

        Returns:
            The Client.
        """
        return Client(**self._completed(options))

    def async_client(self, **options: Any) -> AsyncClient:
        """An AsyncClient of this server, which retries almost without waiting.

        Args:
            **options: Those of AsyncClient. Without a credential, pat is used.

        Returns:
            The AsyncClient.
        """
        from ._async_client import AsyncClient

        return AsyncClient(**self._completed(options))

    def _completed(self, options: dict[str, Any]) -> Any:
        if not options.keys() & {"pat", "bearer", "credential", "token_file"}:
            options["pat"] = self.pat
        if self._tls:
            options.setdefault("ca_pem", self.ca_pem)
        options.setdefault("management_url", self.url)
        options.setdefault("retry_base_delay", 0.01)
        options.setdefault("proxy_from_env", False)
        return options

    def add_user(
        self,
        user_id: str,
        *,
        role: Literal["owner", "admin", "network_admin", "auditor", "user", "billing_admin"] = "user",
        is_service_user: bool = False,
        **fields: Any,
    ) -> str:
        """Adds a user.

        Args:
            user_id: The user's id.
            role: The user's role.
            is_service_user: Whether it is a service user.
            **fields: The mock server's own: name, email, is_blocked, pending_approval, tokens.

        Returns:
            The user's id.

        Raises:
            ValueError: The id is taken, or a field is wrong.
        """
        return self._server.add_user(
            json.dumps({"id": user_id, "role": role, "is_service_user": is_service_user, **fields})
        )

    def add_token(
        self,
        name: str = "token",
        *,
        user_id: str = OWNER,
        expiration_date: datetime | None = None,
        created_at: datetime | None = None,
        last_used: datetime | None = None,
        **fields: Any,
    ) -> MockToken:
        """Adds a token to a user.

        Args:
            name: The token's name.
            user_id: Whose token it is.
            expiration_date: A timezone-aware datetime; in 30 days if None.
            created_at: A timezone-aware datetime; now if None.
            last_used: A timezone-aware datetime; never if None.
            **fields: The mock server's own: id, plain, created_by, raw.

        Returns:
            The token, with its secret.

        Raises:
            ValueError: There is no such user, or a field is wrong.
        """
        times = {"expiration_date": expiration_date, "created_at": created_at, "last_used": last_used}
        given = {field: _rfc3339(time) for field, time in times.items() if time is not None}
        seed = {"name": name, **given, **fields}
        return MockToken(**json.loads(self._server.add_token(user_id, json.dumps(seed))))

    def tokens(self, user_id: str = OWNER) -> list[StoredToken]:
        """A user's tokens.

        Args:
            user_id: Whose tokens.

        Returns:
            The tokens as they are now; none if there is no such user.
        """
        return [StoredToken(**token) for token in json.loads(self._server.tokens(user_id))]

    def plain_of(self, token_id: str) -> str | None:
        """The secret of a token.

        Args:
            token_id: The token's id.

        Returns:
            The secret; None if there is no such token.
        """
        return self._server.plain_of(token_id)

    def issue_jwt(self, user_id: str = OWNER, *, valid_for: float | timedelta = 3600) -> str:
        """A JWT for a user.

        Args:
            user_id: Whose JWT.
            valid_for: Seconds or a timedelta; negative for one that has expired.

        Returns:
            The JWT.
        """
        return self._server.issue_jwt(user_id, _seconds(valid_for))

    def approve_login(self, user_code: str, user_id: str = OWNER) -> None:
        """Approves a login, as a person does in a browser.

        Args:
            user_code: DeviceLogin.user_code.
            user_id: Who logs in.

        Raises:
            ValueError: No such login waits, its client is unknown, or there is no such user.
        """
        self._server.approve_login(user_code, user_id)

    def deny_login(self, user_code: str) -> None:
        """Denies a login, as a person does in a browser.

        Args:
            user_code: DeviceLogin.user_code.

        Raises:
            ValueError: No such login waits.
        """
        self._server.deny_login(user_code)

    @property
    def now(self) -> str:
        """The server's clock, RFC 3339 in UTC."""
        return self._server.now()

    def set_clock(self, now: datetime) -> None:
        """Sets the server's clock, which runs on from there.

        Args:
            now: A timezone-aware datetime.
        """
        self._server.set_clock(_rfc3339(now))

    def advance_clock(self, by: float | timedelta) -> None:
        """Moves the server's clock.

        Args:
            by: Seconds or a timedelta; negative to move it back.
        """
        self._server.advance_clock(_seconds(by))

    def set_clock_step(self, step: float | timedelta) -> None:
        """Makes the server write created_at and last_used only in whole multiples of a step.

        Args:
            step: Whole seconds or a timedelta; 0 for no rounding.
        """
        self._server.set_clock_step(_seconds(step))

    def fault(
        self,
        action: Action,
        *,
        method: str | None = None,
        target_contains: str | None = None,
        skip: int = 0,
        times: int = 1,
        **details: Any,
    ) -> None:
        """Makes a fault happen to the next requests that match.

        delay(ms) and delay_answer(ms) wait before acting, or after. hold() and hold_answer() do so until release_held().
        drop_before(reset) and drop_after(reset) close the
        connection without acting, or after acting. answer(status, headers, body, act) answers this instead.
        raw(text, act) writes exactly this text. edit_headers(set, remove, date_shift_secs) changes the answer's header.
        redirect(status, location) redirects. cut_body(at) and pad(to) change the body's size in bytes. drip(bytes, every_ms)
        sends a few bytes at a time. close_after() closes the connection after the answer.

        Args:
            action: What happens.
            method: Only to requests with this method.
            target_contains: Only to requests whose target contains this text.
            skip: How many matching requests pass unharmed before that.
            times: To how many requests it happens; 0 for all.
            **details: The action's own arguments, see above.

        Raises:
            ValueError: There is no such action, or a detail is wrong.
        """
        self._server.push_fault(
            json.dumps(
                {
                    "method": method,
                    "target_contains": target_contains,
                    "skip": skip,
                    "times": times,
                    "action": {action: details},
                }
            )
        )

    def clear_faults(self) -> None:
        """Removes all faults."""
        self._server.clear_faults()

    def release_held(self) -> None:
        """Lets every request go on that a fault holds now."""
        self._server.release_held()

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests that arrived, oldest first."""
        return _requests(self._server.requests())

    def take_requests(self) -> list[SeenRequest]:
        """The requests that arrived, oldest first, which are then forgotten.

        Returns:
            The requests.
        """
        return _requests(self._server.take_requests())

    def close_idle_connections(self) -> int:
        """Closes every connection that waits for a request.

        Returns:
            How many there were.
        """
        return self._server.close_idle_connections()

    def close(self) -> None:
        """Stops the server. Stopping twice is fine."""
        self._server.stop()

    def __enter__(self) -> MockNetBird:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _rfc3339(time: datetime) -> str:
    if time.utcoffset() is None:
        raise ValueError("the datetime has no time zone: write datetime.now(timezone.utc)")
    return time.isoformat()


def _seconds(duration: float | timedelta) -> int:
    return round(duration.total_seconds() if isinstance(duration, timedelta) else duration)


def _requests(text: str) -> list[SeenRequest]:
    requests: list[dict[str, Any]] = json.loads(text)
    for request in requests:
        request["headers"] = dict(request["headers"])
    return [SeenRequest(**request) for request in requests]
