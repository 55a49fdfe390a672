package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeUser

/**
 * A person or a service user, as the server describes it.
 *
 * @property id What calls take as the `userId`.
 * @property name The display name; not unique.
 * @property email Empty for a service user.
 * @property role What it may do.
 * @property status Whether it can be used.
 * @property isCurrent Whether the credential in use is this user's.
 * @property isServiceUser Whether it is a service user.
 * @property isBlocked Whether an administrator has blocked it.
 * @property pendingApproval Whether it is waiting for an administrator's approval.
 * @property lastLogin When it last logged in; null for never, which includes every service user.
 */
public data class User(
    val id: String,
    val name: String = "",
    val email: String = "",
    val role: Role = Role.User,
    val status: UserStatus = UserStatus.Active,
    val isCurrent: Boolean = false,
    val isServiceUser: Boolean = false,
    val isBlocked: Boolean = false,
    val pendingApproval: Boolean = false,
    val lastLogin: Instant? = null,
)

internal fun NativeUser.translated(): User =
    User(
        id = id,
        name = name,
        email = email,
        role = Role.of(role),
        status = UserStatus.of(status),
        isCurrent = isCurrent,
        isServiceUser = isServiceUser,
        isBlocked = isBlocked,
        pendingApproval = pendingApproval,
        lastLogin = lastLogin?.toInstant(),
    )
