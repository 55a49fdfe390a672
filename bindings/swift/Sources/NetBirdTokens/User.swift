public import Foundation
import NetBirdTokensNative

/// A person or a service user, as the server describes it.
public struct User: Sendable, Hashable, Identifiable {
    /// What token calls take as the user id.
    public let id: String

    /// The display name; not unique.
    public let name: String

    /// Empty for a service user.
    public let email: String

    /// `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds.
    public let role: String

    /// `active`, `invited`, `blocked`, or one that a newer server adds.
    public let status: String

    /// Whether the credential in use is this user's.
    public let isCurrent: Bool

    /// Whether it is a service user.
    public let isServiceUser: Bool

    /// Whether an administrator has blocked it.
    public let isBlocked: Bool

    /// Whether it waits for an administrator's approval.
    public let pendingApproval: Bool

    /// When it last logged in; nil for never, as service users always.
    public let lastLogin: Date?

    init(_ native: NativeUser) {
        id = native.id
        name = native.name
        email = native.email
        role = native.role
        status = native.status
        isCurrent = native.isCurrent
        isServiceUser = native.isServiceUser
        isBlocked = native.isBlocked
        pendingApproval = native.pendingApproval
        lastLogin = native.lastLogin.map(Date.init)
    }
}
