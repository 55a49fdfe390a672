/// What a user may do: the server's word for it, also one that a newer server adds.
public struct Role: RawRepresentable, Sendable, Hashable, Codable {
    /// The account's owner: it may do everything.
    public static let owner = Role(rawValue: "owner")

    /// It manages the account, service users and their tokens.
    public static let admin = Role(rawValue: "admin")

    /// It manages networks, and its own tokens.
    public static let networkAdmin = Role(rawValue: "network_admin")

    /// It reads everything, and manages its own tokens.
    public static let auditor = Role(rawValue: "auditor")

    /// It manages its own tokens.
    public static let user = Role(rawValue: "user")

    /// It manages the billing.
    public static let billingAdmin = Role(rawValue: "billing_admin")

    /// The server's word.
    public let rawValue: String

    /// Makes a role from the server's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

extension Role: CustomStringConvertible {
    /// The server's word.
    public var description: String { rawValue }
}

/// Whether a user can be used: the server's word for it, also one that a newer server adds.
public struct UserStatus: RawRepresentable, Sendable, Hashable, Codable {
    /// The user can be used.
    public static let active = UserStatus(rawValue: "active")

    /// The person has not accepted the invitation yet.
    public static let invited = UserStatus(rawValue: "invited")

    /// An administrator has blocked the user.
    public static let blocked = UserStatus(rawValue: "blocked")

    /// The server's word.
    public let rawValue: String

    /// Makes a status from the server's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

extension UserStatus: CustomStringConvertible {
    /// The server's word.
    public var description: String { rawValue }
}
