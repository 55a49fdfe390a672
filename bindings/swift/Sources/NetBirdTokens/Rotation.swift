import NetBirdTokensNative

/// A rotation under way: the new token exists (or is about to), and the old one still works.
///
/// Store the secret, then ``commit(keepOld:)``: the new token is proved to authenticate, and the old one is revoked. Or
/// ``abort()``: the new token is revoked. A rotation that is freed without either leaves both tokens, and reports their ids to
/// the client's observer (``Event/Kind/rotationOpen``). The form of `rotateToken` that takes a closure does this for you.
///
/// **Surviving a crash.** Begin with `prepareOnly: true`, store ``record`` before ``create()`` and after every step, and give
/// the record to ``Client/resumeRotation(_:plainToken:)`` in the next process.
///
/// It may be used from any number of tasks. Its calls have the time limit of the client that it was made by, and outlive that
/// client's ``Client/close()``.
public final class Rotation: Sendable {
    /// The token that is replaced, as it was when the rotation began.
    public let oldToken: Token

    private let native: NativeRotation

    init(_ native: NativeRotation) throws {
        oldToken = Token(try translated(native.oldToken))
        self.native = native
    }

    /// The new token; nil before it is created and after an abort.
    public var token: Token? {
        get throws { try translated(native.token).map(Token.init) }
    }

    /// The new token's secret, which the server never shows again.
    ///
    /// Throws ``NetBirdError`` of the kind ``ErrorKind/invalidArgument`` before the token is created and after an abort.
    public var plainToken: Secret {
        get throws {
            guard let secret = try translated(native.plainToken) else {
                throw NetBirdError(invalidArgument(text: "the rotation has no new token: create it first"))
            }
            return Secret(secret)
        }
    }

    /// What another process needs to finish this rotation. It holds no secret.
    public var record: RotationRecord {
        get throws { RotationRecord(try translated(native.record)) }
    }

    /// Creates the new token of a rotation that was only prepared. Once it exists, this does nothing.
    ///
    /// If the task is cancelled after the create was sent, a token that the server made is revoked in the background.
    ///
    /// - Throws: ``NetBirdError``, as ``Client/createToken(name:expiresInDays:tag:userID:)`` does.
    public func create() async throws {
        try await cancellable { try await self.native.create(cancel: $0) }
    }

    /// Proves that the new token authenticates, and revokes the old one.
    ///
    /// Calling it again goes on where it failed; when all is done it does nothing.
    ///
    /// - Parameter keepOld: Whether the old token is kept, for example because other machines still use it.
    /// - Throws: ``NetBirdError``. Both tokens then still exist, or the old one is revoked, and the new one works if it was
    ///   proved before.
    public func commit(keepOld: Bool = false) async throws {
        try await cancellable { try await self.native.commit(keepOld: keepOld, cancel: $0) }
    }

    /// Revokes the new token, if there is one. The old one stays as it is.
    ///
    /// - Throws: ``NetBirdError``, of the kind ``ErrorKind/invalidArgument`` after a commit, and of the kind
    ///   ``ErrorKind/conflict`` when the old token may be revoked already. It may be called again.
    public func abort() async throws {
        try await cancellable { try await self.native.abort(cancel: $0) }
    }

    /// Notes in the record that the secret is stored.
    ///
    /// ``commit(keepOld:)`` does it too. Do it yourself to store a record that says so before you commit.
    ///
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/internal``, for a bug in the library only.
    public func markStored() throws {
        try translated(native.markStored)
    }

    /// Runs a closure, and decides the rotation by how it ends, unless the closure has decided it.
    func decided<Result: Sendable>(
        isolation: isolated (any Actor)?,
        by body: (Rotation) async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body(self)
        } catch {
            // If this fails too, the rotation is still open, which the observer is told when it is freed.
            try? await finish { try await self.abort() }
            throw error
        }
        try await finish { try await self.commit() }
        return result
    }

    /// Takes the last step, unless one was taken. In a task of its own, which the caller's cancellation does not reach.
    private func finish(_ step: @escaping @Sendable () async throws -> Void) async throws {
        guard try !record.stage.isFinished else { return }
        try await Task(operation: step).value
    }
}

extension Rotation: CustomStringConvertible, CustomReflectable {
    /// The ids of both tokens and the stage.
    public var description: String {
        guard let record = try? record else { return "Rotation(\(oldToken.id))" }
        return "Rotation(\(record.oldTokenID) -> \(record.tokenID ?? "none"), \(record.stage))"
    }

    /// A mirror with the old token and the record.
    public var customMirror: Mirror {
        Mirror(self, children: ["oldToken": oldToken, "record": (try? record) as Any])
    }
}
