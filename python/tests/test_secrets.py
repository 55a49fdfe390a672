"""A secret is seen where expose() is called and nowhere else."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import traceback

import pytest

from netbird_tokens import CancelToken, Client, CreatedToken, InvalidArgumentError, RejectedError, Secret
from netbird_tokens.testing import MockNetBird


@pytest.fixture
def created(netbird_client: Client) -> CreatedToken:
    return netbird_client.create_token("secret")


def test_expose_gives_the_text(netbird_mock: MockNetBird, created: CreatedToken) -> None:
    plain = created.plain_token.expose()
    assert plain == netbird_mock.plain_of(created.token.id)
    assert plain.startswith("nbp_")
    with netbird_mock.client(pat=plain) as client:
        assert client.current_user().id == "owner"


def test_a_secret_is_a_credential(netbird_mock: MockNetBird, netbird_client: Client, created: CreatedToken) -> None:
    with netbird_mock.client(pat=created.plain_token) as client:
        assert client.current_user().id == "owner"
    netbird_client.set_credential(credential=created.plain_token)
    netbird_client.delete_token(created.token.id)
    with pytest.raises(PermissionError):
        netbird_client.list_tokens()


def test_no_way_of_printing_shows_it(created: CreatedToken, caplog: pytest.LogCaptureFixture) -> None:
    secret = created.plain_token
    plain = secret.expose()
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>30}",
        f"{secret:>30}",
        "%s %r" % (secret, secret),  # noqa: UP031
        "{0} {0!a}".format(secret),  # noqa: UP030, UP032
        repr(created),
        str(created),
        repr([secret, {"key": secret}]),
        json.dumps({"secret": secret}, default=str),
        str(dir(secret)),
    ]
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%s %r", secret, created, extra={"secret": secret})
    shown.append(caplog.text)
    try:
        assert secret is None, secret
    except AssertionError as error:
        shown.append("".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()))
    for text in shown:
        assert plain not in text
        assert plain[4:12] not in text
    assert repr(secret) == "Secret(nbp_****)"
    assert str(secret) == "nbp_****"
    assert f"{secret:>10}" == "  nbp_****"
    assert repr(Secret("eyJhbGciOi")) == "Secret(****)"
    with pytest.raises(TypeError):
        vars(secret)


def test_tracebacks_with_locals_do_not_show_it(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    created = netbird_client.create_token("secret")
    try:
        netbird_client.create_token("")
    except InvalidArgumentError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "CreatedToken(" in text
    assert created.plain_token.expose() not in text
    assert netbird_mock.pat not in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_that_holds_one_can_be_pickled(
    netbird_client: Client, created: CreatedToken, protocol: int
) -> None:
    secret = created.plain_token
    for thing in (secret, created, netbird_client, CancelToken()):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dump(thing, io.BytesIO(), protocol)
    for thing in (secret, created):
        assert copy.copy(thing) is thing
        assert copy.deepcopy(thing) is thing


def test_a_secret_given_for_an_id_is_neither_sent_nor_shown(
    netbird_mock: MockNetBird, netbird_client: Client, created: CreatedToken, caplog: pytest.LogCaptureFixture
) -> None:
    plain = created.plain_token.expose()
    netbird_mock.take_requests()
    with caplog.at_level(logging.DEBUG):
        for call in (netbird_client.get_token, netbird_client.delete_token, netbird_client.list_tokens):
            with pytest.raises(InvalidArgumentError) as refused:
                call(plain)
            assert plain[4:12] not in f"{refused.value!r} {vars(refused.value)}"
    assert plain[4:12] not in caplog.text
    assert netbird_mock.requests == []


def test_equality(created: CreatedToken, netbird_client: Client) -> None:
    secret = created.plain_token
    assert secret == Secret(secret.expose())
    assert secret != netbird_client.create_token("other").plain_token
    assert secret != secret.expose()
    with pytest.raises(TypeError, match="unhashable"):
        hash(secret)
    assert hash(created) == hash(copy.copy(created))


def test_only_text_can_be_a_secret() -> None:
    with pytest.raises(TypeError, match="text: expected str, not bytes"):
        Secret(b"nbp_")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError) as refused:
        Secret("hunter2\ud800")
    assert "hunter2" not in repr(refused.value)
    with pytest.raises(TypeError):
        CreatedToken()  # type: ignore[call-arg]


def test_the_client_does_not_show_its_credential(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    assert repr(netbird_client) == f"Client(management_url='{netbird_mock.url}')"
    with pytest.raises(TypeError):
        vars(netbird_client)


def test_an_error_does_not_show_it(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("answer", status=400, body=json.dumps({"message": f"bad {netbird_mock.pat}", "code": 400}),
                       headers=[["Content-Type", "application/json"]])
    with pytest.raises(RejectedError) as raised:
        netbird_client.list_tokens("owner")
    assert netbird_mock.pat not in f"{raised.value!r} {vars(raised.value)}"
