package netbird.tokens

import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import netbird.tokens.internal.InternalException
import netbird.tokens.internal.NativeErrorKind
import netbird.tokens.internal.NativeException
import netbird.tokens.internal.NativeFailure

/**
 * Why a call failed. [message] says what was wrong and what to do about it, for people; programs go by [kind]. It holds no
 * secret, so it may be logged.
 */
public class NetBirdException internal constructor(
    override val message: String,
    /** What went wrong. */
    public val kind: ErrorKind,
    /** The HTTP status of the answer that decided it; null when no answer did. */
    public val status: Int? = null,
    /** The server's own message, as it sent it. */
    public val serverMessage: String? = null,
    /** The server's `X-Request-Id`, by which its operator finds the request in the server's log. */
    public val requestId: String? = null,
    /** Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice. */
    public val retryable: Boolean = false,
    /** How long the server asked to wait, where it did. */
    public val retryAfter: Duration? = null,
    /** How many times the request that failed was sent or tried; 0 when it was refused before that. */
    public val attempts: Int = 0,
    /**
     * With [ErrorKind.OUTCOME_UNKNOWN]: the tokens that the call may have created or deleted. Revoke the ones of a create; look
     * whether those of a delete are gone.
     */
    public val candidateTokenIds: List<String> = emptyList(),
) : Exception(message) {
    /** The kind's stable number, the same in every language. */
    public val code: Int get() = kind.code

    override fun toString(): String = "${javaClass.name} ($kind): $message"
}

/**
 * What went wrong. The numbers and names are stable and the same in every language. A `when` over them needs no `else`; a kind
 * that a later version adds is a breaking change.
 */
public enum class ErrorKind(
    /** The stable number. */
    public val code: Int,
) {
    /** An argument was refused before anything was sent: a name, a number of days, an id, a URL. */
    INVALID_ARGUMENT(1),

    /** The credential's offline check failed. The message says what is wrong with it and never shows it. */
    INVALID_CREDENTIAL(2),

    /** No credential was found, the environment disagrees with itself, or a CA certificate is unreadable. */
    CONFIGURATION(3),

    /** The server refused the credential. */
    UNAUTHORIZED(10),

    /** The credential is fine but may not do this. */
    FORBIDDEN(11),

    /** The server knows no such user or token. */
    NOT_FOUND(12),

    /** The server's state stands against it. */
    CONFLICT(13),

    /** The server refused what was sent. */
    REJECTED(14),

    /** Too many requests, still so after the retries. */
    RATE_LIMITED(15),

    /** The server failed, still so after the retries. */
    SERVER_ERROR(16),

    /** No connection could be made, so nothing was sent. */
    CONNECT(20),

    /** The TLS handshake failed. Nothing was sent. */
    TLS(21),

    /** Time ran out: to connect, between two bytes, or for the whole call. */
    TIMEOUT(22),

    /** The connection broke before the whole answer had come. */
    TRANSPORT(23),

    /** An answer came that is not NetBird's: a redirect, HTML, the wrong shape, too much of it. */
    UNEXPECTED_RESPONSE(24),

    /** A create or delete may have happened; see [NetBirdException.candidateTokenIds]. */
    OUTCOME_UNKNOWN(30),

    /** The thread that waited in a blocking call was interrupted. A cancelled coroutine has its own exception instead. */
    CANCELLED(31),

    /** A bug in this library. */
    INTERNAL(90),
}

/** Runs a native call; its failure comes out as a [NetBirdException]. */
internal inline fun <R> translated(call: () -> R): R =
    try {
        call()
    } catch (failed: NativeException) {
        throw failed.translated()
    } catch (bug: InternalException) {
        // Its text is whatever a panic said, so it is not passed on.
        throw NetBirdException("a bug in the library stopped the call: please report it", ErrorKind.INTERNAL)
    }

internal fun NativeException.translated(): NetBirdException =
    when (this) {
        is NativeException.Failed -> failure.translated()
    }

internal fun NativeFailure.translated(): NetBirdException =
    NetBirdException(
        message = text,
        kind = kind.translated(),
        status = status?.toInt(),
        serverMessage = serverMessage,
        requestId = requestId,
        retryable = retryable,
        retryAfter = retryAfterNanoseconds?.nanoseconds,
        attempts = attempts.toInt(),
        candidateTokenIds = candidateTokenIds,
    )

/** Exhaustive on purpose: a kind that the core adds does not compile here until it has its own. */
internal fun NativeErrorKind.translated(): ErrorKind =
    when (this) {
        NativeErrorKind.INVALID_ARGUMENT -> ErrorKind.INVALID_ARGUMENT
        NativeErrorKind.INVALID_CREDENTIAL -> ErrorKind.INVALID_CREDENTIAL
        NativeErrorKind.CONFIGURATION -> ErrorKind.CONFIGURATION
        NativeErrorKind.UNAUTHORIZED -> ErrorKind.UNAUTHORIZED
        NativeErrorKind.FORBIDDEN -> ErrorKind.FORBIDDEN
        NativeErrorKind.NOT_FOUND -> ErrorKind.NOT_FOUND
        NativeErrorKind.CONFLICT -> ErrorKind.CONFLICT
        NativeErrorKind.REJECTED -> ErrorKind.REJECTED
        NativeErrorKind.RATE_LIMITED -> ErrorKind.RATE_LIMITED
        NativeErrorKind.SERVER_ERROR -> ErrorKind.SERVER_ERROR
        NativeErrorKind.CONNECT -> ErrorKind.CONNECT
        NativeErrorKind.TLS -> ErrorKind.TLS
        NativeErrorKind.TIMEOUT -> ErrorKind.TIMEOUT
        NativeErrorKind.TRANSPORT -> ErrorKind.TRANSPORT
        NativeErrorKind.UNEXPECTED_RESPONSE -> ErrorKind.UNEXPECTED_RESPONSE
        NativeErrorKind.OUTCOME_UNKNOWN -> ErrorKind.OUTCOME_UNKNOWN
        NativeErrorKind.CANCELLED -> ErrorKind.CANCELLED
        NativeErrorKind.INTERNAL -> ErrorKind.INTERNAL
    }
