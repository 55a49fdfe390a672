public import Foundation
import NetBirdTokensNative

/// What there is to know about a credential.
public struct CredentialCheck: Sendable, Hashable {
    /// What the server makes of a credential.
    public enum State: Sendable, Hashable, CaseIterable {
        /// It authenticates, and its user may use the API.
        case working

        /// The server does not know this PAT: it was revoked, or belongs to another server.
        case unknown

        /// The server refuses it: it has expired, or, of a JWT, is not accepted.
        case refused

        /// It authenticates, but an administrator has blocked its user.
        case blocked

        /// It authenticates, but its user still waits for an administrator's approval.
        case pendingApproval

        /// It authenticates, but the role of its user may not even ask who it is.
        case forbidden
    }

    /// Whether it works, and why not.
    public let state: State

    /// Whether it is a PAT or a JWT.
    public let kind: Credential.Kind

    /// Whose it is. Known of a working one.
    public let user: User?

    /// Which of the user's tokens it is. Nil for a JWT, for a role that may not list its own tokens, and where it could not be
    /// told from another token that was used at the same time.
    public let token: Token?

    /// When it stops working, where that is known.
    public let expiresAt: Date?

    /// What the server said of one that does not work.
    public let error: NetBirdError?

    init(_ native: NativeCredentialCheck) {
        state = State(native.state)
        kind = Credential.Kind(native.kind)
        user = native.user.map(User.init)
        token = native.token.map(Token.init)
        expiresAt = native.expiresAt.map(Date.init)
        error = native.failure.map(NetBirdError.init)
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
