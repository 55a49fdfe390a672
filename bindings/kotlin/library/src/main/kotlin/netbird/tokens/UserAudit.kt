package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeAuditSummary
import netbird.tokens.internal.NativeAuditedToken
import netbird.tokens.internal.NativeTokenState
import netbird.tokens.internal.NativeUserAudit

/** What an audit says about a token. In the order in which the first that applies becomes a token's state. */
public enum class TokenState {
    /** The server refuses it. */
    EXPIRED,

    /** It expires within [AuditOptions.expiringWithin]. */
    EXPIRING,

    /** It was last used longer ago than [AuditOptions.unusedFor], or never used and created longer ago than that. */
    UNUSED,

    /** It was never used, and not created longer ago than [AuditOptions.unusedFor]. */
    NEVER_USED,

    /** None of the others. */
    HEALTHY,
}

/**
 * A token and what the audit says about it.
 *
 * @property token The token.
 * @property state The first of the states that applies.
 * @property findings All states that apply, in order; empty for a healthy token.
 * @property reason The state in words, for people: `expires in 3 days`.
 */
public data class AuditedToken(
    val token: Token,
    val state: TokenState,
    val findings: List<TokenState> = emptyList(),
    val reason: String = "",
)

/**
 * One user's tokens.
 *
 * @property user The user.
 * @property tokens The user's tokens, in no particular order. Empty when there is an error.
 * @property error Why the user's tokens could not be listed.
 * @property asOf The instant at which the states hold: the server's clock when it answered.
 */
public data class UserAudit(
    val user: User,
    val tokens: List<AuditedToken> = emptyList(),
    val error: NetBirdException? = null,
    val asOf: Instant,
)

/**
 * An audit in numbers.
 *
 * @property users Users whose tokens are requested: the credential's own user, and every service user that it may see.
 * @property audited Users whose tokens were listed.
 * @property failed Users whose tokens could not be listed; the result of each says why.
 * @property notReached Users whose result did not come before the audit ended. 0 while it goes on.
 * @property otherPeople Other people. The server shows a person's tokens to nobody else, so they are not requested.
 * @property tokens Tokens found.
 * @property expired Tokens whose state is [TokenState.EXPIRED].
 * @property expiring Tokens whose state is [TokenState.EXPIRING].
 * @property unused Tokens whose state is [TokenState.UNUSED].
 * @property neverUsed Tokens whose state is [TokenState.NEVER_USED].
 * @property healthy Tokens whose state is [TokenState.HEALTHY].
 * @property isComplete Whether the audit has ended and every user has a result.
 */
public data class AuditSummary(
    val users: Long = 0,
    val audited: Long = 0,
    val failed: Long = 0,
    val notReached: Long = 0,
    val otherPeople: Long = 0,
    val tokens: Long = 0,
    val expired: Long = 0,
    val expiring: Long = 0,
    val unused: Long = 0,
    val neverUsed: Long = 0,
    val healthy: Long = 0,
    val isComplete: Boolean = true,
)

internal fun NativeUserAudit.translated(): UserAudit =
    UserAudit(
        user = user.translated(),
        tokens = tokens.map { it.translated() },
        error = failure?.translated(),
        asOf = asOf.toInstant(),
    )

private fun NativeAuditedToken.translated(): AuditedToken =
    AuditedToken(
        token = token.translated(),
        state = state.translated(),
        findings = findings.map { it.translated() },
        reason = reason,
    )

internal fun NativeAuditSummary.translated(): AuditSummary =
    AuditSummary(
        users = users.toLong(),
        audited = audited.toLong(),
        failed = failed.toLong(),
        notReached = notReached.toLong(),
        otherPeople = otherPeople.toLong(),
        tokens = tokens.toLong(),
        expired = expired.toLong(),
        expiring = expiring.toLong(),
        unused = unused.toLong(),
        neverUsed = neverUsed.toLong(),
        healthy = healthy.toLong(),
        isComplete = isComplete,
    )

private fun NativeTokenState.translated(): TokenState =
    when (this) {
        NativeTokenState.EXPIRED -> TokenState.EXPIRED
        NativeTokenState.EXPIRING -> TokenState.EXPIRING
        NativeTokenState.UNUSED -> TokenState.UNUSED
        NativeTokenState.NEVER_USED -> TokenState.NEVER_USED
        NativeTokenState.HEALTHY -> TokenState.HEALTHY
    }
