"""Ending calls from another thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from netbird_tokens import CancelledError, CancelToken, Client, NetBirdError
from netbird_tokens.testing import MockNetBird

T = TypeVar("T")


def seen(mock: MockNetBird, number: int) -> None:
    """Waits until that many requests have arrived."""
    while len(mock.requests) < number:
        threading.Event().wait(0.005)


@pytest.fixture
def holding(netbird_mock: MockNetBird) -> MockNetBird:
    netbird_mock.fault("hold", target_contains="/tokens", times=0)
    return netbird_mock


CALLS: list[Callable[[Client], object]] = [
    lambda c: c.list_tokens("owner"),
    lambda c: c.get_token("x", user_id="owner"),
    lambda c: c.delete_token("x", user_id="owner"),
    lambda c: c.check_credential(),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_on_another_thread_ends(
    holding: MockNetBird, netbird_client: Client, call: Callable[[Client], object]
) -> None:
    token = CancelToken()
    assert not token.is_cancelled
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(call, netbird_client.with_cancel(token))
        seen(holding, 1)
        token.cancel()
        with pytest.raises(CancelledError, match="interrupted"):
            result.result()
    assert token.is_cancelled
    holding.clear_faults()
    assert netbird_client.list_tokens()


def test_the_main_thread_can_be_ended_by_another(holding: MockNetBird, netbird_client: Client) -> None:
    token = CancelToken()

    def cancel() -> None:
        seen(holding, 1)
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(CancelledError):
        netbird_client.with_cancel(token).list_tokens("owner")
    thread.join()


def test_one_token_ends_many_calls_and_no_others(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("hold", target_contains="/tokens", times=8)
    token = CancelToken()
    clients = [netbird_client.with_cancel(token), netbird_client.with_timeout(50).with_cancel(token)] * 4
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(client.list_tokens, "owner") for client in clients]
        seen(netbird_mock, 8)
        assert netbird_client.current_user().id == "owner"
        token.cancel()
        assert [type(result.exception()) for result in results] == [CancelledError] * 8
    assert netbird_client.list_tokens()


def test_once_cancelled_nothing_is_sent(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    token = CancelToken()
    client = netbird_client.with_cancel(token)
    assert client.list_tokens()
    token.cancel()
    token.cancel()
    netbird_mock.take_requests()
    for call in (client.list_tokens, client.current_user, lambda: client.create_token("x")):
        with pytest.raises(CancelledError, match="before anything was sent"):
            call()
    assert netbird_mock.requests == []
    assert (repr(CancelToken()), repr(token)) == ("CancelToken()", "CancelToken(cancelled)")


def test_a_task_in_asyncio_ends_its_thread(holding: MockNetBird, netbird_client: Client) -> None:
    ended: list[NetBirdError] = []

    async def names() -> list[str]:
        token = CancelToken()

        def call() -> list[str]:
            try:
                return [each.name for each in netbird_client.with_cancel(token).list_tokens("owner")]
            except NetBirdError as error:
                ended.append(error)
                raise

        try:
            return await asyncio.to_thread(call)
        finally:
            token.cancel()

    async def main() -> None:
        task = asyncio.create_task(names())
        await asyncio.to_thread(seen, holding, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    # It waits for the threads of to_thread.
    asyncio.run(main())
    assert [type(error) for error in ended] == [CancelledError]
