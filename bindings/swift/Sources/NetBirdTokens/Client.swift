import Foundation
import NetBirdTokensNative

/// A client of one NetBird server.
///
/// One client may be used from any number of tasks and threads at once; they share its connections. No call blocks a thread.
/// Calls that take a `userId` take nil for the user that the credential belongs to.
///
/// ```swift
/// let client = try Client(credential: .detect(text))
/// for token in try await client.listTokens() { print(token.name, token.expirationDate) }
/// ```
///
/// **Errors.** Every call throws a ``NetBirdError`` and nothing else. (Its signature does not say so, since the compiler of Swift
/// 6.0 crashes on `catch let error as NetBirdError` where it does.)
///
/// **Cancellation.** Cancelling the task that awaits a call ends the call's request at once. It then throws a ``NetBirdError``
/// of the kind ``ErrorKind/cancelled`` and not a `CancellationError`, because it has more to say: a create or delete that was
/// sent may have happened, and the message tells what to look for.
///
/// **Closing.** ``close()`` frees the client at once; otherwise it is freed with its last reference. Calls under way finish.
public final class Client: Sendable {
    /// The lifetime that a token gets when none is said, in days.
    public static let defaultExpiresInDays = 90

    /// The management URL in use, without `/api` and without a slash at its end.
    public let managementUrl: String

    private let handle: Handle

    private init(_ native: NativeClient) throws {
        managementUrl = try translated { try native.managementUrl() }
        handle = Handle(native)
    }

    /// A client that authenticates with `credential`. Nothing is sent yet.
    ///
    /// - Throws: ``ErrorKind/configuration`` or ``ErrorKind/invalidArgument`` for a configuration that cannot be used.
    public convenience init(
        credential: Credential,
        configuration: Configuration = Configuration()
    ) throws {
        let options = configuration.native(fromEnv: false)
        try self.init(translated { try NativeClient(credential: credential.native, options: options) })
    }

    /// A client with the credential and the management URL that the environment holds. What is given explicitly wins.
    ///
    /// The credential is read from `NB_PAT`, then `NETBIRD_API_TOKEN`, `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from
    /// `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`.
    ///
    /// - Throws: ``ErrorKind/configuration`` when there is no credential or two variables disagree, and
    ///   ``ErrorKind/invalidCredential`` when the one found is none.
    public static func fromEnv(
        credential: Credential? = nil,
        configuration: Configuration = Configuration()
    ) throws -> Client {
        let options = configuration.native(fromEnv: true)
        return try Client(translated { try NativeClient(credential: credential?.native, options: options) })
    }

    /// A handle of the same client, to be closed on its own, whose calls may take this long, retries included.
    ///
    /// - Throws: ``ErrorKind/invalidArgument`` for a negative duration or after ``close()``.
    public func withTimeout(_ timeout: Duration) throws -> Client {
        let native = try handle.open()
        return try Client(translated { try native.withTimeout(timeout: timeout.wholeNanoseconds) })
    }

    /// Uses another credential from the next call on, in every handle of this client. Calls under way end with the old one.
    ///
    /// - Throws: ``ErrorKind/invalidCredential`` when it has a character that cannot be sent.
    public func setCredential(_ credential: Credential) throws {
        let native = try handle.open()
        try translated { try native.setCredential(credential: credential.native) }
    }

    /// All tokens of a user, in no particular order.
    public func listTokens(userId: String? = nil) async throws -> [Token] {
        try await call { try await $0.listTokens(userId: userId, cancel: $1) }.map(Token.init)
    }

    /// One token of a user. ``ErrorKind/notFound`` also when the token is another user's.
    public func getToken(_ tokenId: String, userId: String? = nil) async throws -> Token {
        Token(try await call { try await $0.getToken(tokenId: tokenId, userId: userId, cancel: $1) })
    }

    /// Creates a token for a user.
    ///
    /// It is never sent twice unless the first cannot have been acted on. When its answer was lost, finding out what it did may
    /// take 15 seconds beyond the call's own time, and the error is ``ErrorKind/outcomeUnknown``.
    ///
    /// - Parameters:
    ///   - name: By which to recognise it later; not empty, need not be unique.
    ///   - expiresInDays: The lifetime in days, 1 to 365.
    ///   - userId: The service user to own it; nil for the user that the credential belongs to.
    /// - Returns: The token with its plain text, which cannot be had again.
    public func createToken(
        name: String,
        expiresInDays: Int = Client.defaultExpiresInDays,
        userId: String? = nil
    ) async throws -> CreatedToken {
        let days = Int64(expiresInDays)
        return CreatedToken(
            try await call {
                try await $0.createToken(name: name, expiresInDays: days, userId: userId, cancel: $1)
            }
        )
    }

    /// Deletes (revokes) a token of a user.
    public func deleteToken(_ tokenId: String, userId: String? = nil) async throws {
        try await call { try await $0.deleteToken(tokenId: tokenId, userId: userId, cancel: $1) }
    }

    /// The user that the credential belongs to. Always asks the server.
    public func currentUser() async throws -> User {
        User(try await call { try await $0.currentUser(cancel: $1) })
    }

    /// The users that the credential may see: all, or only its own.
    public func listUsers() async throws -> [User] {
        try await call { try await $0.listUsers(cancel: $1) }.map(User.init)
    }

    /// Whether the credential works, and what there is to know about it. One that does not is no error here: the result says
    /// how the server refuses it.
    public func checkCredential() async throws -> CredentialCheck {
        CredentialCheck(try await call { try await $0.checkCredential(cancel: $1) })
    }

    /// Frees the client. Calls under way still finish; those that begin later throw ``ErrorKind/invalidArgument``. Closing
    /// twice does nothing.
    public func close() {
        handle.close()
    }

    /// Awaits a native call, which ends when the task is cancelled.
    private func call<Result: Sendable>(
        _ operation: (NativeClient, NativeCancel) async throws -> Result
    ) async throws -> Result {
        let native = try handle.open()
        do {
            let cancel = try NativeCancel()
            return try await withTaskCancellationHandler {
                try await operation(native, cancel)
            } onCancel: {
                // It fails by a bug in the library alone; the call then ends by its time limit.
                try? cancel.cancel()
            }
        } catch {
            throw NetBirdError(translating: error)
        }
    }
}

extension Client: CustomStringConvertible, CustomReflectable {
    /// The class's name and the management URL.
    public var description: String { "Client(\(managementUrl))" }

    /// The management URL alone.
    public var customMirror: Mirror { Mirror(self, children: ["managementUrl": managementUrl]) }
}

/// The native client until it is closed.
private final class Handle: @unchecked Sendable {
    // `native` is only touched with the lock held.
    private let lock = NSLock()
    private var native: NativeClient?

    init(_ native: NativeClient) {
        self.native = native
    }

    func open() throws -> NativeClient {
        guard let native = lock.withLock({ native }) else {
            throw NetBirdError(kind: .invalidArgument, message: "the client is closed: make a new one")
        }
        return native
    }

    func close() {
        // Freed outside the lock.
        let freed = lock.withLock {
            defer { native = nil }
            return native
        }
        _ = freed
    }
}
