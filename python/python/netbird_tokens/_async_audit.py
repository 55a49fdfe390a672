"""The audit of an AsyncClient."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from ._awaiting import finished
from ._native import Audit, AwaitedCall, Client

if TYPE_CHECKING:
    import asyncio

    from typing_extensions import Self

    from ._audit import AuditSummary, UserAudit


class AsyncAudit(AsyncIterator["UserAudit"]):
    """An audit: an asynchronous iterator of UserAudit, one per user, as the results arrive. AsyncClient.audit_tokens makes it.

        async for result in client.audit_tokens():
            print(result.user.id, len(result.tokens))

    It begins with the first result that is asked for, when it is entered with async with, or when it is awaited, which gives
    the audit itself. It runs a little ahead of the loop that takes its results, and waits there, so its memory is bounded.
    Letting go of it ends it; so do close() and the end of an async with statement.

    A cancellation ends the wait for the next result. The audit itself goes on: the next call takes the next result.
    """

    def __init__(self, client: Client, begin: Callable[[asyncio.Future[None]], AwaitedCall[Audit]]) -> None:
        # AsyncClient.audit_tokens makes it.
        self._client = client
        self._begin = begin
        self._audit: Audit | None = None
        self._closed = False

    async def _begun(self) -> Audit:
        if self._audit is None:
            audit = await finished(self._begin)
            # Another task may have been faster.
            if self._audit is None:
                self._audit = audit
        return self._audit

    @property
    def user_count(self) -> int:
        """The number of users whose tokens are requested: the number of results, unless the audit ends early. 0 before it
        begins.
        """
        return 0 if self._audit is None else self._audit.user_count

    def summary(self) -> AuditSummary:
        """The audit in numbers: of the results taken so far, and complete after the last.

        Returns:
            An AuditSummary.
        """
        if self._audit is not None:
            return self._audit.summary()
        from ._audit import AuditSummary

        return AuditSummary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, False)

    def close(self) -> None:
        """Ends the audit: there are no more results. Closing twice is fine."""
        self._closed = True
        if self._audit is not None:
            self._audit.close()

    def __await__(self) -> Generator[Any, Any, Self]:
        yield from self._begun().__await__()
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> UserAudit:
        if self._closed:
            raise StopAsyncIteration
        audit = await self._begun()
        result = await finished(lambda done: AwaitedCall.next_of_audit(done, self._client, audit))
        if result is None:
            raise StopAsyncIteration
        return result

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "AsyncAudit(not begun)" if self._audit is None else f"Async{self._audit!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AsyncAudit cannot be pickled: pass on its results")


# Users import it from there.
AsyncAudit.__module__ = "netbird_tokens"
