import NetBirdTokensNative

/// A client of one NetBird server.
///
/// One client may be used from any number of tasks and threads at once; they share its connections. No call blocks a thread.
/// Calls that take a `userID` take nil for the user that the credential belongs to.
///
/// ```swift
/// let client = try Client(credential: .detect(text))
/// for token in try await client.listTokens() { print(token.name, token.expirationDate) }
/// ```
///
/// **Errors.** Every call throws a ``NetBirdError`` and nothing else. (Its signature does not say so, because the compiler of
/// Swift 6.0 crashes on `catch let error as NetBirdError` where it does.)
///
/// **Cancellation.** Cancelling the task that awaits a call ends the call's request at once. The call then throws a
/// ``NetBirdError`` of the kind ``ErrorKind/cancelled`` and not a `CancellationError`, because it has more to say: a delete that
/// was sent may have happened, and a create that was sent is finished in the background.
///
/// **Closing.** ``close()`` waits for such creates and frees the client. Without it the client is freed with its last reference,
/// and a normal exit of the process waits for them.
public final class Client: Sendable {
    /// The management URL in use, without `/api` and without a trailing slash.
    public let managementURL: String

    private let handle: Handle

    private init(_ native: NativeClient) throws {
        managementURL = try translated { try native.managementUrl() }
        handle = Handle(native)
    }

    private convenience init(
        _ credential: Credential?,
        _ options: NativeOptions,
        _ observer: (@Sendable (Event) -> Void)?
    ) throws {
        let native = try translated {
            try NativeClient(
                credential: credential?.native,
                options: options,
                observer: observer.map(Forwarder.init),
                observeRequests: true
            )
        }
        try self.init(native)
    }

    /// Makes a client that authenticates with a credential. Nothing is sent yet.
    ///
    /// - Parameters:
    ///   - credential: How to authenticate.
    ///   - options: The options; by default all have their default values.
    ///   - observer: Called for what happens during calls, for example to log it. See ``Event``.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidArgument`` or ``ErrorKind/configuration`` for an option, a
    ///   variable, a proxy or a CA certificate that cannot be used.
    public convenience init(
        credential: Credential,
        options: ClientOptions = ClientOptions(),
        observer: (@Sendable (Event) -> Void)? = nil
    ) throws {
        try self.init(credential, options.native(fromEnv: false), observer)
    }

    /// Makes a client whose credential is in the file ``ClientOptions/tokenFile``. Nothing is sent yet.
    ///
    /// ```swift
    /// let client = try Client(options: ClientOptions(tokenFile: "/run/secrets/netbird"))
    /// ```
    ///
    /// - Parameters:
    ///   - options: The options, with the path of the file.
    ///   - observer: Called for what happens during calls, for example to log it. See ``Event``.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/configuration`` for a file, a variable, a proxy or a CA certificate that
    ///   cannot be used, ``ErrorKind/invalidCredential`` when the file holds something else than a credential,
    ///   ``ErrorKind/invalidArgument`` for an option that cannot be used.
    public convenience init(options: ClientOptions, observer: (@Sendable (Event) -> Void)? = nil) throws {
        try self.init(nil, options.native(fromEnv: false), observer)
    }

    /// Makes a client with the credential and the management URL from the environment. Explicit values win.
    ///
    /// The credential is read from `NB_PAT`, then `NETBIRD_API_TOKEN`, `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from
    /// `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`.
    ///
    /// - Parameters:
    ///   - credential: How to authenticate; nil to take it from the environment.
    ///   - options: The options; by default all have their default values.
    ///   - observer: Called for what happens during calls, for example to log it. See ``Event``.
    /// - Returns: The client.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/configuration`` when there is no credential or two variables disagree,
    ///   ``ErrorKind/invalidCredential`` when the credential found is not one, ``ErrorKind/invalidArgument`` for an option that
    ///   cannot be used.
    public static func fromEnv(
        credential: Credential? = nil,
        options: ClientOptions = ClientOptions(),
        observer: (@Sendable (Event) -> Void)? = nil
    ) throws -> Client {
        try Client(credential, options.native(fromEnv: true), observer)
    }

    /// Makes a handle of the same client whose calls have another time limit. It is closed on its own.
    ///
    /// - Parameter timeout: How long a call may take, retries included.
    /// - Returns: The handle.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidArgument`` for zero, a negative duration or more than a day, and
    ///   after ``close()``.
    public func withTimeout(_ timeout: Duration) throws -> Client {
        let native = try handle.open()
        return try Client(translated { try native.withTimeout(timeout: timeout.wholeNanoseconds) })
    }

    /// Uses another credential from the next call on, in every handle of this client. Calls in progress keep the old one.
    ///
    /// A ``ClientOptions/tokenFile`` is no longer followed.
    ///
    /// - Parameter credential: How to authenticate from now on.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/invalidCredential`` when it has a character that cannot be sent.
    public func setCredential(_ credential: Credential) throws {
        let native = try handle.open()
        try translated { try native.setCredential(credential: credential.native) }
    }

    /// Lists all tokens of a user, in no particular order.
    ///
    /// - Parameter userID: The owner of the tokens; nil for the user that the credential belongs to.
    /// - Returns: The tokens; empty if there are none.
    /// - Throws: ``NetBirdError``.
    public func listTokens(userID: String? = nil) async throws -> [Token] {
        try await call { try await $0.listTokens(userId: userID, cancel: $1) }.map(Token.init)
    }

    /// Retrieves one token of a user.
    ///
    /// - Parameters:
    ///   - tokenID: The token's id.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    /// - Returns: The token.
    /// - Throws: ``NetBirdError``, of the kind ``ErrorKind/notFound`` also when the token is another user's.
    public func getToken(_ tokenID: String, userID: String? = nil) async throws -> Token {
        Token(try await call { try await $0.getToken(tokenId: tokenID, userId: userID, cancel: $1) })
    }

    /// Creates a token for a user.
    ///
    /// It is never sent twice unless the server certainly did not act on the first. If its answer is lost, finding out what it
    /// did may take 15 seconds beyond the call's own time.
    ///
    /// If the task is cancelled after the create was sent, it is finished in the background: a token that the server made is
    /// revoked, because nobody holds its secret. ``close()`` waits for that. A secret that has already arrived is returned.
    ///
    /// - Parameters:
    ///   - name: The token's name, by which you recognise it later. It must not be empty and need not be unique.
    ///   - expiresInDays: The lifetime in days, 1 to 365; nil for 90.
    ///   - tag: Whether the name is sent as `NAME #TAG`, with ten random characters. No other token has such a name, so if the
    ///     answer is lost, the token can be found with certainty; see ``OnUnknown/revokeAndRetry``.
    ///   - userID: The service user to own the token; nil for the user that the credential belongs to.
    /// - Returns: The token with its secret, which the server never shows again.
    /// - Throws: ``NetBirdError``. Once an answer was lost, it is of the kind ``ErrorKind/outcomeUnknown`` and no other.
    public func createToken(
        name: String,
        expiresInDays: Int? = nil,
        tag: Bool = false,
        userID: String? = nil
    ) async throws -> CreatedToken {
        let new = NativeNewToken(name: name, expiresInDays: expiresInDays.map(Int64.init), tag: tag)
        return CreatedToken(
            try await call { native, cancel in
                let slot = try NativeCreateSlot()
                try await native.createToken(new: new, userId: userID, slot: slot, cancel: cancel)
                return try slot.take()
            }
        )
    }

    /// Deletes (revokes) a token of a user.
    ///
    /// It succeeds if the server said so, or if the server no longer knows the token after an attempt whose answer was lost.
    ///
    /// - Parameters:
    ///   - tokenID: The token's id.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    /// - Throws: ``NetBirdError``.
    public func deleteToken(_ tokenID: String, userID: String? = nil) async throws {
        try await call { try await $0.deleteToken(tokenId: tokenID, userId: userID, cancel: $1) }
    }

    /// Retrieves the user that the credential belongs to. Always asks the server.
    ///
    /// - Returns: The user.
    /// - Throws: ``NetBirdError``.
    public func currentUser() async throws -> User {
        User(try await call { try await $0.currentUser(cancel: $1) })
    }

    /// Lists the users that the credential may see: all, or only its own.
    ///
    /// - Returns: The users.
    /// - Throws: ``NetBirdError``.
    public func listUsers() async throws -> [User] {
        try await call { try await $0.listUsers(cancel: $1) }.map(User.init)
    }

    /// Checks whether the credential works, and what is known about it.
    ///
    /// - Returns: The result. A credential that does not work is not an error: the result says how the server refuses it.
    /// - Throws: ``NetBirdError``, for whatever keeps the question from being answered: the network, the server's own failure,
    ///   the time.
    public func checkCredential() async throws -> CredentialCheck {
        CredentialCheck(try await call { try await $0.checkCredential(cancel: $1) })
    }

    /// Waits until the interrupted creates of this client are finished, at most 5 seconds, and frees the client.
    ///
    /// Calls in progress still finish; those that begin later throw ``ErrorKind/invalidArgument``. The wait goes on in a
    /// cancelled task too. Closing again gives the same result.
    ///
    /// - Returns: Whether they are finished. What could not be cleaned up was reported to the observer.
    @discardableResult
    public func close() async -> Bool {
        await handle.close()
    }

    /// Awaits a native call of this client, which ends when the task is cancelled.
    func call<Result: Sendable>(
        _ operation: (NativeClient, NativeCancel) async throws -> Result
    ) async throws -> Result {
        let native = try handle.open()
        return try await cancellable { try await operation(native, $0) }
    }
}

extension Client: CustomStringConvertible, CustomReflectable {
    /// The class's name and the management URL.
    public var description: String { "Client(\(managementURL))" }

    /// A mirror with the management URL only.
    public var customMirror: Mirror { Mirror(self, children: ["managementURL": managementURL]) }
}
