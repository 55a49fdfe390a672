"""One client in many threads, and what other threads can do meanwhile."""

from __future__ import annotations

import sys
import sysconfig
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from netbird_tokens import Client
from netbird_tokens.testing import MockNetBird


def test_the_gil_is_free_during_a_call(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("delay", ms=600)
    done = threading.Event()

    def call() -> None:
        netbird_client.list_tokens()
        done.set()

    thread = threading.Thread(target=call)
    thread.start()
    gaps = []
    last = time.monotonic()
    while not done.is_set():
        time.sleep(0.001)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
    thread.join()
    assert sum(gaps) > 0.5
    assert max(gaps) < 0.4


def test_calls_of_many_threads_overlap(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_client.current_user()
    netbird_mock.fault("delay", ms=300, times=0)
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        users = list(pool.map(lambda _: netbird_client.current_user(), range(16)))
    assert len(set(users)) == 1
    assert time.monotonic() - began < 16 * 0.3 / 2


def test_32_threads_on_one_client_while_another_spins(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(1_000))

    def work(number: int) -> list[str]:
        made = netbird_client.create_token(f"thread {number}").token
        for _ in range(10):
            assert made in netbird_client.list_tokens()
        assert netbird_client.get_token(made.id) == made
        netbird_client.delete_token(made.id)
        return [made.id]

    spinner = threading.Thread(target=spin)
    spinner.start()
    try:
        with ThreadPoolExecutor(32) as pool:
            made = [token for tokens in pool.map(work, range(32)) for token in tokens]
    finally:
        stop.set()
        spinner.join()
    assert len(set(made)) == 32
    assert [token.name for token in netbird_mock.tokens()] == ["default"]
    assert len([request for request in netbird_mock.requests if request.method == "POST"]) == 32


def test_a_client_may_be_closed_while_calls_run(netbird_mock: MockNetBird) -> None:
    client = netbird_mock.client()
    client.current_user()
    netbird_mock.fault("delay", ms=300, times=8)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(client.list_tokens) for _ in range(8)]
        time.sleep(0.1)
        client.close()
        assert [len(call.result()) for call in calls] == [1] * 8


def test_objects_are_shared_between_threads(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    for number in range(100):
        netbird_mock.add_token(f"t{number}")
    tokens = netbird_client.list_tokens()
    iterator = iter(tokens)
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda _: [token.id for token in iterator], range(8)))
    seen = [token for part in parts for token in part]
    assert sorted(seen) == sorted(token.id for token in tokens)


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python has a GIL")
def test_importing_does_not_bring_the_gil_back() -> None:
    assert not sys._is_gil_enabled()  # type: ignore[attr-defined]
