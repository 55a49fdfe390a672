"""Logging in with asyncio. Loaded when it is first needed: asyncio takes longer than the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ._awaiting import finished
from ._native import AwaitedCall, CancelToken, DeviceLogin, LoginSession

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Unpack

    from ._options import ConnectionOptions


async def start_login_async(
    management_url: str | None = None,
    *,
    issuer: str | None = None,
    client_id: str | None = None,
    audience: str | None = None,
    scope: str | None = None,
    endpoint_host: str | None = None,
    from_env: bool = False,
    cancel: CancelToken | None = None,
    **options: Unpack[ConnectionOptions],
) -> AsyncDeviceLogin:
    """Begins to log a person in by the OAuth2 device flow (RFC 8628): start_login for asyncio.

        login = await start_login_async("https://netbird.example.com")
        print("Open", login.verification_uri, "and enter", login.user_code)
        client = AsyncClient(credential=await login.wait())

    Cancelling the task ends the call at once, and leaves at most a code that expires unused.

    Args:
        management_url: Where the server is. This argument and the others are those of start_login.
        issuer: The identity provider's URL.
        client_id: The client that the identity provider knows this program as.
        audience: The audience to ask for.
        scope: What to ask for, separated by spaces.
        endpoint_host: One host besides the issuer's on which the identity provider may have endpoints.
        from_env: Whether the environment's management URL applies where management_url is not given.
        cancel: A CancelToken that ends this call, and the polls and waits of the login.
        **options: Those of Client. pat, bearer, credential, token_file and on_unknown do not apply and are refused.

    Returns:
        An AsyncDeviceLogin.

    Raises:
        InvalidArgumentError: An option has a value that cannot be used, or does not apply.
        UnexpectedResponseError: The identity provider's document is missing, names endpoints on another host or in clear text,
            or offers no device flow.
        RejectedError: The identity provider refuses the client, the scope or the audience.
        ConfigurationError: The environment, a proxy or the CA cannot be used.
    """
    login = await finished(
        lambda done: AwaitedCall.start_login(
            done, management_url, issuer, client_id, audience, scope, endpoint_host, from_env, cancel, options
        )
    )
    return AsyncDeviceLogin(login)


async def refreshed(session: LoginSession) -> None:
    """LoginSession.refresh_async."""
    await finished(lambda done: AwaitedCall.refresh_session(done, session))


class AsyncDeviceLogin:
    """A login that waits for a person's approval, for asyncio. start_login_async makes it.

    Its methods may be called from any number of tasks and event loops; the server is asked no more often for that. Letting go of
    it leaves a code that expires unused. It cannot be pickled.
    """

    def __init__(self, login: DeviceLogin) -> None:
        # start_login_async makes it.
        self._login = login

    @property
    def verification_uri(self) -> str:
        """The page that the person opens, in any browser, on any machine. Safe to print and to open."""
        return self._login.verification_uri

    @property
    def verification_uri_complete(self) -> str | None:
        """The same page with the code filled in, for a link or a QR code. None if the identity provider gives none."""
        return self._login.verification_uri_complete

    @property
    def user_code(self) -> str:
        """The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves."""
        return self._login.user_code

    @property
    def expires_at(self) -> datetime:
        """Until when the person can approve, by this machine's clock."""
        return self._login.expires_at

    @property
    def interval(self) -> float:
        """How often the server may be asked, in seconds: 5, unless it said otherwise. It grows when the server asks for that."""
        return self._login.interval

    async def poll(self) -> LoginSession | None:
        """Asks the server whether the person has decided, if the interval has passed since the last time; otherwise nothing is
        sent. For programs with a loop of their own.

        An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.

        Returns:
            A LoginSession. None while nothing was decided.

        Raises:
            ForbiddenError: The login was denied.
            CallTimeoutError: Nobody approved it in time.
            RejectedError: The identity provider refuses it for another reason.
            UnexpectedResponseError: The answer cannot be used.
        """
        return await finished(lambda done: AwaitedCall.poll_login(done, self._login))

    async def wait(self) -> LoginSession:
        """Polls until the person has decided or the code has expired, whatever the option timeout says, which limits each request.

        Cancelling the task ends the wait at once. The login can then be waited for again, and a session that came at that moment
        is not lost.

        Returns:
            A LoginSession.

        Raises:
            ForbiddenError: The login was denied.
            CallTimeoutError: Nobody approved it in time.
            RejectedError: The identity provider refuses it for another reason.
            UnexpectedResponseError: An answer cannot be used.
        """
        return await finished(lambda done: AwaitedCall.wait_for_login(done, self._login))

    def with_cancel(self, token: CancelToken) -> AsyncDeviceLogin:
        """The same login, whose polls and waits end with CancelledError (ours) once the token is cancelled, by any thread. To end
        one wait, cancel its task.

        Args:
            token: The CancelToken.

        Returns:
            An AsyncDeviceLogin. The login itself goes on.
        """
        return AsyncDeviceLogin(self._login.with_cancel(token))

    def __repr__(self) -> str:
        return f"Async{self._login!r}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AsyncDeviceLogin cannot be pickled: it holds a secret; wait for it in the process that began it")


for _public in (start_login_async, AsyncDeviceLogin):
    # Users import them from there.
    _public.__module__ = "netbird_tokens"
