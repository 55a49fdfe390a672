package netbird.tokens

import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import netbird.tokens.internal.NativeAuditOptions

/**
 * The options of [Client.auditTokens]. What is left null keeps its default.
 *
 * Kotlin sets the properties; for Java there are setters that take `java.time.Duration`.
 *
 * @property expiringWithin A token that expires within this time is [TokenState.EXPIRING]. Default: 30 days.
 * @property unusedFor A token that was not used for longer than this is [TokenState.UNUSED]. Default: 90 days.
 * @property concurrency Maximum number of requests at a time, 1 to 64. Default: 8.
 * @property timeLimit How long the whole audit may take. What is not finished by then is counted as not reached. Default: no limit;
 *   each request has the client's timeout.
 */
public class AuditOptions {
    public var expiringWithin: Duration? = null

    public var unusedFor: Duration? = null

    public var concurrency: Int? = null

    public var timeLimit: Duration? = null

    /**
     * Sets [expiringWithin], for Java.
     *
     * @param time how soon a token expires that is reported; null for the default
     */
    public fun setExpiringWithin(time: java.time.Duration?) {
        expiringWithin = time?.toKotlinDuration()
    }

    /**
     * Sets [unusedFor], for Java.
     *
     * @param time for how long a token was not used that is reported; null for the default
     */
    public fun setUnusedFor(time: java.time.Duration?) {
        unusedFor = time?.toKotlinDuration()
    }

    /**
     * Sets [timeLimit], for Java.
     *
     * @param limit how long the whole audit may take; null for no limit
     */
    public fun setTimeLimit(limit: java.time.Duration?) {
        timeLimit = limit?.toKotlinDuration()
    }

    internal fun toNative(): NativeAuditOptions =
        NativeAuditOptions(
            expiringWithin = expiringWithin?.inWholeNanoseconds,
            unusedFor = unusedFor?.inWholeNanoseconds,
            concurrency = concurrency?.toLong(),
            timeLimit = timeLimit?.inWholeNanoseconds,
        )
}
