"""The rotation of an AsyncClient."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from ._awaiting import finished
from ._errors import NetBirdError
from ._native import AwaitedCall, Client, Rotation, Secret, Token

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._rotation import RotationRecord


class AsyncRotation:
    """A rotation under way: the successor exists, and the old token still works. AsyncClient.rotate_token makes it.

        async with client.rotate_token(token_id) as rotation:
            await vault.write(rotation.plain_token.expose())

    Leaving the async with statement normally commits, unless that was done inside it. Leaving it by an exception, a
    cancellation included, aborts. If the abort fails, the exception goes on; the failure is logged as a warning and, from
    Python 3.11 on, added to it as a note. If the abort is itself cancelled, the successor is revoked in the background. In a
    forked child, leaving an async with statement that its parent entered does nothing.

    A rotation that is neither committed nor aborted leaves both tokens, and a warning in the log. It cannot be pickled: pass
    on record().
    """

    def __init__(self, client: Client, rotation: Rotation) -> None:
        # AsyncClient.rotate_token makes it.
        self._client = client
        self._rotation = rotation
        self._entered_in: int | None = None

    @property
    def old_token(self) -> Token:
        """The token that is replaced, as it was when the rotation began."""
        return self._rotation.old_token

    @property
    def token(self) -> Token:
        """The successor. InvalidArgumentError before it is created and after an abort."""
        return self._rotation.token

    @property
    def plain_token(self) -> Secret:
        """The successor's secret, which the server never shows again. InvalidArgumentError before it is created and after an
        abort.
        """
        return self._rotation.plain_token

    def record(self) -> RotationRecord:
        """What another process needs to finish this rotation, see Client.resume_rotation. It holds no secret.

        To survive a crash, begin with prepare_only=True, and store the record before create() and after every step.

        Returns:
            A dict that json can write and read.
        """
        return self._rotation.record()

    def mark_stored(self) -> None:
        """Notes in the record that you stored the secret, so that resume_rotation goes on and not back. commit() does it too."""
        self._rotation.mark_stored()

    async def create(self) -> None:
        """Creates the successor of a rotation that was only prepared. Once it exists, this does nothing.

        Raises:
            OutcomeUnknownError: It may have been created. With other errors nothing was, and it may be called again.
        """
        await finished(lambda done: AwaitedCall.create_in_rotation(done, self._client, self._rotation))

    async def commit(self, *, keep_old: bool = False) -> None:
        """Proves that the successor authenticates, and revokes the old token. After an error, call it again, or abort. When all
        is done, it does nothing.

        Args:
            keep_old: Whether the old token is kept, for machines that need time to pick up the new secret.

        Raises:
            InvalidArgumentError: The successor does not exist yet, or was revoked by an abort.
        """
        await finished(lambda done: AwaitedCall.commit_rotation(done, self._client, self._rotation, keep_old))

    async def abort(self) -> None:
        """Revokes the successor, if there is one; the old token stays as it is. It may be called again. A CancelToken that was
        cancelled before does not keep it from doing so.

        Raises:
            InvalidArgumentError: The rotation is committed.
            ConflictError: The old token may be revoked already, so that none that works could be left.
        """
        await finished(lambda done: AwaitedCall.abort_rotation(done, self._client, self._rotation))

    async def __aenter__(self) -> Self:
        if self.record()["stage"] == "planned":
            try:
                await self.create()
            except asyncio.CancelledError:
                # It may have been created just before, and nobody will commit or abort it.
                AwaitedCall.abort_in_background(self._rotation)
                raise
        self._entered_in = os.getpid()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        if self._entered_in != os.getpid() or AwaitedCall.rotation_is_finished(self._rotation):
            return
        if exc_value is None:
            await self.commit()
            return
        try:
            await self.abort()
        except asyncio.CancelledError:
            # As under anyio, where a cancelled scope cancels every wait.
            AwaitedCall.abort_in_background(self._rotation)
            raise
        except NetBirdError as failed:
            AwaitedCall.abort_failed(self._rotation, failed, exc_value)

    def __repr__(self) -> str:
        return f"Async{self._rotation!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AsyncRotation cannot be pickled: it holds a secret; pass on what record() gives")


# Users import it from there.
AsyncRotation.__module__ = "netbird_tokens"
