"""The exceptions: one class for each kind, all under NetBirdError."""

from __future__ import annotations

import pickle
import socket
from typing import Any

import pytest

import netbird_tokens
from netbird_tokens import Client, NetBirdError
from netbird_tokens._native import error_kinds
from netbird_tokens.testing import MockNetBird

KINDS = error_kinds()
BUILTIN_BASES = {
    "invalid_argument": ValueError,
    "invalid_credential": ValueError,
    "unauthorized": PermissionError,
    "forbidden": PermissionError,
    "not_found": LookupError,
    "connect": ConnectionError,
    "tls": ConnectionError,
    "timeout": TimeoutError,
    "transport": ConnectionError,
}


def classes() -> set[type[NetBirdError]]:
    return set(NetBirdError.__subclasses__())


def test_every_kind_has_a_class_and_every_class_a_kind() -> None:
    assert len(KINDS) == 18
    exported = {getattr(netbird_tokens, name) for _, _, name in KINDS}
    assert exported == classes()
    assert {(c.code, c.kind) for c in classes()} == {(code, kind) for code, kind, _ in KINDS}
    for code, kind, name in KINDS:
        found = getattr(netbird_tokens, name)
        assert (found.code, found.kind, found.__name__, found.__module__) == (code, kind, name, "netbird_tokens")
        assert name in netbird_tokens.__all__
        assert found.__doc__


@pytest.mark.parametrize("kind", [kind for _, kind, _ in KINDS])
def test_builtin_bases_where_they_fit(kind: str) -> None:
    (found,) = [c for c in classes() if c.kind == kind]
    base = BUILTIN_BASES.get(kind)
    assert found.__bases__ == ((NetBirdError, base) if base else (NetBirdError,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_errors_survive_pickling(protocol: int) -> None:
    for found in classes():
        error = found(
            "message",
            status=429,
            server_message="slow down",
            request_id="r1",
            retryable=True,
            retry_after=1.5,
            attempts=3,
            candidate_token_ids=("a", "b"),
            token_name="ci #k3f9q2xm7w",
        )
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is found
        assert again.__dict__ == error.__dict__
        assert (again.args, str(again), again.kind) == (("message",), "message", found.kind)


@pytest.mark.parametrize(
    ("answer", "kind", "server_message"),
    [
        ({"status": 400, "body": '{"message":"no","code":400}'}, "rejected", "no"),
        ({"status": 401, "body": '{"message":"token invalid","code":401}'}, "unauthorized", "token invalid"),
        ({"status": 403, "body": '{"message":"permission denied","code":403}'}, "forbidden", "permission denied"),
        (
            {"status": 404, "body": '{"message":"user: owner not found","code":404}'},
            "not_found",
            "user: owner not found",
        ),
        ({"status": 404, "body": '{"message":"no Route matched","code":404}'}, "unexpected_response", "no Route matched"),
        ({"status": 403, "body": "<html>log in</html>"}, "unexpected_response", None),
        ({"status": 412, "body": '{"message":"setup done","code":412}'}, "conflict", "setup done"),
        ({"status": 429, "headers": [["Retry-After", "0"]]}, "rate_limited", None),
        ({"status": 502}, "server_error", None),
        ({"status": 200, "body": "<html>"}, "unexpected_response", None),
    ],
)
def test_what_an_error_tells(
    netbird_mock: MockNetBird, answer: dict[str, Any], kind: str, server_message: str | None
) -> None:
    details = {"headers": [], "body": "", **answer}
    details["headers"] = [["Content-Type", "application/json"], ["X-Request-Id", "req-1"], *details["headers"]]
    netbird_mock.fault("answer", times=0, **details)
    with netbird_mock.client(max_retries=1) as client, pytest.raises(NetBirdError) as raised:
        client.list_tokens("owner")
    error = raised.value
    assert (error.kind, error.status, error.server_message, error.request_id) == (
        kind,
        answer["status"],
        server_message,
        "req-1",
    )
    assert str(error) == error.message
    assert (error.candidate_token_ids, error.token_name) == ((), None)
    assert error.retryable is (kind in ("rate_limited", "server_error"))
    assert error.attempts == len(netbird_mock.requests) == (2 if error.retryable else 1)
    assert error.retry_after == (0.0 if kind == "rate_limited" else None)


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pat = MockNetBird().pat
    client = Client(pat=pat, management_url=f"http://127.0.0.1:{port}", max_retries=0, proxy_from_env=False)
    with pytest.raises(ConnectionError) as raised:
        client.list_tokens()
    assert type(raised.value) is netbird_tokens.ConnectError
    assert raised.value.errno is None


def test_an_untrusted_certificate() -> None:
    with MockNetBird(tls=True) as mock:
        with mock.client() as client:
            assert client.list_tokens()
        with mock.client(ca_pem=None, max_retries=0) as client, pytest.raises(netbird_tokens.TlsError):
            client.list_tokens()


def test_a_timeout_is_one(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("delay", ms=5_000, times=0)
    with netbird_mock.client() as client, pytest.raises(TimeoutError):
        client.with_timeout(0.05).list_tokens()


def test_a_lost_create_names_what_to_look_for(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("drop_after", method="POST")
    with pytest.raises(netbird_tokens.OutcomeUnknownError) as raised:
        netbird_client.create_token("lost")
    (made,) = [token.id for token in netbird_mock.tokens() if token.name == "lost"]
    assert raised.value.candidate_token_ids == (made,)
    assert raised.value.token_name == "lost"
    assert not raised.value.retryable


def test_a_lost_create_with_a_tag_names_the_one_token(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.add_token("lost")
    netbird_mock.fault("drop_after", method="POST")
    with pytest.raises(netbird_tokens.OutcomeUnknownError) as raised:
        netbird_client.create_token("lost", tag=True)
    (made,) = [token for token in netbird_mock.tokens() if token.name.startswith("lost #")]
    assert raised.value.candidate_token_ids == (made.id,)
    assert raised.value.token_name == made.name


def test_a_lost_create_is_replaced_on_request(netbird_mock: MockNetBird) -> None:
    netbird_mock.add_token("lost")
    netbird_mock.fault("drop_after", method="POST")
    with netbird_mock.client(on_unknown="revoke_and_retry") as client:
        created = client.create_token("lost", tag=True)
        with pytest.raises(netbird_tokens.InvalidArgumentError, match="needs a tag"):
            client.create_token("lost")
    assert [token.id for token in netbird_mock.tokens() if token.name.startswith("lost #")] == [created.token.id]
    assert [token.name for token in netbird_mock.tokens()] == ["default", "lost", created.token.name]
