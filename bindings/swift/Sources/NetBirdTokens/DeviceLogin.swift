public import Foundation
import NetBirdTokensNative

/// Begins to log a person in by the OAuth2 device flow (RFC 8628).
///
/// Show the person the address and the code of the login, and then call ``DeviceLogin/wait()``.
///
/// ```swift
/// let login = try await startLogin(options: ClientOptions(managementURL: "https://netbird.example.com"))
/// print("Open \(login.verificationURI) and enter \(login.userCode)")
/// let session = try await login.wait()
/// let client = try Client(credential: session.credential)
/// ```
///
/// It asks the identity provider for its document and for a code, within ``ClientOptions/timeout``. A server with the embedded
/// identity provider needs no ``LoginOptions``. Cancelling the task leaves at most a code that expires unused.
///
/// - Parameters:
///   - options: Those of a client that apply: where the server is, time limits, retries, TLS, proxies. ``ClientOptions/tokenFile`` and
///     ``ClientOptions/onUnknown`` do not apply and are refused.
///   - login: The options of the login.
///   - fromEnv: Whether `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`, apply where no URL is given. No credential is read from the
///     environment.
///   - observer: Called for what happens, also to the session that comes of it, for example to log it. See ``Event``.
/// - Returns: The login.
/// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidArgument`` for an option that cannot be used,
///   ``ErrorKind/unexpectedResponse`` where the identity provider's document is missing, names endpoints on another host or in clear
///   text, or offers no device flow, ``ErrorKind/rejected`` when the provider refuses the client, the scope or the audience; or of
///   any kind.
public func startLogin(
    options: ClientOptions = ClientOptions(),
    login: LoginOptions = LoginOptions(),
    fromEnv: Bool = false,
    observer: (@Sendable (Event) -> Void)? = nil
) async throws -> DeviceLogin {
    let native = try await cancellable {
        try await NetBirdTokensNative.startLogin(
            options: options.native(fromEnv: fromEnv),
            login: login.native,
            observer: observer.map(Forwarder.init),
            observeRequests: true,
            cancel: $0
        )
    }
    return try DeviceLogin(native)
}

/// A login that waits for a person's approval. ``startLogin(options:login:fromEnv:observer:)`` makes it.
///
/// It may be used from any number of tasks; the server is asked no more often for that. One that is freed leaves a code that expires
/// unused.
public final class DeviceLogin: Sendable {
    /// The page that the person opens, in any browser, on any machine. It is safe to print and to open.
    public let verificationURI: String

    /// The same page with the code filled in, for a link or a QR code; nil if the identity provider gives none.
    public let verificationURIComplete: String?

    /// The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves.
    public let userCode: String

    /// Until when the person can approve, by this machine's clock.
    public let expiresAt: Date

    private let native: NativeDeviceLogin

    init(_ native: NativeDeviceLogin) throws {
        verificationURI = try translated(native.verificationUri)
        verificationURIComplete = try translated(native.verificationUriComplete)
        userCode = try translated(native.userCode)
        expiresAt = Date(try translated(native.expiresAt))
        self.native = native
    }

    /// How often the server may be asked: 5 seconds, unless it said otherwise. It grows when the server asks for that.
    public var interval: Duration {
        get throws { .nanoseconds(try translated(native.interval)) }
    }

    /// Asks the server whether the person has decided, if the interval has passed since the last time, the first time at once;
    /// otherwise nothing is sent.
    ///
    /// For programs with a loop of their own. An answer that was lost counts as none: the next poll comes later. Once the login has
    /// ended, each poll gives the same.
    ///
    /// - Returns: The session; nil while nothing was decided.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/forbidden`` when the login was denied, ``ErrorKind/timeout`` when nobody
    ///   approved it in time, ``ErrorKind/rejected`` when the identity provider refuses it for another reason,
    ///   ``ErrorKind/unexpectedResponse`` for an answer that cannot be used.
    public func poll() async throws -> LoginSession? {
        try await cancellable { try await self.native.poll(cancel: $0) }.map(LoginSession.init)
    }

    /// Polls until the person has decided or the code has expired, whatever ``ClientOptions/timeout`` says, which limits each
    /// request.
    ///
    /// Cancelling the task ends the wait at once, with a ``NetBirdError`` of the kind ``ErrorKind/cancelled``. The login can then be
    /// waited for again, and a session that came at that moment is not lost.
    ///
    /// - Returns: The session.
    /// - Throws: ``NetBirdError``, as ``poll()`` does.
    public func wait() async throws -> LoginSession {
        try LoginSession(await cancellable { try await self.native.waitForSession(cancel: $0) })
    }
}

extension DeviceLogin: CustomStringConvertible, CustomReflectable {
    /// The page and the expiry.
    public var description: String { "DeviceLogin(\(verificationURI), until \(expiresAt))" }

    /// The page and the expiry.
    public var customMirror: Mirror {
        Mirror(self, children: ["verificationURI": verificationURI, "expiresAt": expiresAt])
    }
}
