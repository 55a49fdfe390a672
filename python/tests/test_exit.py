"""How an interpreter ends: cleanly, with calls in flight, and without starting new ones."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

import pytest

from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PREAMBLE = """
import sys, threading, time
from netbird_tokens import Client, NetBirdError
client = Client(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
client.current_user()
"""


@pytest.fixture
def slow(netbird_mock: MockNetBird) -> MockNetBird:
    netbird_mock.fault("delay", ms=20_000, target_contains="/tokens", times=0)
    return netbird_mock


@pytest.mark.parametrize("attempt", range(3))
def test_daemon_threads_with_calls_in_flight(slow: MockNetBird, run_script: Run, attempt: int) -> None:
    source = """
for _ in range(16):
    threading.Thread(target=client.list_tokens, daemon=True).start()
time.sleep(0.3)
print("leaving")
"""
    began = time.monotonic()
    done = run_script(PREAMBLE + source, slow.url, slow.pat)
    assert (done.stdout, done.stderr) == ("leaving\n", "")
    assert time.monotonic() - began < 10


def test_sys_exit_with_calls_in_flight_keeps_its_status(slow: MockNetBird, run_script: Run) -> None:
    source = """
for _ in range(4):
    threading.Thread(target=client.list_tokens, daemon=True).start()
time.sleep(0.2)
sys.exit(7)
"""
    assert run_script(PREAMBLE + source, slow.url, slow.pat, status=7).stderr == ""


def test_ordinary_threads_finish_first(netbird_mock: MockNetBird, run_script: Run) -> None:
    netbird_mock.fault("delay", ms=500, target_contains="/tokens")
    source = 'threading.Thread(target=lambda: print(len(client.list_tokens()))).start()\n'
    assert run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat).stdout == "1\n"


def test_a_call_at_exit_still_works(netbird_mock: MockNetBird, run_script: Run) -> None:
    source = """
import atexit
atexit.register(lambda: print(len(client.list_tokens())))
"""
    assert run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat).stdout == "1\n"


def test_a_call_at_interpreter_shutdown_is_refused(netbird_mock: MockNetBird, run_script: Run) -> None:
    source = """
import os
class Last:
    def __init__(self):
        self.client, self.write = client, os.write
    def __del__(self):
        try:
            self.client.list_tokens()
        except RuntimeError as error:
            self.write(1, str(error).encode())
sys.last = Last()
"""
    done = run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat)
    assert done.stdout == "the interpreter is shutting down: no more calls are possible"
    assert done.stderr == ""
    assert [request.target for request in netbird_mock.requests] == ["/api/users/current"]


def test_objects_that_outlive_everything(netbird_mock: MockNetBird, run_script: Run) -> None:
    source = """
from netbird_tokens.testing import MockNetBird
sys.kept = [client, client.list_tokens(), iter(client.list_tokens()), client.create_token("x"), MockNetBird()]
"""
    assert run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat).stderr == ""


def test_ctrl_c_ends_a_script_as_it_ends_any(slow: MockNetBird, run_script: Run) -> None:
    source = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
client.list_tokens()
"""
    done = run_script(PREAMBLE + source, slow.url, slow.pat, status=-2)
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert "CancelledError: the call was interrupted" in done.stderr
    assert slow.pat not in done.stderr
