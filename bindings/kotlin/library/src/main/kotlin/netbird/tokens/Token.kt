package netbird.tokens

import java.time.Duration
import java.time.Instant
import netbird.tokens.internal.NativeCreatedToken
import netbird.tokens.internal.NativeTimestamp
import netbird.tokens.internal.NativeToken

private const val SECONDS_PER_DAY = 86_400L

/** What the server tells of a token. The plain text is not among it: that comes once, in [CreatedToken]. */
@ConsistentCopyVisibility
public data class Token internal constructor(
    /** The token's id, which the server chose. Not a secret. */
    val id: String,
    /** The name it was given; not unique. */
    val name: String,
    /** When it stops working. The zero time where the server keeps none, which it treats as expired. */
    val expirationDate: Instant,
    /** When it was created. */
    val createdAt: Instant,
    /** The id of the user who created it, which need not be the one who owns it. */
    val createdBy: String,
    /** When it last authenticated a request; null for never. Reading a token with that same token counts as a use. */
    val lastUsed: Instant?,
    /** The id of the user who owns it. */
    val userId: String,
) {
    /** Whether the server refuses it at the instant [now] (it does so after the expiration date, not at it). */
    @JvmOverloads
    public fun isExpired(now: Instant = Instant.now()): Boolean = now > expirationDate

    /**
     * Whole days of 24 hours from [now] to the expiration date, rounded down: 0 on the last day, negative once expired.
     */
    @JvmOverloads
    public fun daysLeft(now: Instant = Instant.now()): Long =
        Math.floorDiv(Duration.between(now, expirationDate).seconds, SECONDS_PER_DAY)
}

/**
 * A token that was just created. The server never shows its plain text again. Closing it wipes [plainToken].
 */
@ConsistentCopyVisibility
public data class CreatedToken internal constructor(
    /** What the server tells of it. */
    val token: Token,
    /** The text that authenticates: keep it safe, it cannot be had again. */
    val plainToken: Secret,
) : AutoCloseable {
    /** Wipes [plainToken]. */
    override fun close(): Unit = plainToken.close()
}

internal fun NativeToken.translated(): Token =
    Token(
        id = id,
        name = name,
        expirationDate = expirationDate.toInstant(),
        createdAt = createdAt.toInstant(),
        createdBy = createdBy,
        lastUsed = lastUsed?.toInstant(),
        userId = userId,
    )

internal fun NativeCreatedToken.translated(): CreatedToken = CreatedToken(token.translated(), Secret(plainToken))

internal fun NativeTimestamp.toInstant(): Instant = Instant.ofEpochSecond(seconds, nanoseconds.toLong())
