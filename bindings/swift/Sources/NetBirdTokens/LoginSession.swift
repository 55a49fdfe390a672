public import Foundation
import NetBirdTokensNative

/// What a login gives: tokens of the person who approved it. ``credential`` makes a credential of it.
///
/// A client with that credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30
/// seconds before its expiry) starts one refresh for all tasks and clients, in the background, and no call waits for it. A refresh
/// that fails changes nothing: the token is used until it expires, and then calls throw ``ErrorKind/unauthorized``, whose message
/// says to log in again. What becomes of a refresh is reported to the observer that the login was begun with
/// (``Event/Kind/sessionRefreshed``, ``Event/Kind/sessionNotRefreshed``).
///
/// It never prints its tokens, which are kept outside Swift's memory.
public final class LoginSession: Sendable {
    /// The server whose API it is for, without `/api` and without a trailing slash.
    public let managementURL: String

    /// The identity provider that it came from, without a trailing slash.
    public let issuer: String

    /// A bearer credential that follows the session's refreshes, for ``Client`` and ``Client/setCredential(_:)``.
    ///
    /// A client that is given no management URL uses the session's, and one of another server refuses it.
    public var credential: Credential {
        get throws { try Credential { try self.native.credential() } }
    }

    private let native: NativeLoginSession

    init(_ native: NativeLoginSession) throws {
        managementURL = try translated(native.managementUrl)
        issuer = try translated(native.issuer)
        self.native = native
    }

    /// Takes up a session that ``export()`` gave, perhaps in another process. Nothing is sent.
    ///
    /// - Parameters:
    ///   - text: The exported text. This `String` is yours to protect: Swift cannot wipe it.
    ///   - options: As for ``startLogin(options:login:fromEnv:observer:)``; the management URL may be left out, and must be the
    ///     session's if it is given.
    ///   - observer: Called for what happens to the session. See ``Event``.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidArgument`` for a text that is not an exported session and for one of
    ///   another server, ``ErrorKind/configuration`` for a proxy or a CA that cannot be used. No message shows its tokens.
    public convenience init(
        restoring text: String,
        options: ClientOptions = ClientOptions(),
        observer: (@Sendable (Event) -> Void)? = nil
    ) throws {
        let native = try translated {
            try NativeLoginSession.restore(
                text: text,
                options: options.native(fromEnv: false),
                observer: observer.map(Forwarder.init),
                observeRequests: true
            )
        }
        try self.init(native)
    }

    /// When the token that the session has now expires, by this machine's clock.
    public var expiresAt: Date {
        get throws { Date(try translated(native.expiresAt)) }
    }

    /// Whether the token is close to its expiry and can be refreshed.
    ///
    /// A program that ends soon calls ``refresh()`` then, and exports the session again.
    public var needsRefresh: Bool {
        get throws { try translated(native.needsRefresh) }
    }

    /// Refreshes now, or waits for the refresh that is under way: no longer than ``ClientOptions/timeout`` of the login, and at most
    /// 30 seconds.
    ///
    /// Whatever happens, the session keeps a token. If the task is cancelled, the refresh goes on.
    ///
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/unauthorized`` when the identity provider has ended the session,
    ///   ``ErrorKind/invalidArgument`` when it has no refresh token; or of any kind.
    public func refresh() async throws {
        try await cancellable { try await self.native.refresh(cancel: $0) }
    }

    /// From now on calls start no refresh: only ``refresh()`` does.
    ///
    /// For a program that ends soon: where the identity provider accepts a refresh token once, a refresh that the program does not
    /// outlive would lose the session.
    ///
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/internal``, for a bug in the library only.
    public func refreshOnRequest() throws {
        try translated(native.refreshOnRequest)
    }

    /// The session as it is now, as JSON text for ``init(restoring:options:observer:)``.
    ///
    /// Whoever has it can act as the person: keep it in the keychain, or in a file that only its owner can read. Export it again after
    /// a refresh, which may change the refresh token.
    ///
    /// - Returns: The text, as a secret.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/internal``, for a bug in the library only.
    public func export() throws -> Secret {
        Secret(try translated(native.exportText))
    }
}

extension LoginSession: CustomStringConvertible, CustomReflectable {
    /// The server.
    public var description: String { "LoginSession(\(managementURL))" }

    /// The server and the identity provider.
    public var customMirror: Mirror {
        Mirror(self, children: ["managementURL": managementURL, "issuer": issuer])
    }
}
