public import Foundation
import NetBirdTokensNative

/// What the server says about a token. The secret is not part of it: that comes once, in ``CreatedToken``.
///
/// Dates are cut to microseconds, because a `Date` cannot hold the server's nanoseconds.
public struct Token: Sendable, Hashable, Codable, Identifiable {
    /// The token's id, chosen by the server. Not a secret.
    public let id: String

    /// The name it was given; not unique.
    public let name: String

    /// When it stops working. The year 1 if the server keeps no date; it treats such a token as expired.
    public let expirationDate: Date

    /// When it was created.
    public let createdAt: Date

    /// The id of the user who created it, who need not be the one who owns it.
    public let createdBy: String

    /// When it last authenticated a request; nil for never. Reading a token with that same token counts as a use.
    public let lastUsed: Date?

    /// The id of the user who owns it.
    public let userID: String

    /// Makes a token, for example for your own tests.
    ///
    /// - Parameters:
    ///   - id: The token's id, chosen by the server.
    ///   - name: The name it was given.
    ///   - expirationDate: When it stops working.
    ///   - createdAt: When it was created.
    ///   - createdBy: The id of the user who created it, who need not be the one who owns it.
    ///   - lastUsed: When it last authenticated a request.
    ///   - userID: The id of the user who owns it.
    public init(
        id: String,
        name: String,
        expirationDate: Date,
        createdAt: Date,
        createdBy: String,
        lastUsed: Date? = nil,
        userID: String
    ) {
        self.id = id
        self.name = name
        self.expirationDate = expirationDate
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastUsed = lastUsed
        self.userID = userID
    }

    init(_ native: NativeToken) {
        id = native.id
        name = native.name
        expirationDate = Date(native.expirationDate)
        createdAt = Date(native.createdAt)
        createdBy = native.createdBy
        lastUsed = native.lastUsed.map(Date.init)
        userID = native.userId
    }

    /// Whether the server refuses the token at an instant. It does so after the expiration date, not at it.
    ///
    /// - Parameter now: The instant; by default the current time.
    /// - Returns: Whether the token has expired by then.
    public func isExpired(at now: Date = Date()) -> Bool {
        NetBirdTokensNative.isExpired(expirationDate: NativeTimestamp(expirationDate), now: NativeTimestamp(now))
    }

    /// Whole days of 24 hours from an instant to the expiration date, rounded down.
    ///
    /// - Parameter now: The instant; by default the current time.
    /// - Returns: The number of days: 0 on the last day, negative once the token has expired.
    public func daysLeft(at now: Date = Date()) -> Int {
        Int(NetBirdTokensNative.daysLeft(expirationDate: NativeTimestamp(expirationDate), now: NativeTimestamp(now)))
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case id
        case name
        case expirationDate = "expiration_date"
        case createdAt = "created_at"
        case createdBy = "created_by"
        case lastUsed = "last_used"
        case userID = "user_id"
    }
}

/// A token that was just created. The server never shows its secret again.
public struct CreatedToken: Sendable, Equatable {
    /// What the server says about it.
    public let token: Token

    /// The secret: the text that authenticates. Store it now, because it cannot be recovered.
    public let plainToken: Secret

    /// Makes a created token, for example for your own tests.
    ///
    /// - Parameters:
    ///   - token: What the server says about it.
    ///   - plainToken: The secret.
    public init(
        token: Token,
        plainToken: Secret
    ) {
        self.token = token
        self.plainToken = plainToken
    }

    init(_ native: NativeCreatedToken) {
        token = Token(native.token)
        plainToken = Secret(native.plainToken)
    }
}
