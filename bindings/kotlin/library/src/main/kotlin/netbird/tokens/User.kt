package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeUser

/**
 * A person or a service user, as the server describes it.
 *
 * @property id What calls take as the `userId`.
 * @property name The display name; not unique.
 * @property email Empty for a service user.
 * @property role `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds.
 * @property status `active`, `invited`, `blocked`, or one that a newer server adds.
 * @property isCurrent Whether the credential in use is this user's.
 * @property isServiceUser Whether it is a service user.
 * @property isBlocked Whether an administrator has blocked it.
 * @property pendingApproval Whether it is waiting for an administrator's approval.
 * @property lastLogin When it last logged in; null for never, which includes every service user.
 */
@ConsistentCopyVisibility
public data class User internal constructor(
    val id: String,
    val name: String,
    val email: String,
    val role: String,
    val status: String,
    val isCurrent: Boolean,
    val isServiceUser: Boolean,
    val isBlocked: Boolean,
    val pendingApproval: Boolean,
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
