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
    """The HTTP status of the answer that led to the error; None if no answer did."""

    server_message: str | None
    """The server's own message as it sent it, with credentials and the hash of a PAT removed; None if there was none."""

    request_id: str | None
    """The server's X-Request-Id, by which its operator finds the request in the server's log."""

    retryable: bool
    """Whether the same call, unchanged, may succeed later. Never True where sending it again could do something twice."""

    retry_after: float | None
    """How long the server asked to wait, in seconds; None if it did not ask."""

    attempts: int
    """How many times the request that failed was sent or tried; 0 when it was refused before that."""

    candidate_token_ids: tuple[str, ...]
    """With OutcomeUnknownError: the tokens that the call may have created or deleted, as far as the server's list tells.
    Somebody else may have created one of them: inspect each before you revoke it.
    """

    token_name: str | None
    """With OutcomeUnknownError of a create: the exact name that was sent. With create_token(tag=True) no other token has
    that name, so one that bears it is this call's.
    """

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
        token_name: str | None = None,
    ) -> None:
        """Builds an error, for example in a test.

        Args:
            message: See the attribute of that name, as for the others.
            status: The HTTP status.
            server_message: The server's own message.
            request_id: The server's X-Request-Id.
            retryable: Whether the same call may succeed later.
            retry_after: How long the server asked to wait, in seconds.
            attempts: How many times the request was sent or tried.
            candidate_token_ids: The tokens that the call may concern.
            token_name: The exact name that was sent.
        """
        super().__init__(message)
        self.message = message
        self.status = status
        self.server_message = server_message
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.candidate_token_ids = candidate_token_ids
        self.token_name = token_name

    def as_dict(self) -> dict[str, object]:
        """The error as plain data.

        Returns:
            A dict with the attributes under their names.
        """
        return {
            "kind": self.kind,
            "code": self.code,
            "message": self.message,
            "status": self.status,
            "server_message": self.server_message,
            "request_id": self.request_id,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
            "attempts": self.attempts,
            "candidate_token_ids": list(self.candidate_token_ids),
            "token_name": self.token_name,
        }


class InvalidArgumentError(NetBirdError, ValueError):
    """An argument was refused before anything was sent: a name, a number of days, an id, a URL; or the client is closed."""

    kind = "invalid_argument"
    code = 1


class InvalidCredentialError(NetBirdError, ValueError):
    """The credential's offline check failed. The message says what is wrong with it and never shows it."""

    kind = "invalid_credential"
    code = 2


class ConfigurationError(NetBirdError):
    """No credential was found, two variables disagree, or a variable, a proxy or a CA certificate cannot be used."""

    kind = "configuration"
    code = 3


class UnauthorizedError(NetBirdError, PermissionError):
    """The server refused the credential: it is revoked, expired or unknown."""

    kind = "unauthorized"
    code = 10


class ForbiddenError(NetBirdError, PermissionError):
    """The credential works but is not allowed to do this (403)."""

    kind = "forbidden"
    code = 11


class NotFoundError(NetBirdError, LookupError):
    """The server knows no such user or token (404 in NetBird's own form)."""

    kind = "not_found"
    code = 12


class ConflictError(NetBirdError):
    """The request conflicts with the server's current state (409, 412)."""

    kind = "conflict"
    code = 13


class RejectedError(NetBirdError):
    """The server refused what was sent (400, 422)."""

    kind = "rejected"
    code = 14


class RateLimitedError(NetBirdError):
    """Too many requests (429), also after the retries. retry_after says how long the server asked to wait."""

    kind = "rate_limited"
    code = 15


class ServerError(NetBirdError):
    """The server failed (5xx), also after the retries."""

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
    """The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or another program's error."""

    kind = "unexpected_response"
    code = 24


class OutcomeUnknownError(NetBirdError):
    """A create or delete may have happened. candidate_token_ids and token_name say what to look for."""

    kind = "outcome_unknown"
    code = 30


class CancelledError(NetBirdError):
    """The call was interrupted: by a CancelToken, or as the __cause__ of a KeyboardInterrupt. It says what that means."""

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
