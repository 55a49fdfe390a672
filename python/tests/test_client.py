"""The client's configuration and life."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

import netbird_tokens
from netbird_tokens import CancelToken, Client, ConfigurationError, InvalidArgumentError, NotFoundError, UnauthorizedError
from netbird_tokens.testing import MockNetBird


def test_every_operation(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    created = netbird_client.create_token("ci", expires_in_days=7)
    assert created.token.days_left(created.token.created_at) == 7
    assert netbird_client.get_token(created.token.id) == created.token
    assert {token.name for token in netbird_client.list_tokens()} == {"default", "ci"}
    assert netbird_client.delete_token(created.token.id) is None  # type: ignore[func-returns-value]
    with pytest.raises(NotFoundError):
        netbird_client.get_token(created.token.id)
    assert netbird_client.current_user().id == "owner"
    assert [user.id for user in netbird_client.list_users()] == ["owner"]


def test_every_operation_for_another_user(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bot = netbird_mock.add_user("google-oauth2|123", role="admin", is_service_user=True)
    created = netbird_client.create_token("ci", user_id=bot)
    assert (created.token.user_id, created.token.created_by) == (bot, "owner")
    assert netbird_client.get_token(created.token.id, user_id=bot) == created.token
    assert netbird_client.list_tokens(bot) == netbird_client.list_tokens(user_id=bot) == [created.token]
    netbird_client.delete_token(created.token.id, user_id=bot)
    assert netbird_mock.tokens(bot) == []
    assert "/api/users/google-oauth2%7C123/tokens" in {request.target for request in netbird_mock.requests}


def test_ninety_days_unless_told_otherwise(netbird_client: Client) -> None:
    created = netbird_client.create_token("ci").token
    assert created.days_left(created.created_at) == 90


def test_the_environment(netbird_mock: MockNetBird, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError):
        Client.from_env()
    monkeypatch.setenv("NB_PAT", netbird_mock.pat)
    monkeypatch.setenv("NB_MANAGEMENT_URL", netbird_mock.url + "/api/")
    with Client.from_env() as client:
        assert client.management_url == netbird_mock.url
        assert client.current_user().id == "owner"
    bot = netbird_mock.add_token("bot", user_id=netbird_mock.add_user("bot", is_service_user=True))
    with Client.from_env(pat=bot.plain) as client:
        assert client.current_user().id == "bot"
    monkeypatch.setenv("NETBIRD_API_TOKEN", bot.plain)
    with pytest.raises(ConfigurationError, match="NB_PAT.*NETBIRD_API_TOKEN"):
        Client.from_env()
    with pytest.raises(ConfigurationError):
        Client(management_url=netbird_mock.url)


@pytest.mark.skipif(sys.platform == "win32", reason="variables are Unicode there")
@pytest.mark.parametrize("name", ["NB_PAT", "NETBIRD_API_TOKEN", "NB_MANAGEMENT_URL", "NETBIRD_API_URL"])
def test_a_variable_that_is_not_utf_8_is_an_error(
    netbird_mock: MockNetBird, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("NETBIRD_TOKEN", netbird_mock.pat)
    monkeypatch.setenv(name, "http://127.0.0.1:1/\udcff")
    with pytest.raises(ConfigurationError, match=name):
        Client.from_env()


def test_a_url_with_white_space_is_refused(netbird_mock: MockNetBird) -> None:
    for url in ("https://nb.example.com\n.evil.example", "https://nb.example.com .evil.example"):
        with pytest.raises(InvalidArgumentError):
            netbird_mock.client(management_url=url)


def test_a_jwt_and_what_people_paste(netbird_mock: MockNetBird) -> None:
    jwt = netbird_mock.issue_jwt()
    for credential in ({"bearer": jwt}, {"credential": f" Bearer {jwt}\n"}, {"credential": f"Token {netbird_mock.pat}"}):
        with netbird_mock.client(**credential) as client:
            assert client.current_user().id == "owner"


def test_the_credential_can_be_swapped(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bot = netbird_mock.add_token(user_id=netbird_mock.add_user("bot", role="admin", is_service_user=True))
    assert netbird_client.current_user().id == "owner"
    shares = netbird_client.with_timeout(30)
    netbird_client.set_credential(pat=bot.plain)
    assert netbird_client.current_user().id == shares.current_user().id == "bot"
    with pytest.raises(netbird_tokens.InvalidCredentialError):
        netbird_client.set_credential(pat="nbp_wrong")
    assert netbird_client.current_user().id == "bot"
    netbird_client.set_credential(bearer=netbird_mock.issue_jwt("owner"))
    assert netbird_client.current_user().id == "owner"


def test_a_closed_client_refuses_calls(netbird_mock: MockNetBird) -> None:
    client = netbird_mock.client()
    other = client.with_timeout(30)
    with client as same:
        assert same is client
        client.list_tokens()
    netbird_mock.take_requests()
    assert client.close() is True
    calls = (
        client.list_tokens,
        client.current_user,
        client.list_users,
        lambda: client.get_token("x"),
        lambda: client.create_token("x"),
        lambda: client.delete_token("x"),
        lambda: client.set_credential(pat=netbird_mock.pat),
        lambda: client.with_timeout(1),
        lambda: client.with_cancel(CancelToken()),
        client.check_credential,
        lambda: client.management_url,
        client.__enter__,
    )
    for call in calls:
        with pytest.raises(InvalidArgumentError, match="the client is closed"):
            call()
    assert repr(client) == "Client(closed)"
    assert netbird_mock.requests == []
    assert other.current_user().id == "owner"


def test_with_closes_also_on_an_error(netbird_mock: MockNetBird) -> None:
    with pytest.raises(ZeroDivisionError), netbird_mock.client() as client:
        1 / 0  # noqa: B018
    assert repr(client) == "Client(closed)"


def test_a_client_can_be_watched_and_is_let_go(netbird_mock: MockNetBird) -> None:
    client = netbird_mock.client()
    client.list_tokens()
    watched = weakref.ref(client)
    assert sys.getrefcount(client) <= 3
    del client
    gc.collect()
    assert watched() is None


def test_making_a_client_sends_nothing(netbird_mock: MockNetBird) -> None:
    netbird_mock.client().close()
    assert netbird_mock.requests == []


def test_the_user_agent(netbird_mock: MockNetBird) -> None:
    with netbird_mock.client(user_agent="backup/1.2") as client:
        client.current_user()
    expected = f"backup/1.2 netbird-tokens/{netbird_tokens.__version__}"
    assert netbird_mock.requests[0].headers["user-agent"] == expected


def test_a_body_that_is_too_large(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("pad", to=2_000)
    with netbird_mock.client(max_response_bytes=1_000) as client:
        with pytest.raises(netbird_tokens.UnexpectedResponseError):
            client.list_users()
        assert client.list_users()


def test_a_refused_credential(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    other = netbird_mock.add_token()
    netbird_client.delete_token(other.token_id)
    with netbird_mock.client(pat=other.plain) as client, pytest.raises(UnauthorizedError):
        client.current_user()
