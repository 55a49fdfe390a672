public import Foundation
import NetBirdTokensNative

/// A person or a service user, as the server describes it.
public struct User: Sendable, Hashable, Identifiable {
    /// The id, as token calls take it.
    public let id: String

    /// The display name; not unique.
    public let name: String

    /// The e-mail address; empty for a service user.
    public let email: String

    /// `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or a role that a newer server adds.
    public let role: String

    /// `active`, `invited`, `blocked`, or a status that a newer server adds.
    public let status: String

    /// Whether the credential in use belongs to this user.
    public let isCurrent: Bool

    /// Whether this is a service user.
    public let isServiceUser: Bool

    /// Whether an administrator has blocked the user.
    public let isBlocked: Bool

    /// Whether the user waits for an administrator's approval.
    public let pendingApproval: Bool

    /// When the user last logged in; nil for never, which is always so for a service user.
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
