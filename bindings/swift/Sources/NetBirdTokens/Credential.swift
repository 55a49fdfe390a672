public import Foundation
import NetBirdTokensNative

/// A credential that passed its offline check. It never prints its text, which is wiped from memory with the last reference to
/// it, clients included.
public struct Credential: Sendable {
    /// How a request authenticates.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// A personal access token.
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

    /// When a JWT expires, where it says so. A PAT does not tell: ask the server.
    public let expiresAt: Date?

    let native: NativeCredential

    private init(_ make: () throws -> NativeCredential) throws {
        native = try translated(make)
        kind = Kind(try translated(native.kind))
        expiresAt = try translated(native.expiresAt).map(Date.init)
    }

    /// A personal access token: exactly its 40 characters.
    ///
    /// - Throws: ``ErrorKind/invalidCredential`` when the prefix, the length or the checksum is wrong.
    public static func pat(_ text: String) throws -> Credential {
        try Credential { try NativeCredential.pat(text: text) }
    }

    /// A JWT. Its shape and its expiry are checked; its signature is the server's to check.
    ///
    /// - Throws: ``ErrorKind/invalidCredential`` when it is no JWT or has expired.
    public static func bearer(_ jwt: String) throws -> Credential {
        try Credential { try NativeCredential.bearer(jwt: jwt) }
    }

    /// Either of the two, as people paste them: white space and quotes around it, and a leading `Token ` or `Bearer `, are taken
    /// off.
    ///
    /// - Throws: ``ErrorKind/invalidCredential``, saying what it looks like instead where that can be told.
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
