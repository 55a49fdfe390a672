package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeUser

/** A person or a service user, as the server describes it. */
@ConsistentCopyVisibility
public data class User internal constructor(
    /** What token calls take as the user id. */
    val id: String,
    /** The display name; not unique. */
    val name: String,
    /** Empty for a service user. */
    val email: String,
    /** `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds. */
    val role: String,
    /** `active`, `invited`, `blocked`, or one that a newer server adds. */
    val status: String,
    /** Whether the credential in use is this user's. */
    val isCurrent: Boolean,
    /** Whether it is a service user. */
    val isServiceUser: Boolean,
    /** Whether an administrator has blocked it. */
    val isBlocked: Boolean,
    /** Whether it waits for an administrator's approval. */
    val pendingApproval: Boolean,
    /** When it last logged in; null for never, as service users always. */
    val lastLogin: Instant?,
)

internal fun NativeUser.translated(): User =
    User(
        id = id,
        name = name,
        email = email,
        role = role,
        status = status,
        isCurrent = isCurrent,
        isServiceUser = isServiceUser,
        isBlocked = isBlocked,
        pendingApproval = pendingApproval,
        lastLogin = lastLogin?.toInstant(),
    )
