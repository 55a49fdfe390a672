"""Logging in, and the session that a login gives. What a login does is in the shared scenarios; this is what is Python's own."""

from __future__ import annotations

import copy
import gc
import io
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from interrupting import ANSWERED_WITHIN, ctrl_c
from netbird_tokens import (
    CallTimeoutError,
    CancelledError,
    CancelToken,
    Client,
    Credential,
    CredentialKind,
    DeviceLogin,
    ForbiddenError,
    InvalidArgumentError,
    LoginSession,
    Secret,
    UnexpectedResponseError,
    start_login,
)
from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]
BEARER = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"


@pytest.fixture
def provider() -> Iterator[MockNetBird]:
    """A server with an identity provider that refreshes."""
    with MockNetBird(identity_provider={"interval_secs": 1, "refresh": "works"}) as mock:
        yield mock


@pytest.fixture
def login(provider: MockNetBird) -> DeviceLogin:
    return start_login(provider.url, proxy_from_env=False)


@pytest.fixture
def session(provider: MockNetBird, login: DeviceLogin) -> LoginSession:
    provider.approve_login(login.user_code)
    return login.wait()


def old_session(**given: Any) -> tuple[MockNetBird, LoginSession]:
    """A session whose token is in its last 30 seconds, in which calls refresh it."""
    mock = MockNetBird(identity_provider={"interval_secs": 1, "token_lifetime_secs": 25, **given})
    begun = start_login(mock.url, proxy_from_env=False)
    mock.approve_login(begun.user_code)
    return mock, begun.wait()


def secrets_of(session: LoginSession) -> list[str]:
    """The tokens of a session."""
    exported = json.loads(session.export().expose())
    found = [value for value in flat(exported) if len(value) > 60 or value.count(".") == 2]
    assert found
    return found


def flat(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from flat(each)
    elif isinstance(value, str):
        yield value


def test_from_a_login_to_a_token(provider: MockNetBird, login: DeviceLogin) -> None:
    assert login.verification_uri == f"{provider.url}/oauth2/device"
    assert login.verification_uri_complete == f"{login.verification_uri}?user_code={login.user_code}"
    assert login.interval == 1.0
    left = login.expires_at - datetime.now(timezone.utc)
    assert timedelta(seconds=290) < left <= timedelta(seconds=300)
    assert login.poll() is None
    provider.approve_login(login.user_code)
    session = login.wait()
    assert (session.management_url, session.issuer) == (provider.url, f"{provider.url}/oauth2")
    assert timedelta(hours=23) < session.expires_at - datetime.now(timezone.utc) < timedelta(hours=24)
    assert session.needs_refresh is False
    # It is for that server, so the client needs no URL.
    with Client(credential=session, proxy_from_env=False) as client:
        assert client.management_url == provider.url
        created = client.create_token("laptop")
    with provider.client(pat=created.plain_token) as client:
        client.set_credential(credential=session)
        assert client.current_user().id == "owner"


def test_the_session_is_a_bearer_credential(provider: MockNetBird, session: LoginSession) -> None:
    credential = session.credential
    assert isinstance(credential, Credential)
    assert credential.kind is CredentialKind.BEARER
    assert repr(credential) == "Credential.bearer('****')"
    with provider.client(credential=credential) as client:
        assert client.current_user().id == "owner"


def test_a_client_of_another_server_refuses_the_session(
    netbird_mock: MockNetBird, netbird_client: Client, session: LoginSession
) -> None:
    with pytest.raises(InvalidArgumentError, match="session"):
        netbird_mock.client(credential=session)
    with pytest.raises(InvalidArgumentError, match="session"):
        netbird_client.set_credential(credential=session)
    assert netbird_client.current_user().id == "owner"


def test_only_the_option_credential_takes_a_session(session: LoginSession) -> None:
    wrong: Any = session
    for name in ("pat", "bearer"):
        given: Any = {name: wrong}
        with pytest.raises(TypeError, match=f"^{name}: expected str or Secret, not LoginSession$"):
            Client(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"management_url": 7}, "management_url: expected str, not int"),
        ({"issuer": b"x"}, "issuer: expected str, not bytes"),
        ({"client_id": 7}, "client_id: expected str, not int"),
        ({"audience": 7}, "audience: expected str, not int"),
        ({"scope": ["openid"]}, "scope: expected str, not list"),
        ({"endpoint_host": 7}, "endpoint_host: expected str, not int"),
        ({"from_env": 1}, "from_env: expected bool, not int"),
        ({"cancel": True}, "cancel: expected CancelToken, not bool"),
        ({"timeout": "5"}, "timeout: expected seconds (float or int) or a timedelta, not str"),
        ({"retries": 5}, "start_login() got an unexpected keyword argument 'retries'"),
        ({"session": BEARER}, "start_login() got an unexpected keyword argument 'session'"),
    ],
)
def test_arguments_of_the_wrong_type(provider: MockNetBird, given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as refused:
        start_login(**{"management_url": provider.url, **given})
    assert str(refused.value) == message
    assert not provider.requests


def test_what_does_not_apply_is_refused_by_name(provider: MockNetBird, session: LoginSession) -> None:
    provider.take_requests()
    refused: list[dict[str, Any]] = [
        {"pat": provider.pat},
        {"bearer": BEARER},
        {"credential": session},
        {"token_file": "/run/token"},
        {"on_unknown": "revoke_and_retry"},
    ]
    for given in refused:
        for call in (lambda **o: start_login(provider.url, **o), lambda **o: LoginSession.restore(session.export(), **o)):
            with pytest.raises(InvalidArgumentError, match="does not apply") as caught:
                call(**given)
            assert provider.pat not in str(caught.value)
    start = start_login(provider.url, pat=None, proxy_from_env=False)  # type: ignore[call-arg]
    assert start.user_code
    assert len(provider.requests) == 2


def test_the_environment_gives_the_url_only_if_asked(provider: MockNetBird, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NB_MANAGEMENT_URL", provider.url)
    monkeypatch.setenv("NB_PAT", "not a token")
    login = start_login(from_env=True, proxy_from_env=False)
    assert login.verification_uri.startswith(provider.url)
    provider.approve_login(login.user_code)
    exported = login.wait().export()
    monkeypatch.setenv("NB_MANAGEMENT_URL", "https://other.example")
    assert LoginSession.restore(exported).management_url == provider.url
    with pytest.raises(InvalidArgumentError, match=r"other\.example"):
        LoginSession.restore(exported, from_env=True)


def test_errors_are_those_of_the_package(provider: MockNetBird, login: DeviceLogin, netbird_mock: MockNetBird) -> None:
    provider.deny_login(login.user_code)
    for _ in range(2):
        with pytest.raises(ForbiddenError):
            login.wait()
    with pytest.raises(ForbiddenError):
        login.poll()
    with pytest.raises(UnexpectedResponseError) as refused:
        start_login(netbird_mock.url, proxy_from_env=False)
    assert refused.value.status == 404
    with MockNetBird(identity_provider={"expires_in_secs": 1}) as mock, pytest.raises(CallTimeoutError):
        start_login(mock.url, proxy_from_env=False).wait()


def test_nothing_shows_a_secret(
    provider: MockNetBird, login: DeviceLogin, session: LoginSession, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = [*secrets_of(session), login.user_code]
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%s %r %s", session, session, login)
        with Client(credential=session, proxy_from_env=False) as client:
            client.current_user()
        session.refresh()
    secrets += secrets_of(session)
    exported = session.export()
    shown = [repr(session), str(session), f"{session}", repr(exported), str(exported), repr(login), str(dir(session))]
    for text in [*shown, caplog.text]:
        for secret in secrets:
            assert secret not in text
    assert repr(login).startswith(f"DeviceLogin(verification_uri='{provider.url}/oauth2/device', expires_at='20")
    assert repr(session).startswith(f"LoginSession(management_url='{provider.url}', issuer='{provider.url}/oauth2', ")
    assert repr(exported) == "Secret(****)"
    for thing in (session, login):
        with pytest.raises(TypeError):
            vars(thing)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_neither_can_be_pickled(login: DeviceLogin, session: LoginSession, protocol: int) -> None:
    with pytest.raises(TypeError, match=r"a LoginSession cannot be pickled: .*export\(\)"):
        pickle.dump(session, io.BytesIO(), protocol)
    with pytest.raises(TypeError, match="a DeviceLogin cannot be pickled"):
        pickle.dump(login, io.BytesIO(), protocol)


def test_a_copy_is_the_same_session(session: LoginSession) -> None:
    assert copy.copy(session) is session
    assert copy.deepcopy([session])[0] is session


def test_a_session_goes_on_in_another_process(provider: MockNetBird, session: LoginSession, run_script: Run) -> None:
    source = """
import sys
from netbird_tokens import Client, LoginSession
session = LoginSession.restore(sys.stdin.read(), proxy_from_env=False)
session.refresh()
with Client(credential=session, proxy_from_env=False) as client:
    print(client.current_user().id)
"""
    exported = session.export()
    done = subprocess.run(
        [sys.executable, "-c", source], input=exported.expose(), capture_output=True, text=True, timeout=30
    )
    assert (done.stdout, done.stderr) == ("owner\n", "")
    again = LoginSession.restore(Secret(exported.expose()), provider.url)
    assert again.issuer == session.issuer


@pytest.mark.parametrize("text", [7, b"{}", None])
def test_what_is_restored_is_a_text(text: Any) -> None:
    with pytest.raises(TypeError, match="text: expected str or Secret"):
        LoginSession.restore(text)


def test_a_text_that_is_not_a_session_is_not_shown() -> None:
    for text in ("nbp_secret", '{"version": 1, "refresh_token": "nbp_secret"}', "\ud800nbp_secret"):
        with pytest.raises((InvalidArgumentError, ValueError)) as refused:
            LoginSession.restore(text)
        assert "nbp_secret" not in f"{refused.value!r}"


def test_the_gil_is_free_while_a_login_waits(provider: MockNetBird, login: DeviceLogin) -> None:
    found: list[LoginSession] = []
    thread = threading.Thread(target=lambda: found.append(login.wait()))
    thread.start()
    gaps = []
    began = last = time.monotonic()
    while thread.is_alive():
        time.sleep(0.001)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
        if now - began > 0.5:
            provider.approve_login(login.user_code)
            began = float("inf")
    assert max(gaps) < 0.4
    assert len(found) == 1


def test_many_threads_wait_and_the_server_is_asked_no_more_often(provider: MockNetBird, login: DeviceLogin) -> None:
    found: list[LoginSession] = []
    threads = [threading.Thread(target=lambda: found.append(login.wait())) for _ in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    provider.approve_login(login.user_code)
    for thread in threads:
        thread.join()
    assert len({session.export().expose() for session in found}) == 1
    assert len([request for request in provider.requests if request.target == "/oauth2/token"]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals as Unix does")
@pytest.mark.usefixtures("default_handler")
def test_ctrl_c_ends_a_wait_and_it_can_be_taken_up_again(provider: MockNetBird, login: DeviceLogin) -> None:
    assert login.poll() is None
    with ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt) as raised:
            login.wait()
        took = time.monotonic() - interrupt.sent_at
    assert took < ANSWERED_WITHIN
    assert isinstance(raised.value.__cause__, CancelledError)
    provider.approve_login(login.user_code)
    assert login.wait().management_url == provider.url


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals as Unix does")
@pytest.mark.usefixtures("default_handler")
@pytest.mark.parametrize("held", ["openid-configuration", "device/code", "oauth2/token"])
def test_ctrl_c_ends_a_request(provider: MockNetBird, held: str) -> None:
    provider.fault("hold", target_contains=held, times=0)
    with ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            start_login(provider.url, proxy_from_env=False).wait()
        took = time.monotonic() - interrupt.sent_at
    assert took < ANSWERED_WITHIN


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals as Unix does")
@pytest.mark.usefixtures("default_handler")
def test_ctrl_c_ends_the_wait_for_a_refresh() -> None:
    mock, session = old_session(refresh="hangs")
    with mock, ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            session.refresh()
        assert time.monotonic() - interrupt.sent_at < ANSWERED_WITHIN
        with Client(credential=session, proxy_from_env=False) as client:
            assert client.current_user().id == "owner"


def test_a_cancel_token_ends_the_wait(provider: MockNetBird, login: DeviceLogin) -> None:
    token = CancelToken()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            login.with_cancel(token).wait()
        except CancelledError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    token.cancel()
    began = time.monotonic()
    thread.join()
    assert time.monotonic() - began < 0.2
    assert len(ended) == 1
    with pytest.raises(CancelledError):
        login.with_cancel(token).poll()
    # The login itself goes on.
    provider.approve_login(login.user_code)
    assert login.wait()
    wrong: Any = True
    with pytest.raises(TypeError, match="token: expected CancelToken, not bool"):
        login.with_cancel(wrong)


def test_a_cancel_token_of_the_beginning(provider: MockNetBird) -> None:
    token = CancelToken()
    login = start_login(provider.url, cancel=token, proxy_from_env=False)
    token.cancel()
    with pytest.raises(CancelledError):
        login.wait()
    provider.take_requests()
    with pytest.raises(CancelledError):
        start_login(provider.url, cancel=token, proxy_from_env=False)
    assert not provider.requests


def test_a_cancel_token_ends_the_wait_for_a_refresh() -> None:
    mock, session = old_session(refresh="hangs")
    token = CancelToken()
    with mock:
        threading.Timer(0.2, token.cancel).start()
        began = time.monotonic()
        with pytest.raises(CancelledError):
            session.with_cancel(token).refresh()
        assert time.monotonic() - began < 1
        with pytest.raises(CancelledError):
            session.with_cancel(token).refresh()


def test_the_login_may_go_while_it_is_waited_for(provider: MockNetBird) -> None:
    login = start_login(provider.url, proxy_from_env=False)
    code, gone = login.user_code, weakref.ref(login)
    found: list[LoginSession] = []
    thread = threading.Thread(target=lambda wait: found.append(wait()), args=[login.wait])
    thread.start()
    time.sleep(0.1)
    del login
    gc.collect()
    provider.approve_login(code)
    thread.join()
    del thread
    gc.collect()
    assert gone() is None
    # Nor does the session need it.
    with Client(credential=found[0], proxy_from_env=False) as client:
        assert client.current_user().id == "owner"


def test_the_client_needs_no_session_object(provider: MockNetBird, login: DeviceLogin) -> None:
    provider.approve_login(login.user_code)
    session = login.wait()
    gone = weakref.ref(session)
    with Client(credential=session, proxy_from_env=False) as client:
        del session
        gc.collect()
        assert gone() is None
        assert client.current_user().id == "owner"


def test_a_refresh_in_the_background_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    mock, session = old_session(refresh="works")
    before = session.export().expose()
    assert session.needs_refresh
    with mock, caplog.at_level(logging.DEBUG, "netbird_tokens"), Client(credential=session, proxy_from_env=False) as client:
        client.current_user()
        until(lambda: any("refreshed" in record.getMessage() for record in caplog.records))
        client.current_user()
    assert session.export().expose() != before
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


def test_a_refresh_that_fails_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    mock, session = old_session(refresh="fails")
    with mock, caplog.at_level(logging.WARNING, "netbird_tokens"), Client(credential=session, proxy_from_env=False) as client:
        client.current_user()
        until(lambda: caplog.records)
        assert client.current_user().id == "owner"
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("netbird_tokens", "WARNING")
    for secret in secrets_of(session):
        assert secret not in caplog.text


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


PREAMBLE = """
import os, sys, threading, time
from netbird_tokens import Client, start_login
login = start_login(sys.argv[1], proxy_from_env=False)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_can_wait_for_its_parents_login(run_script: Run) -> None:
    source = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
assert login.poll() is None
pid = os.fork()
session = login.wait()
with Client(credential=session, proxy_from_env=False) as client:
    assert client.current_user().id == "owner"
session.refresh() if pid == 0 else None
if pid == 0:
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    verdict = {"approve": {"user_id": "owner", "after_polls": 1}}
    with MockNetBird(identity_provider={"interval_secs": 1, "refresh": "works", "verdict": verdict}) as mock:
        assert run_script(PREAMBLE + source, mock.url).stdout == "0\n"


@pytest.mark.parametrize("attempt", range(3))
def test_the_interpreter_exits_while_a_login_waits(provider: MockNetBird, run_script: Run, attempt: int) -> None:
    source = """
threading.Thread(target=login.wait, daemon=True).start()
time.sleep(0.1)
print("leaving")
"""
    done = run_script(PREAMBLE + source, provider.url)
    assert (done.stdout, done.stderr) == ("leaving\n", "")


def test_a_session_at_the_end_of_the_interpreter(run_script: Run) -> None:
    """A refresh is under way, and never answered."""
    source = """
session = login.wait()
client = Client(credential=session, proxy_from_env=False)
print(client.current_user().id, session.needs_refresh)
"""
    given = {"interval_secs": 1, "token_lifetime_secs": 25, "verdict": {"approve": {"user_id": "owner"}}}
    with MockNetBird(identity_provider=given) as mock:
        began = time.monotonic()
        done = run_script(PREAMBLE + source, mock.url)
        assert time.monotonic() - began < 4
    assert (done.stdout, done.stderr) == ("owner True\n", "")
