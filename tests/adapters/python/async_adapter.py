"""The conformance adapter of AsyncClient: adapter.py with calls that are awaited, all on one event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any

import adapter

from netbird_tokens import AsyncClient

loop = asyncio.new_event_loop()


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
    if operation in adapter.LOCAL or operation in ("rotation_drop", "rotation_record", "rotation_mark_stored"):
        return adapter.call(command)
    if operation.startswith("rotation_"):
        return loop.run_until_complete(step(operation.removeprefix("rotation_"), now, **args))
    client = adapter.known_client(command)
    if operation == "set_credential":
        client.set_credential(**args)
        return {}
    made = result_of(client, operation, args)
    result = loop.run_until_complete(interrupted(made, command.get("cancel_after_ms"), command.get("cancel_file")))
    if operation == "audit_tokens":
        results, summary = result
        return adapter.audit(results, summary, now)
    return adapter.shown(operation, result, now)


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
