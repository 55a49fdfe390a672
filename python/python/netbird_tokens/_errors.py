"""The exceptions: one class for each kind of error, all under NetBirdError."""

from __future__ import annotations


class NetBirdError(Exception):
    """A call failed. Its message says what was wrong and what to do about it; no error ever holds a secret."""

    kind: str = "internal"
    """What went wrong, the same name in every language (str). The class says the same."""

    code: int = 90
    """The kind's stable number (int)."""

    message: str
    """What went wrong and what to do about it, for people. The text may change between versions."""

    status: int | None
    """The HTTP status of the answer that decided it; None when no answer did."""

    server_message: str | None
    """The server's own message as it sent it, with the hash of a PAT cut out; None when there was none."""

    request_id: str | None
    """The server's X-Request-Id, by which its operator finds the request in the server's log."""

    retryable: bool
    """Whether the same call, unchanged, may succeed later. Never True where it could do something twice."""

    retry_after: float | None
    """How long the server asked to wait, in seconds, where it did."""

    attempts: int
    """How many times the request that failed was sent or tried; 0 when it was refused before that."""

    candidate_token_ids: tuple[str, ...]
    """With OutcomeUnknownError: the tokens that the call may have created or deleted."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        server_message: str | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        attempts: int = 0,
        candidate_token_ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.server_message = server_message
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.candidate_token_ids = candidate_token_ids


class InvalidArgumentError(NetBirdError, ValueError):
    """An argument was refused before anything was sent: a name, a number of days, an id, a URL; or the client is closed."""

    kind = "invalid_argument"
    code = 1


class InvalidCredentialError(NetBirdError, ValueError):
    """The credential's offline check failed. The message says what is wrong with it and never shows it."""

    kind = "invalid_credential"
    code = 2


class ConfigurationError(NetBirdError):
    """No credential was found, the environment disagrees with itself, or a CA certificate is unreadable."""

    kind = "configuration"
    code = 3


class UnauthorizedError(NetBirdError, PermissionError):
    """The server refused the credential: it is revoked, expired or unknown."""

    kind = "unauthorized"
    code = 10


class ForbiddenError(NetBirdError, PermissionError):
    """The credential is fine but may not do this (403)."""

    kind = "forbidden"
    code = 11


class NotFoundError(NetBirdError, LookupError):
    """The server knows no such user or token (404 with NetBird's own body)."""

    kind = "not_found"
    code = 12


class ConflictError(NetBirdError):
    """The server's state stands against it (409, 412)."""

    kind = "conflict"
    code = 13


class RejectedError(NetBirdError):
    """The server refused what was sent (400, 422)."""

    kind = "rejected"
    code = 14


class RateLimitedError(NetBirdError):
    """Too many requests (429), still so after the retries. retry_after says how long the server asked to wait."""

    kind = "rate_limited"
    code = 15


class ServerError(NetBirdError):
    """The server failed (5xx), still so after the retries."""

    kind = "server_error"
    code = 16


class ConnectError(NetBirdError, ConnectionError):
    """No connection could be made, so nothing was sent."""

    kind = "connect"
    code = 20


class TlsError(NetBirdError, ConnectionError):
    """The TLS handshake failed: a certificate that cannot be trusted, or no TLS at all. Nothing was sent."""

    kind = "tls"
    code = 21


class CallTimeoutError(NetBirdError, TimeoutError):
    """Time ran out: to connect, between two bytes, or for the whole call."""

    kind = "timeout"
    code = 22


class TransportError(NetBirdError, ConnectionError):
    """The connection broke before the whole answer had come."""

    kind = "transport"
    code = 23


class UnexpectedResponseError(NetBirdError):
    """An answer came that is not NetBird's: a redirect, HTML, the wrong shape, too much of it, somebody else's 404."""

    kind = "unexpected_response"
    code = 24


class OutcomeUnknownError(NetBirdError):
    """A create or delete may have happened. candidate_token_ids names the tokens: revoke those of a create."""

    kind = "outcome_unknown"
    code = 30


class CancelledError(NetBirdError):
    """The call was interrupted. As the __cause__ of a KeyboardInterrupt it says what may have happened."""

    kind = "cancelled"
    code = 31


class InternalError(NetBirdError):
    """A bug in this library."""

    kind = "internal"
    code = 90


def _belong_to_the_package() -> None:
    # Users import them from there, so that is what tracebacks and pickles say.
    for error in (NetBirdError, *NetBirdError.__subclasses__()):
        error.__module__ = "netbird_tokens"


_belong_to_the_package()
