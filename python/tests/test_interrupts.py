"""Ctrl-C, and signal handlers in general, while a call waits."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from interrupting import ANSWERED_WITHIN, ctrl_c
from netbird_tokens import CancelledError, Client
from netbird_tokens.testing import MockNetBird

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="sends signals as Unix does"),
    pytest.mark.usefixtures("default_handler"),
]


@contextmanager
def spinning() -> Iterator[None]:
    """Another thread that never lets go of the GIL on its own."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            for _ in range(1_000):
                pass

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("phase", ["delay", "drip"])
def test_ctrl_c_is_answered_in_time(netbird_mock: MockNetBird, netbird_client: Client, phase: str) -> None:
    netbird_client.list_tokens()
    if phase == "delay":
        netbird_mock.fault("delay", ms=10_000)
    else:
        netbird_mock.fault("drip", bytes=1, every_ms=100)
    with ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt) as raised:
            netbird_client.list_tokens()
        took = time.monotonic() - interrupt.sent_at
    assert took < ANSWERED_WITHIN
    assert isinstance(raised.value.__cause__, CancelledError)
    netbird_mock.clear_faults()
    assert netbird_client.list_tokens()


def test_ctrl_c_while_another_thread_spins(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("delay", ms=10_000)
    with spinning(), ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            netbird_client.list_tokens()
        took = time.monotonic() - interrupt.sent_at
    # Plus what CPython's own threads wait for each other.
    assert took < ANSWERED_WITHIN + 4 * sys.getswitchinterval()


def test_ctrl_c_while_waiting_to_retry(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("answer", status=429, headers=[["Retry-After", "20"]], times=0)
    with netbird_mock.client() as client, ctrl_c(after=0.3) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            client.list_tokens()
        assert time.monotonic() - interrupt.sent_at < ANSWERED_WITHIN


def test_an_interrupted_write_says_what_that_means(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_client.list_tokens()
    netbird_mock.fault("delay", ms=500, times=2)
    with ctrl_c(after=0.2), pytest.raises(KeyboardInterrupt) as create:
        netbird_client.create_token("maybe")
    assert "the create is finished in the background" in str(create.value.__cause__)
    with ctrl_c(after=0.2), pytest.raises(KeyboardInterrupt) as delete:
        netbird_client.delete_token(netbird_mock.seeded[0].token_id)
    assert "may or may not be revoked" in str(delete.value.__cause__)


def test_what_another_handler_raises_ends_the_call(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    def handler(number: int, frame: object) -> None:
        raise ZeroDivisionError(number)

    netbird_mock.fault("delay", ms=10_000)
    signal.signal(signal.SIGINT, handler)
    with ctrl_c(after=0.3), pytest.raises(ZeroDivisionError) as raised:
        netbird_client.list_tokens()
    assert isinstance(raised.value.__cause__, CancelledError)


def test_a_handler_that_raises_nothing_runs_and_the_call_goes_on(
    netbird_mock: MockNetBird, netbird_client: Client
) -> None:
    seen: list[float] = []
    signal.signal(signal.SIGINT, lambda *_: seen.append(time.monotonic()))
    netbird_mock.fault("delay", ms=800)
    with ctrl_c(after=0.3) as interrupt:
        assert netbird_client.list_tokens()
    (at,) = seen
    assert at - interrupt.sent_at < ANSWERED_WITHIN


def test_other_threads_are_left_alone(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("delay", ms=800, times=2)
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(len(netbird_client.list_tokens())))
    thread.start()
    with ctrl_c(after=0.3), pytest.raises(KeyboardInterrupt):
        netbird_client.list_tokens()
    thread.join()
    assert results == [1]


def test_an_alarm_is_answered_too(
    netbird_mock: MockNetBird, netbird_client: Client, run_script: Callable[..., object]
) -> None:
    def expired(number: int, frame: object) -> None:
        raise TimeoutError("by the alarm")

    before = signal.signal(signal.SIGALRM, expired)
    try:
        netbird_mock.fault("delay", ms=10_000)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TimeoutError, match="by the alarm"):
            netbird_client.list_tokens()
    finally:
        signal.signal(signal.SIGALRM, before)
