"""The client for asyncio. Loaded when it is first needed: asyncio takes longer than the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from ._async_audit import AsyncAudit
from ._async_rotation import AsyncRotation
from ._awaiting import Started, finished
from ._native import (
    AwaitedCall,
    CancelToken,
    Client,
    CreatedToken,
    Credential,
    LoginSession,
    Secret,
    Token,
    TokenList,
    User,
    UserList,
)

if TYPE_CHECKING:
    import asyncio
    from datetime import timedelta
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from ._check import CredentialCheck
    from ._native import Audit
    from ._options import ClientOptions
    from ._rotation import RotationRecord


class AsyncClient:
    """A client of one NetBird server for asyncio: Client with calls that are awaited.

        async with AsyncClient.from_env() as client:
            for token in await client.list_tokens():
                print(token.name)

    Any number of calls may be in progress at once, and one client may be used from several event loops. They run on one
    thread of the library, whatever their number. Cancelling a task ends its call at once; where a write was under way, the
    __cause__ of the CancelledError (asyncio's) says what that means. Every error is a NetBirdError, except TypeError for an
    argument of the wrong type.

    It works on every asyncio event loop: also on uvloop, and on anyio's asyncio backend. After a fork, use it in a new loop.

    Use the client in an async with statement, or await close() when done.

    Args:
        **options: Those of Client.

    Raises:
        ConfigurationError: There is no credential, or the token file, a proxy or the CA cannot be used.
        InvalidCredentialError: The credential cannot be one.
        InvalidArgumentError: An option has a value that cannot be used.
    """

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        self._client = Client(**options)

    @staticmethod
    def _of(client: Client) -> AsyncClient:
        made = AsyncClient.__new__(AsyncClient)
        made._client = client
        return made

    @staticmethod
    def from_env(**options: Unpack[ClientOptions]) -> AsyncClient:
        """A client with the credential and the management URL from the environment.

        The credential comes from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY; the URL from
        NB_MANAGEMENT_URL, then NETBIRD_API_URL.

        Args:
            **options: Those of Client. What is given explicitly wins over the environment.

        Raises:
            ConfigurationError: There is no credential, two variables disagree, or one cannot be used.
            InvalidCredentialError: The credential cannot be one.
            InvalidArgumentError: An option has a value that cannot be used.
        """
        return AsyncClient._of(Client.from_env(**options))

    @property
    def management_url(self) -> str:
        """The management URL in use, without /api and without a trailing slash."""
        return self._client.management_url

    def set_credential(
        self,
        *,
        pat: str | Secret | None = None,
        bearer: str | Secret | None = None,
        credential: str | Secret | Credential | LoginSession | None = None,
    ) -> None:
        """Uses another credential from the next call on, in all tasks. Calls in progress keep the old one.

        Args:
            pat: A personal access token, as str or Secret. Give one of pat, bearer and credential.
            bearer: A JWT, as str or Secret.
            credential: A PAT or a JWT as people paste it, as str or Secret; a Credential; or a LoginSession.

        Raises:
            InvalidCredentialError: It cannot be one. The client keeps the old one.
            InvalidArgumentError: The session is for another server. The client keeps the old one.
        """
        self._client.set_credential(pat=pat, bearer=bearer, credential=credential)

    def with_timeout(self, timeout: float | timedelta) -> AsyncClient:
        """A client whose calls may take this long, retries included.

        Args:
            timeout: Seconds or a timedelta, more than 0 and at most a day.

        Returns:
            A client that shares this one's connections and credential. It is closed on its own.

        Raises:
            InvalidArgumentError: The time is zero, negative or longer than a day.
        """
        return AsyncClient._of(self._client.with_timeout(timeout))

    def with_cancel(self, token: CancelToken) -> AsyncClient:
        """A client whose calls end with CancelledError (ours) once the token is cancelled, by any thread.

        To end one call, cancel its task. A create that was sent is then finished in the background: if the server made a
        token, it is revoked.

        Args:
            token: The CancelToken.

        Returns:
            A client that shares this one's connections and credential. It is closed on its own.
        """
        return AsyncClient._of(self._client.with_cancel(token))

    async def list_tokens(self, user_id: str | None = None) -> TokenList:
        """All tokens of a user, in no particular order.

        Args:
            user_id: Whose tokens. None means the user that the credential belongs to.

        Returns:
            A sequence of Token; an empty one if there are none.

        Raises:
            NotFoundError: There is no such user.
            ForbiddenError: The credential may not see the user's tokens.
        """
        return await finished(lambda done: AwaitedCall.list_tokens(done, self._client, user_id))

    async def get_token(self, token_id: str, *, user_id: str | None = None) -> Token:
        """One token of a user.

        Args:
            token_id: The token's id.
            user_id: Whose token. None means the user that the credential belongs to.

        Returns:
            The Token.

        Raises:
            NotFoundError: There is no such token, or it is another user's.
        """
        return await finished(lambda done: AwaitedCall.get_token(done, self._client, token_id, user_id))

    async def create_token(
        self, name: str, *, expires_in_days: int = 90, tag: bool = False, user_id: str | None = None
    ) -> CreatedToken:
        """Creates a token for a user. Its secret is shown only once.

        It is never sent twice unless the first was certainly not acted on. If its answer is lost, finding out what it did
        may take 15 seconds beyond the call's own time.

        A create whose task is cancelled is finished in the background: if the server made a token, it is revoked, because
        nobody holds its secret. close(), the end of an async with statement and the interpreter's exit wait for that, at
        most 5 seconds.

        Args:
            name: The token's name, not empty. It need not be unique.
            expires_in_days: The lifetime, a whole number from 1 to 365.
            tag: Whether the name is sent as "NAME #TAG" with ten random characters, so that the token can be found with
                certainty if the answer is lost.
            user_id: For which user. None means the user that the credential belongs to.

        Returns:
            A CreatedToken: the token and its secret.

        Raises:
            OutcomeUnknownError: It may have been created. token_name is the name to look for, and candidate_token_ids are
                the tokens that may be it.
        """
        return await finished(lambda done: AwaitedCall.create_token(done, self._client, name, expires_in_days, tag, user_id))

    async def delete_token(self, token_id: str, *, user_id: str | None = None) -> None:
        """Deletes (revokes) a token of a user.

        Returning means that the server said so, or that it no longer knows the token after an attempt whose answer was
        lost.

        Args:
            token_id: The token's id.
            user_id: Whose token. None means the user that the credential belongs to.

        Raises:
            NotFoundError: There is no such token.
            OutcomeUnknownError: It may be gone.
        """
        return await finished(lambda done: AwaitedCall.delete_token(done, self._client, token_id, user_id))

    async def current_user(self) -> User:
        """The user that the credential belongs to. Always asks the server.

        Returns:
            The User.
        """
        return await finished(lambda done: AwaitedCall.current_user(done, self._client))

    async def list_users(self) -> UserList:
        """The users that the credential may see: all, or only its own.

        Returns:
            A sequence of User.
        """
        return await finished(lambda done: AwaitedCall.list_users(done, self._client))

    async def check_credential(self) -> CredentialCheck:
        """Whether the credential works, and what is known about it.

        Returns:
            A CredentialCheck. A credential that does not work is not an error: its state says how the server refuses it.

        Raises:
            NetBirdError: Something kept the question from being answered: the network, the server's own failure, the time.
        """
        return await finished(lambda done: AwaitedCall.check_credential(done, self._client))

    def rotate_token(
        self,
        token_id: str | None = None,
        *,
        name: str | None = None,
        new_name: str | None = None,
        expires_in_days: int | None = None,
        tag: bool = True,
        adopt: bool = False,
        prepare_only: bool = False,
        user_id: str | None = None,
    ) -> Started[AsyncRotation]:
        """Begins to rotate a token: finds it and creates its successor. The old token still works.

        Use it in an async with statement, and store the secret there. Leaving that normally commits: the successor is proved
        to authenticate, and the old token is revoked. Leaving it by an exception, a cancellation included, aborts: the
        successor is revoked, and the old token stays. See AsyncRotation.

        Args:
            token_id: Which token. Give this or name.
            name: Which token, by its name without the tag. Exactly one may have it.
            new_name: The successor's name. None means the old one.
            expires_in_days: The successor's lifetime, a whole number from 1 to 365. None means the old token's.
            tag: Whether the successor's name gets a fresh tag ("NAME #TAG"), by which it is found with certainty after a crash.
            adopt: Whether the client goes on with the successor after the commit. Needed to rotate the credential in use.
            prepare_only: Whether nothing is created yet, so that record() can be stored first. create(), or entering the
                async with statement, goes on.
            user_id: Whose token. None means the user that the credential belongs to.

        Returns:
            What gives an AsyncRotation: by await, or by async with.

        Raises:
            NotFoundError: There is no such token.
            ConflictError: Several tokens have the name; candidate_token_ids are their ids.
            OutcomeUnknownError: A successor may have been created. With any other error nothing has changed.
        """

        async def begin() -> AsyncRotation:
            rotation = await finished(
                lambda done: AwaitedCall.rotate_token(
                    done, self._client, token_id, name, new_name, expires_in_days, tag, adopt, prepare_only, user_id
                )
            )
            return AsyncRotation(self._client, rotation)

        return Started(begin())

    async def resume_rotation(
        self, record: Mapping[str, object], plain_token: str | Secret | None = None
    ) -> RotationRecord:
        """Finishes a rotation that another process began, by its record.

        If the new token's secret is stored (the record says "stored", or plain_token is that secret), the old token is
        revoked, or kept if the record says so. If not, the new token is revoked, and the old one stays.

        Args:
            record: What Rotation.record() gave, also after a way through JSON.
            plain_token: The secret, as str or Secret, if you found that you hold it.

        Returns:
            The record as it is then; its stage is "committed", "kept" or "aborted".

        Raises:
            InvalidArgumentError: It is not a record, or it is one of another server.
            ConflictError: One of the two tokens is gone, so that finishing would leave none that works.
        """
        return await finished(lambda done: AwaitedCall.resume_rotation(done, self._client, record, plain_token))

    def audit_tokens(
        self,
        *,
        expiring_within: float | timedelta | None = None,
        unused_for: float | timedelta | None = None,
        concurrency: int | None = None,
        time_limit: float | timedelta | None = None,
    ) -> AsyncAudit:
        """Audits the tokens of all users that the credential may see: its own user and every service user.

        Lists the users, and then gives one result per user as it arrives. The server shows a person's tokens to nobody
        else, so other people are only counted. If the server answers 429, the whole audit slows down.

        Args:
            expiring_within: A token that expires within this time (seconds or a timedelta) is expiring. None means 30 days.
            unused_for: A token that was not used for longer than this is unused. None means 90 days.
            concurrency: Maximum number of requests at a time, 1 to 64. None means 8.
            time_limit: How long the whole audit may take; what is not finished then is counted as not reached. None means
                no limit.

        Returns:
            An AsyncAudit, an asynchronous iterator of UserAudit.
        """

        def begin(done: asyncio.Future[None]) -> AwaitedCall[Audit]:
            return AwaitedCall.audit_tokens(done, self._client, expiring_within, unused_for, concurrency, time_limit)

        return AsyncAudit(self._client, begin)

    async def close(self) -> bool:
        """Closes the client: later calls raise InvalidArgumentError. Calls in progress end as usual. Closing twice is fine.

        Waits until interrupted creates are finished, at most 5 seconds. What could not be revoked is logged as a warning.

        Returns:
            Whether no interrupted create is left unfinished.
        """
        return await finished(lambda done: AwaitedCall.close(done, self._client))

    async def __aenter__(self) -> Self:
        # Raises if it is closed.
        _ = self._client.management_url
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Async{self._client!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AsyncClient cannot be pickled: it holds a credential; make one in each process")


# Users import it from there.
AsyncClient.__module__ = "netbird_tokens"
