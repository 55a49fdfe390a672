public import Foundation
import NetBirdTokensNative

/// What is known about a credential.
public struct CredentialCheck: Sendable, Hashable, Codable {
    /// How the server treats a credential.
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// It authenticates, and its user may use the API.
        case working

        /// The server does not know this PAT: it was revoked, or belongs to another server.
        case unknown

        /// The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than
        /// that it is not accepted.
        case refused

        /// It authenticates, but an administrator has blocked its user.
        case blocked

        /// It authenticates, but its user is waiting for an administrator's approval.
        case pendingApproval = "pending_approval"

        /// It authenticates, but the role of its user may not even request who it is.
        case forbidden
    }

    /// Whether it works, and why not.
    public let state: State

    /// Whether it is a PAT or a JWT.
    public let kind: Credential.Kind

    /// Whose it is. Known if it works.
    public let user: User?

    /// Which of the user's tokens it is.
    ///
    /// Nil for a JWT, for a role that may not list its own tokens, and where nothing proves it: another token was used at the
    /// same time, or the server's clock is too coarse.
    public let token: Token?

    /// When it stops working: for a PAT if ``token`` is known, for a JWT if it says so.
    public let expiresAt: Date?

    /// What the server said about one that does not work.
    public let error: NetBirdError?

    /// Makes a result, for example for your own tests.
    ///
    /// - Parameters:
    ///   - state: Whether it works, and why not.
    ///   - kind: Whether it is a PAT or a JWT.
    ///   - user: Whose it is.
    ///   - token: Which of the user's tokens it is.
    ///   - expiresAt: When it stops working.
    ///   - error: What the server said about one that does not work.
    public init(
        state: State,
        kind: Credential.Kind,
        user: User? = nil,
        token: Token? = nil,
        expiresAt: Date? = nil,
        error: NetBirdError? = nil
    ) {
        self.state = state
        self.kind = kind
        self.user = user
        self.token = token
        self.expiresAt = expiresAt
        self.error = error
    }

    init(_ native: NativeCredentialCheck) {
        state = State(native.state)
        kind = Credential.Kind(native.kind)
        user = native.user.map(User.init)
        token = native.token.map(Token.init)
        expiresAt = native.expiresAt.map(Date.init)
        error = native.failure.map(NetBirdError.init)
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case state
        case kind
        case user
        case token
        case expiresAt = "expires_at"
        case error
    }
}

extension CredentialCheck.State {
    init(_ native: NativeCredentialState) {
        switch native {
        case .working: self = .working
        case .unknown: self = .unknown
        case .refused: self = .refused
        case .blocked: self = .blocked
        case .pendingApproval: self = .pendingApproval
        case .forbidden: self = .forbidden
        }
    }
}
