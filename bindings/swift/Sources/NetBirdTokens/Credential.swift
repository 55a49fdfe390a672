public import Foundation
import NetBirdTokensNative

/// A credential that passed its offline check.
///
/// It never prints its text, which is kept outside Swift's memory and wiped when the last reference to it is gone, clients
/// included. The `String` that it was made from is yours and cannot be wiped.
public struct Credential: Sendable {
    /// How a request authenticates.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// A personal access token (PAT).
        case pat

        /// A JWT from the account's identity provider.
        case bearer

        init(_ native: NativeCredentialKind) {
            switch native {
            case .pat: self = .pat
            case .bearer: self = .bearer
            }
        }
    }

    /// Which of the two it is.
    public let kind: Kind

    /// When a JWT expires, if it says so. A PAT does not say: ask the server.
    public let expiresAt: Date?

    let native: NativeCredential

    init(_ make: () throws -> NativeCredential) throws {
        native = try translated(make)
        kind = Kind(try translated(native.kind))
        expiresAt = try translated(native.expiresAt).map(Date.init)
    }

    /// Makes a credential from a personal access token.
    ///
    /// - Parameter text: Exactly the token's 40 characters.
    /// - Returns: The credential.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidCredential`` when the prefix, the length or the checksum is
    ///   wrong, saying which.
    public static func pat(_ text: String) throws -> Credential {
        try Credential { try NativeCredential.pat(text: text) }
    }

    /// Makes a credential from a JWT.
    ///
    /// Its shape is checked. Its signature and its expiry are for the server to check; see ``expiresAt`` for the expiry that it
    /// states.
    ///
    /// - Parameter jwt: The JWT, three parts separated by dots.
    /// - Returns: The credential.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidCredential`` when it is not a JWT, saying why.
    public static func bearer(_ jwt: String) throws -> Credential {
        try Credential { try NativeCredential.bearer(jwt: jwt) }
    }

    /// Makes a credential from a PAT or a JWT, as people paste them.
    ///
    /// White space and quotes around it, and a leading `Token `, `Bearer ` or `Authorization:`, are removed.
    ///
    /// - Parameter text: The pasted text.
    /// - Returns: The credential.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidCredential``, saying what the text looks like instead where
    ///   that is known.
    public static func detect(_ text: String) throws -> Credential {
        try Credential { try NativeCredential.detect(text: text) }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `Credential(pat)` or `Credential(bearer)`.
    public var description: String { "Credential(\(kind))" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The kind and the expiry.
    public var customMirror: Mirror {
        Mirror(self, children: ["kind": kind, "expiresAt": expiresAt as Any], displayStyle: .struct)
    }
}
