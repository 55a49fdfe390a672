"""Logging in with asyncio."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
import uvloop

from netbird_tokens import (
    AsyncClient,
    AsyncDeviceLogin,
    CancelledError,
    CancelToken,
    DeviceLogin,
    ForbiddenError,
    InvalidArgumentError,
    LoginSession,
    UnauthorizedError,
    start_login,
    start_login_async,
)
from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def provider() -> Iterator[MockNetBird]:
    """A server with an identity provider that refreshes."""
    with MockNetBird(identity_provider={"interval_secs": 1, "refresh": "works"}) as mock:
        yield mock


def begin(mock: MockNetBird, **options: Any) -> Any:
    return start_login_async(mock.url, proxy_from_env=False, **options)


async def cancelled(task: asyncio.Task[Any]) -> BaseException | None:
    """What the cancellation means."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    # Before 3.11, whoever awaits a task gets an exception of its own, whose context is the one within the task.
    within = caught.value if sys.version_info >= (3, 11) else caught.value.__context__
    assert within is not None
    return within.__cause__


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


LOOPS = {
    "asyncio": asyncio.run,
    "uvloop": uvloop.run,
    "anyio": lambda main: anyio.run(lambda: main, backend="asyncio"),
}


@pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)
def test_from_a_login_to_a_token(provider: MockNetBird, run: Callable[[Any], None]) -> None:
    async def main() -> None:
        login: AsyncDeviceLogin = await begin(provider)
        assert login.verification_uri_complete == f"{login.verification_uri}?user_code={login.user_code}"
        assert (login.interval, login.expires_at.tzinfo is None) == (1.0, False)
        assert await login.poll() is None
        provider.approve_login(login.user_code)
        session = await login.wait()
        async with AsyncClient(credential=session, proxy_from_env=False) as client:
            created = await client.create_token("laptop")
            client.set_credential(pat=created.plain_token)
            client.set_credential(credential=session)
            assert (await client.current_user()).id == "owner"
        before = session.export().expose()
        await session.refresh_async()
        assert session.export().expose() != before
        assert repr(login).startswith("AsyncDeviceLogin(verification_uri=")
        assert login.user_code not in repr(login)

    run(main())


def test_cancelling_the_task_ends_the_wait_and_it_can_be_taken_up_again(provider: MockNetBird) -> None:
    async def main() -> None:
        login = await begin(provider)
        task = asyncio.create_task(login.wait())
        await until(lambda: any(request.target == "/oauth2/token" for request in provider.requests))
        began = time.monotonic()
        cause = await cancelled(task)
        assert time.monotonic() - began < 0.1
        assert isinstance(cause, CancelledError)
        provider.approve_login(login.user_code)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(login.wait(), 0.05)
        session = await login.wait()
        assert session.management_url == provider.url

    asyncio.run(main())


def test_a_session_that_the_cancelled_task_never_got_is_not_lost(
    provider: MockNetBird, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call has ended, and the event loop has not yet run the task."""

    async def main() -> None:
        login = await begin(provider)
        provider.approve_login(login.user_code)
        loop = asyncio.get_running_loop()
        deliver = loop.call_soon_threadsafe

        def deliver_and_cancel(callback: Callable[..., object], *given: Any) -> object:
            return deliver(lambda: (callback(*given), task.cancel()))

        monkeypatch.setattr(loop, "call_soon_threadsafe", deliver_and_cancel)
        task = loop.create_task(login.wait())
        await asyncio.wait([task])
        monkeypatch.undo()
        with pytest.raises(asyncio.CancelledError):
            await task
        provider.take_requests()
        assert (await login.poll()).management_url == provider.url
        assert not provider.requests

    asyncio.run(main())


@pytest.mark.parametrize("held", ["openid-configuration", "device/code"])
def test_cancelling_the_task_ends_the_beginning(provider: MockNetBird, held: str) -> None:
    provider.fault("hold", target_contains=held, times=0)

    async def main() -> None:
        task = asyncio.create_task(begin(provider))
        await until(lambda: any(held in request.target for request in provider.requests))
        assert isinstance(await cancelled(task), CancelledError)

    asyncio.run(main())


def test_a_cancel_token_ends_what_was_begun_with_it(provider: MockNetBird) -> None:
    async def main() -> None:
        token, other = CancelToken(), CancelToken()
        login = await begin(provider, cancel=token)
        waits = [asyncio.create_task(login.wait()), asyncio.create_task(login.with_cancel(other).wait())]
        await asyncio.sleep(0.1)
        await asyncio.to_thread(other.cancel)
        with pytest.raises(CancelledError):
            await waits[1]
        assert not waits[0].done()
        token.cancel()
        with pytest.raises(CancelledError):
            await waits[0]
        with pytest.raises(CancelledError):
            await login.poll()
        provider.take_requests()
        with pytest.raises(CancelledError):
            await begin(provider, cancel=token)
        assert not provider.requests

    asyncio.run(main())


def test_a_refresh_that_is_never_answered_can_be_cancelled() -> None:
    def asked(mock: MockNetBird) -> bool:
        return any("refresh_token" in request.body for request in mock.requests)

    async def main() -> None:
        with MockNetBird(identity_provider={"interval_secs": 1}) as mock:
            login = await begin(mock)
            mock.approve_login(login.user_code)
            session = await login.wait()
            task = asyncio.create_task(session.refresh_async())
            await until(lambda: asked(mock))
            assert isinstance(await cancelled(task), CancelledError)
            token = CancelToken()
            task = asyncio.create_task(session.with_cancel(token).refresh_async())
            await asyncio.sleep(0.1)
            token.cancel()
            with pytest.raises(CancelledError):
                await task

    asyncio.run(main())


def test_errors_are_those_of_the_package() -> None:
    async def main() -> None:
        with MockNetBird(identity_provider={"interval_secs": 1, "refresh": "fails"}) as mock:
            login = await begin(mock)
            mock.deny_login(login.user_code)
            for call in (login.poll, login.wait):
                with pytest.raises(ForbiddenError):
                    await call()
            login = await begin(mock)
            mock.approve_login(login.user_code)
            session = await login.wait()
            with pytest.raises(UnauthorizedError):
                await session.refresh_async()

    asyncio.run(main())


def test_arguments_that_are_wrong_are_refused_before_anything_is_sent(provider: MockNetBird) -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match="issuer: expected str, not int"):
            await begin(provider, issuer=7)
        with pytest.raises(TypeError, match="cancel: expected CancelToken, not int"):
            await begin(provider, cancel=7)
        with pytest.raises(TypeError, match=r"^start_login_async\(\) got an unexpected keyword argument 'retries'$"):
            await begin(provider, retries=7)
        with pytest.raises(InvalidArgumentError, match="credential does not apply"):
            await begin(provider, pat=provider.pat)

    asyncio.run(main())
    assert not provider.requests


def test_it_cannot_be_pickled(provider: MockNetBird) -> None:
    login = asyncio.run(begin(provider))
    with pytest.raises(TypeError, match="an AsyncDeviceLogin cannot be pickled"):
        pickle.dumps(login)
    # Another loop can wait for it.
    provider.approve_login(login.user_code)
    assert asyncio.run(login.wait()).management_url == provider.url


# What AsyncDeviceLogin says differently.
OTHER_WORDS = {"wait", "with_cancel"}


def test_the_names_and_signatures_are_those_of_the_blocking_login() -> None:
    def names(one: type) -> set[str]:
        return {name for name in vars(one) if not name.startswith("_")}

    assert names(AsyncDeviceLogin) == names(DeviceLogin)
    for name in names(DeviceLogin):
        ours, theirs = inspect.getattr_static(AsyncDeviceLogin, name), inspect.getattr_static(DeviceLogin, name)
        if name not in OTHER_WORDS:
            assert inspect.getdoc(ours) == inspect.getdoc(theirs), name
        if not isinstance(ours, property):
            assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters), name
            assert inspect.iscoroutinefunction(ours) == (name != "with_cancel"), name
    ours, theirs = inspect.signature(start_login_async), inspect.signature(start_login)
    assert [(each.name, each.kind, each.default) for each in ours.parameters.values()] == [
        (each.name, each.kind, each.default) for each in theirs.parameters.values()
    ]
    assert inspect.iscoroutinefunction(start_login_async)


PREAMBLE = """
import asyncio, sys, threading
from netbird_tokens import start_login_async
"""


@pytest.mark.parametrize("attempt", range(3))
def test_the_interpreter_exits_while_a_login_waits(provider: MockNetBird, run_script: Run, attempt: int) -> None:
    source = """
begun = threading.Event()
async def main():
    login = await start_login_async(sys.argv[1], proxy_from_env=False)
    asyncio.get_running_loop().call_later(0.1, begun.set)
    await login.wait()
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
begun.wait()
print("leaving")
"""
    done = run_script(PREAMBLE + source, provider.url)
    assert (done.stdout, done.stderr) == ("leaving\n", "")


def test_a_loop_that_is_closed_while_a_login_waits(provider: MockNetBird) -> None:
    loop = asyncio.new_event_loop()
    login = loop.run_until_complete(begin(provider))
    task = loop.create_task(login.wait())
    loop.run_until_complete(asyncio.sleep(0.1))
    loop.close()
    provider.approve_login(login.user_code)
    session: LoginSession = asyncio.run(login.wait())
    assert session.management_url == provider.url
    assert not task.done()
