public import Foundation
import NetBirdTokensNative

/// One user's tokens.
public struct UserAudit: Sendable, Hashable, Codable {
    /// The user.
    public let user: User

    /// The user's tokens, in no particular order. Empty when there is an error.
    public let tokens: [AuditedToken]

    /// Why the user's tokens could not be listed.
    public let error: NetBirdError?

    /// The instant at which the states hold: the server's clock when it answered, or this machine's if the answer has no date.
    public let asOf: Date

    /// Makes a result, for example for your own tests.
    ///
    /// - Parameters:
    ///   - user: The user.
    ///   - tokens: The user's tokens, in no particular order.
    ///   - error: Why the user's tokens could not be listed.
    ///   - asOf: The instant at which the states hold.
    public init(
        user: User,
        tokens: [AuditedToken] = [],
        error: NetBirdError? = nil,
        asOf: Date
    ) {
        self.user = user
        self.tokens = tokens
        self.error = error
        self.asOf = asOf
    }

    init(_ native: NativeUserAudit) {
        user = User(native.user)
        tokens = native.tokens.map(AuditedToken.init)
        error = native.failure.map(NetBirdError.init)
        asOf = Date(native.asOf)
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case user
        case tokens
        case error
        case asOf = "as_of"
    }
}

/// A token and what the audit says about it.
public struct AuditedToken: Sendable, Hashable, Codable {
    /// What an audit says about a token. In the order in which the first that applies becomes a token's state.
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// The server refuses it.
        case expired

        /// It expires soon.
        case expiring

        /// It was last used too long ago, or never used and created too long ago.
        case unused

        /// It was never used, and not created too long ago.
        case neverUsed = "never_used"

        /// None of the others.
        case healthy
    }

    /// The token.
    public let token: Token

    /// The first of the states that applies.
    public let state: State

    /// All states that apply, in order; empty for a healthy token.
    public let findings: [State]

    /// The state in words, for people: `expires in 3 days`. Several findings are separated by semicolons.
    public let reason: String

    /// Makes a result, for example for your own tests.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - state: The first of the states that applies.
    ///   - findings: All states that apply, in order.
    ///   - reason: The state in words, for people.
    public init(
        token: Token,
        state: State,
        findings: [State] = [],
        reason: String = ""
    ) {
        self.token = token
        self.state = state
        self.findings = findings
        self.reason = reason
    }

    init(_ native: NativeAuditedToken) {
        token = Token(native.token)
        state = State(native.state)
        findings = native.findings.map(State.init)
        reason = native.reason
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case token
        case state
        case findings
        case reason
    }
}

extension AuditedToken.State {
    init(_ native: NativeTokenState) {
        switch native {
        case .expired: self = .expired
        case .expiring: self = .expiring
        case .unused: self = .unused
        case .neverUsed: self = .neverUsed
        case .healthy: self = .healthy
        }
    }
}

/// An audit in numbers.
public struct AuditSummary: Sendable, Hashable, Codable {
    /// Users whose tokens are requested: the credential's own user, and every service user that it may see.
    public let users: Int

    /// Users whose tokens were listed.
    public let audited: Int

    /// Users whose tokens could not be listed; the result of each says why.
    public let failed: Int

    /// Users whose result did not come before the audit ended: its time was over, or the server accepted no more requests. 0
    /// while it goes on.
    public let notReached: Int

    /// Other people. The server shows a person's tokens to nobody else, so they are not requested.
    public let otherPeople: Int

    /// Tokens found.
    public let tokens: Int

    /// Tokens whose state is ``AuditedToken/State/expired``.
    public let expired: Int

    /// Tokens whose state is ``AuditedToken/State/expiring``.
    public let expiring: Int

    /// Tokens whose state is ``AuditedToken/State/unused``.
    public let unused: Int

    /// Tokens whose state is ``AuditedToken/State/neverUsed``.
    public let neverUsed: Int

    /// Tokens whose state is ``AuditedToken/State/healthy``.
    public let healthy: Int

    /// Whether the audit has ended and every user has a result.
    public let isComplete: Bool

    /// Makes numbers, for example for your own tests.
    ///
    /// - Parameters:
    ///   - users: Users whose tokens are requested.
    ///   - audited: Users whose tokens were listed.
    ///   - failed: Users whose tokens could not be listed.
    ///   - notReached: Users whose result did not come before the audit ended.
    ///   - otherPeople: Other people.
    ///   - tokens: Tokens found.
    ///   - expired: Tokens whose state is ``AuditedToken/State/expired``.
    ///   - expiring: Tokens whose state is ``AuditedToken/State/expiring``.
    ///   - unused: Tokens whose state is ``AuditedToken/State/unused``.
    ///   - neverUsed: Tokens whose state is ``AuditedToken/State/neverUsed``.
    ///   - healthy: Tokens whose state is ``AuditedToken/State/healthy``.
    ///   - isComplete: Whether the audit has ended and every user has a result.
    public init(
        users: Int = 0,
        audited: Int = 0,
        failed: Int = 0,
        notReached: Int = 0,
        otherPeople: Int = 0,
        tokens: Int = 0,
        expired: Int = 0,
        expiring: Int = 0,
        unused: Int = 0,
        neverUsed: Int = 0,
        healthy: Int = 0,
        isComplete: Bool = true
    ) {
        self.users = users
        self.audited = audited
        self.failed = failed
        self.notReached = notReached
        self.otherPeople = otherPeople
        self.tokens = tokens
        self.expired = expired
        self.expiring = expiring
        self.unused = unused
        self.neverUsed = neverUsed
        self.healthy = healthy
        self.isComplete = isComplete
    }

    init(_ native: NativeAuditSummary) {
        users = Int(native.users)
        audited = Int(native.audited)
        failed = Int(native.failed)
        notReached = Int(native.notReached)
        otherPeople = Int(native.otherPeople)
        tokens = Int(native.tokens)
        expired = Int(native.expired)
        expiring = Int(native.expiring)
        unused = Int(native.unused)
        neverUsed = Int(native.neverUsed)
        healthy = Int(native.healthy)
        isComplete = native.isComplete
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case users
        case audited
        case failed
        case notReached = "not_reached"
        case otherPeople = "other_people"
        case tokens
        case expired
        case expiring
        case unused
        case neverUsed = "never_used"
        case healthy
        case isComplete = "is_complete"
    }
}
