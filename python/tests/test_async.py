"""AsyncClient: its calls, on every event loop that it supports."""

from __future__ import annotations

import asyncio
import inspect
import resource
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
import pytest
import uvloop

from netbird_tokens import (
    AsyncAudit,
    AsyncClient,
    AsyncRotation,
    Audit,
    Client,
    ClientOptions,
    CreatedToken,
    InvalidArgumentError,
    NotFoundError,
    Rotation,
    Token,
)
from netbird_tokens.testing import MockNetBird

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]


def on_asyncio(main: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(main)


def on_uvloop(main: Coroutine[Any, Any, T]) -> T:
    loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


def on_anyio(main: Coroutine[Any, Any, T]) -> T:
    async def awaited() -> T:
        return await main

    return anyio.run(awaited, backend="asyncio")


every_loop = pytest.mark.parametrize("run", [on_asyncio, on_uvloop, on_anyio])


@every_loop
def test_the_main_job(netbird_mock: MockNetBird, run: Run[None]) -> None:
    async def main() -> None:
        async with netbird_mock.async_client() as client:
            created = await client.create_token("ci", expires_in_days=7)
            assert isinstance(created, CreatedToken)
            assert created.plain_token.expose() == netbird_mock.plain_of(created.token.id)
            assert await client.get_token(created.token.id) == created.token
            assert sorted(token.name for token in await client.list_tokens()) == ["ci", "default"]
            await client.delete_token(created.token.id)
            with pytest.raises(NotFoundError):
                await client.get_token(created.token.id)
            assert (await client.current_user()).id == "owner"
            assert [user.id for user in await client.list_users()] == ["owner"]
            assert (await client.check_credential()).state == "working"

    run(main())
    assert [token.name for token in netbird_mock.tokens()] == ["default"]


@every_loop
def test_a_rotation_commits(netbird_mock: MockNetBird, run: Run[None]) -> None:
    old = netbird_mock.add_token("deploy")

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            async with client.rotate_token(old.token_id) as rotation:
                assert isinstance(rotation, AsyncRotation)
                assert rotation.plain_token.expose() == netbird_mock.plain_of(rotation.token.id)
                assert rotation.record()["stage"] == "created"
            assert rotation.record()["stage"] == "committed"

    run(main())
    assert old.token_id not in [token.id for token in netbird_mock.tokens()]
    assert len(netbird_mock.tokens()) == 2


@every_loop
def test_a_rotation_aborts(netbird_mock: MockNetBird, run: Run[None]) -> None:
    old = netbird_mock.add_token("deploy")

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            with pytest.raises(KeyError):
                async with client.rotate_token(name="deploy") as rotation:
                    raise KeyError("the vault is locked")
            assert rotation.record()["stage"] == "aborted"

    run(main())
    assert [token.id for token in netbird_mock.tokens()][1:] == [old.token_id]


def test_the_ways_to_begin_a_rotation(netbird_mock: MockNetBird) -> None:
    old = netbird_mock.add_token("deploy")

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            rotation = await client.rotate_token(old.token_id)
            await rotation.abort()
            rotation = await asyncio.create_task(client.rotate_token(old.token_id))
            await rotation.abort()
            async with await client.rotate_token(old.token_id, prepare_only=True) as rotation:
                await rotation.commit(keep_old=True)
            assert rotation.record()["stage"] == "kept"
            record = (await client.rotate_token(old.token_id, prepare_only=True)).record()
            assert (await client.resume_rotation(record))["stage"] == "aborted"

    asyncio.run(main())
    assert len(netbird_mock.tokens()) == 3


@every_loop
def test_an_audit(netbird_mock: MockNetBird, run: Run[None]) -> None:
    for number in range(5):
        netbird_mock.add_user(f"service {number}", is_service_user=True)

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            audit = client.audit_tokens(concurrency=2)
            assert (audit.user_count, audit.summary().users, repr(audit)) == (0, 0, "AsyncAudit(not begun)")
            assert len({result.user.id async for result in audit}) == 6
            assert audit.summary().is_complete
            assert [result async for result in audit] == []
            async with client.audit_tokens() as audit:
                assert audit.user_count == 6
                await audit.__anext__()
            assert [result async for result in audit] == []
            assert audit.summary().audited == 1
            assert (await client.audit_tokens()).user_count == 6

    run(main())


def test_a_thousand_calls_at_once_on_one_thread(netbird_mock: MockNetBird) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))

    async def main() -> int:
        async with netbird_mock.async_client() as client:
            await client.list_tokens()
            before = threading.active_count()
            calls = [asyncio.create_task(client.list_tokens()) for _ in range(1_000)]
            listed = await asyncio.gather(*calls)
            assert threading.active_count() == before
            return sum(len(tokens) for tokens in listed)

    try:
        assert asyncio.run(main()) == 1_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_several_loops_share_a_client(netbird_mock: MockNetBird) -> None:
    client = netbird_mock.async_client()
    found: list[Token] = []

    async def lists() -> None:
        found.extend(await client.list_tokens())

    threads = [threading.Thread(target=lambda: asyncio.run(lists())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert asyncio.run(client.close())


def test_a_closed_client(netbird_mock: MockNetBird) -> None:
    async def main() -> None:
        client = netbird_mock.async_client()
        other = client.with_timeout(5)
        assert await client.close()
        assert await client.close()
        assert repr(client) == "AsyncClient(closed)"
        for call in (client.list_tokens(), client.rotate_token("x")):
            with pytest.raises(InvalidArgumentError, match="closed"):
                await call
        with pytest.raises(InvalidArgumentError, match="closed"):
            async with client:
                pass
        assert len(await other.list_tokens()) == 1

    asyncio.run(main())


def test_an_argument_of_the_wrong_type_is_refused_before_anything_is_sent(netbird_mock: MockNetBird) -> None:
    wrong: Any = 7

    async def main() -> None:
        async with netbird_mock.async_client() as client:
            for call in (client.list_tokens(wrong), client.create_token(wrong), client.rotate_token(wrong)):
                with pytest.raises(TypeError):
                    await call
            with pytest.raises(TypeError):
                await client.audit_tokens(concurrency="8")  # type: ignore[arg-type]

    asyncio.run(main())
    assert not netbird_mock.requests


def test_without_a_loop_nothing_begins(netbird_mock: MockNetBird) -> None:
    call = netbird_mock.async_client().list_tokens()
    with pytest.raises(RuntimeError, match="no running event loop"):
        call.send(None)
    assert not netbird_mock.requests


# What AsyncClient and its objects say differently.
OTHER_WORDS = {
    (AsyncClient, "set_credential"),
    (AsyncClient, "with_cancel"),
    (AsyncClient, "create_token"),
    (AsyncClient, "rotate_token"),
    (AsyncClient, "audit_tokens"),
    (AsyncClient, "close"),
    (AsyncAudit, "user_count"),
}
# What is begun by a plain call, or waits for nothing.
PLAIN = {"from_env", "set_credential", "with_timeout", "with_cancel", "rotate_token", "audit_tokens", "record", "mark_stored"}


@pytest.mark.parametrize(("ours", "sync"), [(AsyncClient, Client), (AsyncRotation, Rotation), (AsyncAudit, Audit)])
def test_the_names_and_signatures_are_those_of_the_sync_client(ours: type, sync: type) -> None:
    def names(one: type) -> set[str]:
        return {name for name in vars(one) if not name.startswith("_")}

    assert names(ours) == names(sync)
    for name in names(ours):
        mine, theirs = inspect.getattr_static(ours, name), inspect.getattr_static(sync, name)
        if (ours, name) not in OTHER_WORDS:
            assert inspect.getdoc(mine) == inspect.getdoc(getattr(theirs, "__func__", theirs)), name
        if isinstance(mine, property) or name == "from_env":
            continue
        # Without self, which is positional-only in the compiled class.
        mine_parameters = list(inspect.signature(mine).parameters.values())[1:]
        their_parameters = list(inspect.signature(theirs).parameters.values())[1:]
        assert [(each.name, each.kind, each.default) for each in mine_parameters] == [
            (each.name, each.kind, each.default) for each in their_parameters
        ], name
        assert inspect.iscoroutinefunction(mine) == (name not in PLAIN and ours is not AsyncAudit), name


def test_the_options_are_those_of_the_client() -> None:
    assert list(ClientOptions.__annotations__) == list(inspect.signature(Client).parameters)
