public import Foundation
import NetBirdTokensNative

/// What the server tells of a token. The plain text is not among it: that comes once, in ``CreatedToken``.
///
/// Its dates are cut to microseconds, since `Date` cannot hold the server's nanoseconds.
public struct Token: Sendable, Hashable, Identifiable {
    /// The token's id, which the server chose. Not a secret.
    public let id: String

    /// The name it was given; not unique.
    public let name: String

    /// When it stops working. The year 1 where the server keeps no date, which it treats as expired.
    public let expirationDate: Date

    /// When it was created.
    public let createdAt: Date

    /// The id of the user who created it, which need not be the one who owns it.
    public let createdBy: String

    /// When it last authenticated a request; nil for never. Reading a token with that same token counts as a use.
    public let lastUsed: Date?

    /// The id of the user who owns it.
    public let userId: String

    init(_ native: NativeToken) {
        id = native.id
        name = native.name
        expirationDate = Date(native.expirationDate)
        createdAt = Date(native.createdAt)
        createdBy = native.createdBy
        lastUsed = native.lastUsed.map(Date.init)
        userId = native.userId
    }

    /// Whether the server refuses it at the instant `now` (it does so after the expiration date, not at it).
    public func isExpired(at now: Date = Date()) -> Bool {
        now > expirationDate
    }

    /// Whole days of 24 hours from `now` to the expiration date, rounded down: 0 on the last day, negative once expired.
    public func daysLeft(at now: Date = Date()) -> Int {
        // In whole microseconds, where a day is exact.
        let left = expirationDate.wholeMicroseconds.subtractingClamped(now.wholeMicroseconds)
        let (days, rest) = left.quotientAndRemainder(dividingBy: microsecondsPerDay)
        return Int(rest < 0 ? days - 1 : days)
    }
}

/// A token that was just created. The server never shows its plain text again.
public struct CreatedToken: Sendable, Equatable {
    /// What the server tells of it.
    public let token: Token

    /// The text that authenticates: keep it safe, it cannot be had again.
    public let plainToken: Secret

    init(_ native: NativeCreatedToken) {
        token = Token(native.token)
        plainToken = Secret(native.plainToken)
    }
}

private let microsecondsPerDay: Int64 = 86_400_000_000
