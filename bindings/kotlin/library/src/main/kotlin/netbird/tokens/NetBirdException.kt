package netbird.tokens

import java.nio.charset.CharacterCodingException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.toJavaDuration
import netbird.tokens.internal.InternalException
import netbird.tokens.internal.NativeErrorKind
import netbird.tokens.internal.NativeException
import netbird.tokens.internal.NativeFailure
import netbird.tokens.internal.bug
import netbird.tokens.internal.invalidArgument

/**
 * Why a call failed. It holds no secret, so it may be logged.
 *
 * @property message What went wrong and what to do about it, for people; programs go by [kind]. The text may change between versions.
 * @property kind What went wrong, for programs.
 * @property status The HTTP status of the answer that led to the error; null if no answer did.
 * @property serverMessage The server's own message, as it sent it.
 * @property requestId The server's `X-Request-Id`, by which its operator finds the request in the server's log.
 * @property retryable Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
 * @property retryAfter How long the server asked to wait (`Retry-After`), at most a year.
 * @property attempts How many times the request that failed was sent or tried; 0 if it was refused before that.
 * @property candidateTokenIds With [ErrorKind.OUTCOME_UNKNOWN]: the tokens that the call may have created or deleted, as far as the
 *   server's list tells. Somebody else may have created one of them: inspect each before you revoke it.
 * @property tokenName With [ErrorKind.OUTCOME_UNKNOWN] of a create: the exact name that was sent. With a tag no other token has that
 *   name, so one that bears it is this call's.
 */
public class NetBirdException(
    override val message: String,
    public val kind: ErrorKind,
    public val status: Int? = null,
    public val serverMessage: String? = null,
    public val requestId: String? = null,
    public val retryable: Boolean = false,
    public val retryAfter: Duration? = null,
    public val attempts: Int = 0,
    public val candidateTokenIds: List<String> = emptyList(),
    public val tokenName: String? = null,
) : Exception(message) {
    /** The kind's stable number, the same in every language. */
    public val code: Int get() = kind.code

    /**
     * [retryAfter], for Java.
     *
     * @return how long the server asked to wait; null if it did not
     */
    public fun getRetryAfter(): java.time.Duration? = retryAfter?.toJavaDuration()

    override fun toString(): String = "${javaClass.name} ($kind): $message"
}

/**
 * What went wrong. The numbers and names are stable and the same in every language. A `when` over them needs no `else`; a new kind is
 * a breaking change.
 *
 * @property code The stable number.
 */
public enum class ErrorKind(
    public val code: Int,
) {
    /** An argument was refused before anything was sent: a name, a number of days, an id, a URL, an option. */
    INVALID_ARGUMENT(1),

    /** The credential's offline check failed. The message says what is wrong with it and never shows it. */
    INVALID_CREDENTIAL(2),

    /** No credential was found, two variables disagree, or a variable, a proxy or a CA certificate cannot be used. */
    CONFIGURATION(3),

    /** The server refused the credential. */
    UNAUTHORIZED(10),

    /** The credential works but is not allowed to do this. */
    FORBIDDEN(11),

    /** The server knows no such user or token. */
    NOT_FOUND(12),

    /** The request conflicts with the server's current state. */
    CONFLICT(13),

    /** The server refused what was sent. */
    REJECTED(14),

    /** Too many requests, also after the retries. */
    RATE_LIMITED(15),

    /** The server failed, also after the retries. */
    SERVER_ERROR(16),

    /** No connection could be made; nothing was sent. */
    CONNECT(20),

    /** The TLS handshake failed. Nothing was sent. */
    TLS(21),

    /** Time ran out: to connect, between two bytes, or for the whole call. */
    TIMEOUT(22),

    /** The connection broke before the whole answer had come. */
    TRANSPORT(23),

    /** The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or an error body of another program. */
    UNEXPECTED_RESPONSE(24),

    /** A create or delete may have happened; see [NetBirdException.candidateTokenIds] and [NetBirdException.tokenName]. */
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
    } catch (unpaired: CharacterCodingException) {
        throw invalidArgument("a text has half of a surrogate pair, which is not a character: remove it").translated()
    } catch (unexpected: InternalException) {
        // Its text is whatever a panic said, so it is not passed on.
        throw bug().translated()
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
        tokenName = tokenName,
    )

/** Exhaustive on purpose: a kind that the core adds does not compile here until it is listed. */
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
