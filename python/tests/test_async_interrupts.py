"""Awaited calls that do not come to their end: cancelled tasks, tokens and scopes, closed loops, the interpreter's exit, forks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from netbird_tokens import AsyncClient, CancelledError, CancelToken, CreatedToken, NetBirdError
from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def names(mock: MockNetBird) -> list[str]:
    return [token.name for token in mock.tokens()]


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


async def cancelled(task: asyncio.Task[object]) -> NetBirdError:
    """What the cancellation means."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    # Before 3.11, whoever awaits a task gets an exception of its own, whose context is the one within the task.
    within = caught.value if sys.version_info >= (3, 11) else caught.value.__context__
    assert within is not None
    assert isinstance(within.__cause__, NetBirdError)
    return within.__cause__


CALLS: list[Callable[[AsyncClient], object]] = [
    lambda c: c.list_tokens("owner"),
    lambda c: c.get_token("x", user_id="owner"),
    lambda c: c.delete_token("x", user_id="owner"),
    lambda c: c.check_credential(),
    lambda c: c.rotate_token("x", user_id="owner"),
]


@pytest.mark.parametrize("call", CALLS)
def test_cancelling_the_task_cancels_the_call(netbird_mock: MockNetBird, call: Callable[[AsyncClient], object]) -> None:
    netbird_mock.fault("hold", target_contains="/tokens", times=0)

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            task = asyncio.create_task(call(client))  # type: ignore[arg-type, var-annotated]
            await until(lambda: netbird_mock.requests)
            cause = await cancelled(task)
            assert isinstance(cause, CancelledError)
            netbird_mock.clear_faults()
            assert len(await client.list_tokens()) == 1

    asyncio.run(main())


@pytest.mark.parametrize("call", CALLS)
def test_a_cancel_token_ends_the_call(netbird_mock: MockNetBird, call: Callable[[AsyncClient], object]) -> None:
    netbird_mock.fault("hold", target_contains="/tokens", times=0)
    token = CancelToken()

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            task = asyncio.create_task(call(client.with_timeout(50).with_cancel(token)))  # type: ignore[arg-type, var-annotated]
            await until(lambda: netbird_mock.requests)
            await asyncio.to_thread(token.cancel)
            with pytest.raises(CancelledError):
                await task
            netbird_mock.take_requests()
            with pytest.raises(CancelledError):
                await client.with_cancel(token).create_token("never")
            assert not netbird_mock.requests

    asyncio.run(main())


def test_a_cancelled_create_is_revoked(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("hold_answer", method="POST")

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            task: asyncio.Task[object] = asyncio.create_task(client.create_token("left"))
            await until(lambda: "left" in names(netbird_mock))
            assert "in the background" in str(await cancelled(task))
            netbird_mock.release_held()
            assert await client.close() is True

    asyncio.run(main())
    assert names(netbird_mock) == ["default"]


def test_a_created_token_that_the_cancelled_task_never_got_is_revoked(
    netbird_mock: MockNetBird, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call has ended, and the event loop has not yet run the task."""

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            loop = asyncio.get_running_loop()
            deliver = loop.call_soon_threadsafe

            def deliver_and_cancel(callback: Callable[..., object], *given: Any) -> object:
                return deliver(lambda: (callback(*given), task.cancel()))

            monkeypatch.setattr(loop, "call_soon_threadsafe", deliver_and_cancel)
            task = loop.create_task(client.create_token("left"))
            await asyncio.wait([task])
            monkeypatch.undo()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await client.close() is True

    asyncio.run(main())
    assert [request.status for request in netbird_mock.requests if request.method == "POST"] == [200]
    assert names(netbird_mock) == ["default"]


def test_wait_for_ends_a_call(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("hold", target_contains="/tokens", times=0)

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.list_tokens(), 0.1)

    asyncio.run(main())


def test_a_cancelled_rotation_is_aborted(netbird_mock: MockNetBird) -> None:
    old = netbird_mock.add_token("deploy")

    async def main() -> None:
        async with netbird_mock.async_client() as client:

            async def rotate() -> None:
                async with client.rotate_token(old.token_id):
                    entered.set()
                    await asyncio.sleep(50)

            entered = asyncio.Event()
            task = asyncio.create_task(rotate())
            await entered.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert names(netbird_mock) == ["default", "deploy"]


def test_a_rotation_in_a_cancelled_scope_is_aborted_in_the_background(netbird_mock: MockNetBird) -> None:
    """A scope of anyio cancels every wait in it, that for the abort included."""
    old = netbird_mock.add_token("deploy")

    async def main() -> None:
        client = netbird_mock.async_client()
        with anyio.CancelScope() as scope:
            async with client.rotate_token(old.token_id) as rotation:
                scope.cancel()
                await anyio.sleep(50)
        assert scope.cancelled_caught
        assert rotation.record()["stage"] == "aborted"
        assert await client.close() is True

    anyio.run(main, backend="asyncio")
    assert names(netbird_mock) == ["default", "deploy"]


def test_a_cancelled_wait_for_an_audit_loses_no_result(netbird_mock: MockNetBird) -> None:
    for number in range(20):
        netbird_mock.add_user(f"service {number}", is_service_user=True)

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            audit = await client.audit_tokens(concurrency=2)
            found: list[str] = []

            async def take() -> None:
                found.append((await audit.__anext__()).user.id)

            for number in range(200):
                task = asyncio.create_task(take())
                for _ in range(number % 4):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
            found += [result.user.id async for result in audit]
            assert len(found) == len(set(found)) == 21

    asyncio.run(main())


def test_a_loop_that_is_closed_during_a_create(netbird_mock: MockNetBird) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    client = netbird_mock.async_client()
    loop = asyncio.new_event_loop()
    task: asyncio.Task[CreatedToken] = loop.create_task(client.create_token("left"))
    loop.run_until_complete(until(lambda: "left" in names(netbird_mock)))
    loop.close()
    netbird_mock.release_held()
    asyncio.run(until(lambda: names(netbird_mock) == ["default"]))
    assert asyncio.run(client.close()) is True


PREAMBLE = """
import asyncio, os, sys, threading
from netbird_tokens import AsyncClient
client = AsyncClient(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
"""


@pytest.mark.parametrize("attempt", range(3))
def test_the_interpreter_exits_with_calls_in_flight(netbird_mock: MockNetBird, run_script: Run, attempt: int) -> None:
    netbird_mock.fault("delay", ms=20_000, target_contains="/tokens", times=0)
    source = """
begun = threading.Event()
async def main():
    calls = [asyncio.create_task(client.list_tokens()) for _ in range(50)]
    asyncio.get_running_loop().call_later(0.2, begun.set)
    await asyncio.gather(*calls)
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
begun.wait()
print("leaving")
"""
    done = run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat)
    assert (done.stdout, done.stderr) == ("leaving\n", "")


@pytest.mark.parametrize("attempt", range(3))
def test_the_interpreter_exits_while_calls_end(netbird_mock: MockNetBird, run_script: Run, attempt: int) -> None:
    source = """
begun = threading.Event()
async def main():
    while True:
        await asyncio.gather(*(client.list_tokens() for _ in range(50)))
        begun.set()
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
begun.wait()
print("leaving")
"""
    done = run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat)
    assert (done.stdout, done.stderr) == ("leaving\n", "")


def test_the_exit_waits_for_an_interrupted_create(netbird_mock: MockNetBird, run_script: Run) -> None:
    netbird_mock.fault("delay_answer", ms=500, method="POST")
    source = """
async def main():
    asyncio.get_running_loop().call_later(0.2, asyncio.current_task().cancel)
    try:
        await client.create_token("left")
    except asyncio.CancelledError:
        print("cancelled")
asyncio.run(main())
"""
    assert run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat).stdout == "cancelled\n"
    assert names(netbird_mock) == ["default"]


def test_a_fork_during_calls(netbird_mock: MockNetBird, run_script: Run) -> None:
    netbird_mock.fault("delay_answer", ms=300, method="POST")
    source = """
async def main():
    call = asyncio.create_task(client.create_token("kept"))
    await asyncio.sleep(0.1)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            # What it inherited is its parent's: it lets go of that, and uses the client in a loop of its own.
            del call
            asyncio.events._set_running_loop(None)
            status = 0 if len(asyncio.run(client.list_tokens())) >= 1 else 2
        finally:
            os._exit(status)
    created = await call
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), created.token.name)
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
asyncio.run(main())
"""
    assert run_script(PREAMBLE + source, netbird_mock.url, netbird_mock.pat).stdout == "0 kept\n"
    assert sorted(names(netbird_mock)) == ["default", "kept"]
