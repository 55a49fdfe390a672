"""The conformance adapter of AsyncClient: adapter.py with calls that are awaited, all on one event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

import adapter

from netbird_tokens import AsyncClient, start_login_async

loop = asyncio.new_event_loop()
# What a rotation and a session do without sending anything.
LOCAL = ("rotation_drop", "rotation_record", "rotation_mark_stored", "session_export", "session_restore")


def hello(command: dict[str, Any]) -> Any:
    common = adapter.hello(command)
    # An event loop is not for a forked child.
    options = [option for option in common["options"] if option != "fork"]
    return {**common, "adapter": "python-async", "options": options}


def new_client(command: dict[str, Any]) -> Any:
    given = dict(command.get("options") or {})
    make = AsyncClient.from_env if given.pop("from_env", False) else AsyncClient
    adapter.clients[command["client"]] = make(**adapter.renamed(given))
    return {}


def call(command: dict[str, Any]) -> Any:
    operation, args, now = adapter.asked(command)
    if operation in LOCAL or operation in adapter.LOCAL:
        return adapter.call(command)
    if operation.startswith("rotation_"):
        return loop.run_until_complete(step(operation.removeprefix("rotation_"), now, **args))
    until = command.get("cancel_after_ms"), command.get("cancel_file")
    if operation in LOGIN:
        return loop.run_until_complete(interrupted(LOGIN[operation](**args), *until))
    client = adapter.known_client(command)
    if operation == "set_credential":
        client.set_credential(**args)
        return {}
    made = result_of(client, operation, args)
    result = loop.run_until_complete(interrupted(made, *until))
    if operation == "audit_tokens":
        results, summary = result
        return adapter.audit(results, summary, now)
    return adapter.shown(operation, result, now)


async def begin_login(options: dict[str, Any] | None = None, **args: Any) -> Any:
    return adapter.begun(await start_login_async(**adapter.connection(options), **args))


async def poll(login: str) -> Any:
    return adapter.session(await adapter.known_login(login).poll())


async def wait(login: str) -> Any:
    return adapter.session(await adapter.known_login(login).wait())


async def refresh(session: str) -> Any:
    await adapter.known_session(session).refresh_async()
    return adapter.session_shown(session)


# What there is to await of logins and sessions.
LOGIN: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
    "start_login": begin_login,
    "login_poll": poll,
    "login_wait": wait,
    "session_refresh": refresh,
}


async def step(command: str, now: str | None, rotation: str, **args: Any) -> Any:
    known = adapter.known_rotation(rotation)
    await getattr(known, command)(**args)
    return adapter.stepped(command, known, now)


async def result_of(client: AsyncClient, operation: str, args: dict[str, Any]) -> Any:
    if operation == "audit_tokens":
        audit = client.audit_tokens(**args)
        return [each async for each in audit], audit.summary()
    return await getattr(client, operation)(**args)


async def interrupted(made: Coroutine[Any, Any, Any], milliseconds: int | None, file: str | None) -> Any:
    """Cancels the task after that time, or as soon as that file exists."""
    task = loop.create_task(made)

    async def cancel() -> None:
        if file is None:
            await asyncio.sleep((milliseconds or 0) / 1000)
        while file is not None and not os.path.exists(file):
            await asyncio.sleep(adapter.POLL)
        task.cancel()

    canceller = None if milliseconds is None and file is None else loop.create_task(cancel())
    try:
        return await task
    except asyncio.CancelledError as cancelled:
        if cancelled.__cause__ is None:
            raise
        raise cancelled.__cause__ from None
    finally:
        if canceller is not None:
            canceller.cancel()


def close(command: dict[str, Any]) -> Any:
    loop.run_until_complete(adapter.known_client(command).close())
    return {}


if __name__ == "__main__":
    adapter.serve({"hello": hello, "new_client": new_client, "call": call, "close": close})
    loop.close()
