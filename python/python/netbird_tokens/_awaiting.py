"""Awaiting calls that the core makes on its own engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ._native import AwaitedCall

T = TypeVar("T")


async def finished(begin: Callable[[asyncio.Future[None]], AwaitedCall[T]]) -> T:
    """Begins a call and waits for its result. Cancelling the task interrupts the call.

    The result stays with the call until this coroutine takes it, so one that nobody takes is undone: a cancellation, a loop
    that stops and a coroutine that is dropped lose no secret.
    """
    done = asyncio.get_running_loop().create_future()
    call = begin(done)
    try:
        await done
    except asyncio.CancelledError as cancelled:
        cancelled.__cause__ = call.interrupt()
        raise
    return call.take()


class Started(Coroutine[Any, Any, T], Generic[T]):
    """What can be awaited, passed to asyncio.create_task, and entered with async with."""

    def __init__(self, start: Coroutine[Any, Any, T]) -> None:
        self._start = start
        self._entered: Any = None

    def send(self, value: Any, /) -> Any:
        return self._start.send(value)

    def throw(self, *exception: Any) -> Any:
        return self._start.throw(*exception)

    def close(self) -> None:
        self._start.close()

    def __await__(self) -> Generator[Any, Any, T]:
        return self._start.__await__()

    async def __aenter__(self) -> T:
        started: Any = await self._start
        self._entered = started
        entered: T = await started.__aenter__()
        return entered

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self._entered.__aexit__(exc_type, exc_value, traceback)
