public import Foundation
import NetBirdTokensNative

/// A person or a service user, as the server describes it.
public struct User: Sendable, Hashable, Codable, Identifiable {
    /// The id, as token calls take it.
    public let id: String

    /// The display name; not unique.
    public let name: String

    /// The e-mail address; empty for a service user.
    public let email: String

    /// What the user may do.
    public let role: Role

    /// Whether the user can be used.
    public let status: UserStatus

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

    /// Makes a user, for example for your own tests.
    ///
    /// - Parameters:
    ///   - id: The id, as token calls take it.
    ///   - name: The display name.
    ///   - email: The e-mail address.
    ///   - role: What the user may do.
    ///   - status: Whether the user can be used.
    ///   - isCurrent: Whether the credential in use belongs to this user.
    ///   - isServiceUser: Whether this is a service user.
    ///   - isBlocked: Whether an administrator has blocked the user.
    ///   - pendingApproval: Whether the user waits for an administrator's approval.
    ///   - lastLogin: When the user last logged in.
    public init(
        id: String,
        name: String = "",
        email: String = "",
        role: Role = .user,
        status: UserStatus = .active,
        isCurrent: Bool = false,
        isServiceUser: Bool = false,
        isBlocked: Bool = false,
        pendingApproval: Bool = false,
        lastLogin: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.role = role
        self.status = status
        self.isCurrent = isCurrent
        self.isServiceUser = isServiceUser
        self.isBlocked = isBlocked
        self.pendingApproval = pendingApproval
        self.lastLogin = lastLogin
    }

    init(_ native: NativeUser) {
        id = native.id
        name = native.name
        email = native.email
        role = Role(rawValue: native.role)
        status = UserStatus(rawValue: native.status)
        isCurrent = native.isCurrent
        isServiceUser = native.isServiceUser
        isBlocked = native.isBlocked
        pendingApproval = native.pendingApproval
        lastLogin = native.lastLogin.map(Date.init)
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case id
        case name
        case email
        case role
        case status
        case isCurrent = "is_current"
        case isServiceUser = "is_service_user"
        case isBlocked = "is_blocked"
        case pendingApproval = "pending_approval"
        case lastLogin = "last_login"
    }
}
