package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeCreatedToken
import netbird.tokens.internal.NativeTimestamp
import netbird.tokens.internal.NativeToken
import netbird.tokens.internal.daysLeft as nativeDaysLeft
import netbird.tokens.internal.isExpired as nativeIsExpired

/**
 * What the server says about a token. The secret is not part of it: that comes once, in [CreatedToken].
 *
 * @property id The token's id, which the server chose. Not a secret.
 * @property name The name it was given; not unique.
 * @property expirationDate When it stops working. The zero time (`0001-01-01T00:00:00Z`) if the server keeps none; it treats such a
 *   token as expired.
 * @property createdAt When it was created.
 * @property createdBy The id of the user who created it, which need not be the one who owns it.
 * @property lastUsed When it last authenticated a request; null for never. Reading a token with that same token counts as a use.
 * @property userId The id of the user who owns it.
 */
public data class Token(
    val id: String,
    val name: String,
    val expirationDate: Instant,
    val createdAt: Instant,
    val createdBy: String,
    val lastUsed: Instant? = null,
    val userId: String,
) {
    /**
     * Whether the server refuses it at an instant. It does so after the expiration date, not at it.
     *
     * @param now the instant
     * @return whether it has expired
     */
    @JvmOverloads
    public fun isExpired(now: Instant = Instant.now()): Boolean = nativeIsExpired(expirationDate.toNative(), now.toNative())

    /**
     * Whole days of 24 hours from an instant to the expiration date, rounded down.
     *
     * @param now the instant
     * @return the days: 0 on the last day, negative once expired
     */
    @JvmOverloads
    public fun daysLeft(now: Instant = Instant.now()): Long = nativeDaysLeft(expirationDate.toNative(), now.toNative())
}

/**
 * A token that was just created. The server never shows its secret again. Closing it wipes [plainToken].
 *
 * @property token What the server says about it.
 * @property plainToken The secret that authenticates. Store it now: it cannot be recovered.
 */
public data class CreatedToken(
    val token: Token,
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

private fun Instant.toNative(): NativeTimestamp = NativeTimestamp(epochSecond, nano.toUInt())
