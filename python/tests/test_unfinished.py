"""Interrupted creates: finished in the background, waited for, and reported."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from netbird_tokens import CancelledError, CancelToken, Client
from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def names(mock: MockNetBird) -> list[str]:
    return [token.name for token in mock.tokens()]


@contextmanager
def when_made(mock: MockNetBird, name: str, act: Callable[[], object]) -> Iterator[None]:
    """Does something as soon as the server has a token of that name."""

    def wait() -> None:
        while name not in names(mock):
            threading.Event().wait(0.005)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def messages(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


@pytest.fixture(autouse=True)
def debug_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger="netbird_tokens"):
        yield


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_cancelled_create_is_revoked(
    netbird_mock: MockNetBird, netbird_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    token = CancelToken()
    with when_made(netbird_mock, "left", token.cancel), pytest.raises(CancelledError, match="in the background"):
        netbird_client.with_cancel(token).create_token("left")
    netbird_mock.release_held()
    assert netbird_client.close() is True
    assert names(netbird_mock) == ["default"]
    (deleted,) = [request for request in netbird_mock.requests if request.method == "DELETE"]
    token_id = deleted.target.rpartition("/")[2]
    assert messages(caplog, logging.DEBUG)[-1] == (
        f'the interrupted create of "left" is finished: token {token_id} is revoked'
    )
    # The requests in the background are logged, too.
    assert any(message.startswith("DELETE ") for message in messages(caplog, logging.DEBUG))
    assert messages(caplog, logging.WARNING) == []


def test_ctrl_c_and_leaving_a_with_statement(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("delay_answer", ms=500, method="POST")
    with when_made(netbird_mock, "left", ctrl_c), pytest.raises(KeyboardInterrupt) as raised:
        with netbird_mock.client() as client:
            client.create_token("left")
    assert isinstance(raised.value.__cause__, CancelledError)
    assert names(netbird_mock) == ["default"]


def test_what_cannot_be_revoked_is_a_warning(netbird_mock: MockNetBird, caplog: pytest.LogCaptureFixture) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    netbird_mock.fault("answer", method="DELETE", status=500, times=0)
    token = CancelToken()
    client = netbird_mock.client(max_retries=0)
    with when_made(netbird_mock, "left", token.cancel), pytest.raises(CancelledError):
        client.with_cancel(token).create_token("left")
    netbird_mock.release_held()
    # Finished, although in vain.
    assert client.close() is True
    (left,) = [each for each in netbird_mock.tokens() if each.name == "left"]
    (warning,) = messages(caplog, logging.WARNING)
    assert warning.startswith('the create of "left" was interrupted and could not be cleaned up')
    assert left.id in warning


def test_a_secret_that_is_ready_is_delivered_or_its_token_revoked(
    netbird_mock: MockNetBird, netbird_client: Client
) -> None:
    """A signal handler that raises ends the call, so nobody gets what arrived while the handler ran."""

    def handler(number: int, frame: object) -> None:
        answered = ("POST", 200)
        while answered not in [(request.method, request.status) for request in netbird_mock.requests]:
            threading.Event().wait(0.005)
        threading.Event().wait(0.3)
        raise KeyboardInterrupt

    netbird_mock.fault("delay_answer", ms=300, method="POST")
    signal.signal(signal.SIGINT, handler)
    with when_made(netbird_mock, "left", ctrl_c), pytest.raises(KeyboardInterrupt) as raised:
        netbird_client.create_token("left")
    assert "in the background" in str(raised.value.__cause__)
    assert netbird_client.close() is True
    assert names(netbird_mock) == ["default"]


def test_a_handler_that_calls_the_client_about_one(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    class Curious(logging.Handler):
        users: list[str] = []

        def emit(self, record: logging.LogRecord) -> None:
            if "is finished" in record.getMessage():
                with netbird_mock.client() as client:
                    self.users.append(client.current_user().id)

    netbird_mock.fault("hold_answer", method="POST")
    token = CancelToken()
    logger = logging.getLogger("netbird_tokens")
    handler = Curious()
    logger.addHandler(handler)
    try:
        with when_made(netbird_mock, "left", token.cancel), pytest.raises(CancelledError):
            netbird_client.with_cancel(token).create_token("left")
        netbird_mock.release_held()
        assert netbird_client.close() is True
    finally:
        logger.removeHandler(handler)
    assert handler.users == ["owner"]


SCRIPT = """
import logging, os, signal, sys, threading
{before}
from netbird_tokens import Client
signal.signal(signal.SIGINT, signal.default_int_handler)
client = Client(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
watching = Client(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
logging.basicConfig(level=logging.DEBUG, filename="log.txt", filemode="w")
client.current_user()
def press():
    while "left" not in [token.name for token in watching.list_tokens()]:
        pass
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press).start()
try:
    client.create_token("left")
except KeyboardInterrupt:
    {after}
"""


@pytest.mark.parametrize("logging_is_first", [True, False])
def test_an_interpreter_that_exits_waits(
    netbird_mock: MockNetBird, run_script: Run, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch, logging_is_first: bool
) -> None:
    folder = tmp_path_factory.mktemp("log")
    monkeypatch.chdir(folder)
    netbird_mock.fault("delay_answer", ms=1_000, method="POST")
    before = "" if logging_is_first else "import netbird_tokens"
    done = run_script(SCRIPT.format(before=before, after="pass"), netbird_mock.url, netbird_mock.pat)
    assert (done.stdout, done.stderr) == ("", "")
    assert names(netbird_mock) == ["default"]
    # The handler writes nothing after `logging` has closed it.
    assert '"left" is finished: token' in (folder / "log.txt").read_text()


def test_an_interpreter_that_ctrl_c_ends_waits(netbird_mock: MockNetBird, run_script: Run) -> None:
    netbird_mock.fault("delay_answer", ms=1_000, method="POST")
    script = SCRIPT.format(before="", after="raise").replace('filename="log.txt", filemode="w"', "stream=sys.stdout")
    done = run_script(script, netbird_mock.url, netbird_mock.pat, status=-signal.SIGINT)
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert '"left" is finished: token' in done.stdout
    assert names(netbird_mock) == ["default"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals as Unix does")
def test_a_second_ctrl_c_ends_the_wait(netbird_mock: MockNetBird, run_script: Run) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    after = """
    import atexit
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    # Runs before the wait.
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.3)
"""
    script = SCRIPT.format(before="", after=after).replace('filename="log.txt", filemode="w"', "stream=sys.stdout")
    done = run_script(script, netbird_mock.url, netbird_mock.pat)
    assert "KeyboardInterrupt" in done.stderr
    assert "is finished" not in done.stdout


def test_ctrl_c_ends_the_wait_of_close(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    token = CancelToken()
    client = netbird_mock.client()
    with when_made(netbird_mock, "left", token.cancel), pytest.raises(CancelledError):
        client.with_cancel(token).create_token("left")
    timer = threading.Timer(0.2, ctrl_c)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        client.close()
    timer.join()
    assert repr(client) == "Client(closed)"
    assert client.close() is True
