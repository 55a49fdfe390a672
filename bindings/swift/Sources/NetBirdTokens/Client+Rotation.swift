import NetBirdTokensNative

extension Client {
    /// Begins to rotate a token: creates its successor, whose secret is ``Rotation/plainToken``.
    ///
    /// Four requests in all: the old token is read, the new one created, and ``Rotation/commit(keepOld:)`` proves the new one
    /// and revokes the old one. A credential without the right to create tokens fails before anything is changed.
    ///
    /// - Parameters:
    ///   - tokenID: The id of the token to replace.
    ///   - newName: The new token's name; nil for the old one's, without its tag.
    ///   - expiresInDays: The new token's lifetime in days, 1 to 365; nil for the old one's.
    ///   - tag: Whether the name is sent as `NAME #TAG`, by which the new token is found with certainty if its answer is lost.
    ///     Without a tag, a rotation that ended between sending the create and learning the new token's id cannot be resumed.
    ///   - adopt: Whether this client goes on with the new token once that is proved to work. The new token then revokes the old
    ///     one. Needed to rotate the credential in use without losing access.
    ///   - prepareOnly: Whether nothing is created yet, so that ``Rotation/record`` can be stored before anything happens;
    ///     ``Rotation/create()`` goes on.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    /// - Returns: The rotation, to be committed or aborted.
    /// - Throws: ``NetBirdError``.
    public func rotateToken(
        id tokenID: String,
        newName: String? = nil,
        expiresInDays: Int? = nil,
        tag: Bool = true,
        adopt: Bool = false,
        prepareOnly: Bool = false,
        userID: String? = nil
    ) async throws -> Rotation {
        try await begin(
            NativeRotateToken(
                tokenId: tokenID,
                name: nil,
                newName: newName,
                expiresInDays: expiresInDays.map(Int64.init),
                tag: tag,
                adopt: adopt,
                prepareOnly: prepareOnly
            ),
            userID
        )
    }

    /// Begins to rotate the one token of a name. See ``rotateToken(id:newName:expiresInDays:tag:adopt:prepareOnly:userID:)``.
    ///
    /// - Parameters:
    ///   - name: The name of the token to replace. The tag at the end of a token's name does not count, unless this one has it.
    ///   - newName: The new token's name; nil for the old one's, without its tag.
    ///   - expiresInDays: The new token's lifetime in days, 1 to 365; nil for the old one's.
    ///   - tag: Whether the name is sent as `NAME #TAG`.
    ///   - adopt: Whether this client goes on with the new token once that is proved to work.
    ///   - prepareOnly: Whether nothing is created yet; ``Rotation/create()`` goes on.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    /// - Returns: The rotation, to be committed or aborted.
    /// - Throws: ``NetBirdError``, of the kind ``ErrorKind/notFound`` when no token has the name, and of the kind
    ///   ``ErrorKind/conflict`` when several have it: ``NetBirdError/candidateTokenIDs`` are their ids.
    public func rotateToken(
        named name: String,
        newName: String? = nil,
        expiresInDays: Int? = nil,
        tag: Bool = true,
        adopt: Bool = false,
        prepareOnly: Bool = false,
        userID: String? = nil
    ) async throws -> Rotation {
        try await begin(
            NativeRotateToken(
                tokenId: nil,
                name: name,
                newName: newName,
                expiresInDays: expiresInDays.map(Int64.init),
                tag: tag,
                adopt: adopt,
                prepareOnly: prepareOnly
            ),
            userID
        )
    }

    /// Rotates a token around a closure that stores the new secret.
    ///
    /// ```swift
    /// try await client.rotateToken(id: id) { rotation in
    ///     try await vault.write(rotation.plainToken.expose())
    /// }
    /// ```
    ///
    /// When the closure returns, the rotation is committed. When it throws, also because its task is cancelled, the rotation is
    /// aborted, and the closure's error is thrown. Both are finished in a cancelled task too. A closure that commits or aborts
    /// by itself has the last word. An abort that fails leaves both tokens, which the observer is told.
    ///
    /// - Parameters:
    ///   - tokenID: The id of the token to replace.
    ///   - newName: The new token's name; nil for the old one's, without its tag.
    ///   - expiresInDays: The new token's lifetime in days, 1 to 365; nil for the old one's.
    ///   - tag: Whether the name is sent as `NAME #TAG`.
    ///   - adopt: Whether this client goes on with the new token once that is proved to work.
    ///   - prepareOnly: Whether nothing is created yet, so that the closure can store ``Rotation/record`` before it calls
    ///     ``Rotation/create()``.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    ///   - isolation: Where the closure runs: on the caller's actor.
    ///   - body: Stores the secret.
    /// - Returns: What the closure returns.
    /// - Throws: ``NetBirdError``, or what the closure throws. If the commit fails, the secret is stored and the new token is
    ///   not revoked: the error says what exists.
    public func rotateToken<Result: Sendable>(
        id tokenID: String,
        newName: String? = nil,
        expiresInDays: Int? = nil,
        tag: Bool = true,
        adopt: Bool = false,
        prepareOnly: Bool = false,
        userID: String? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Rotation) async throws -> Result
    ) async throws -> Result {
        let rotation = try await rotateToken(
            id: tokenID, newName: newName, expiresInDays: expiresInDays, tag: tag, adopt: adopt, prepareOnly: prepareOnly,
            userID: userID
        )
        return try await rotation.decided(isolation: isolation, by: body)
    }

    /// Rotates the one token of a name around a closure that stores the new secret. See
    /// ``rotateToken(id:newName:expiresInDays:tag:adopt:prepareOnly:userID:isolation:_:)``.
    ///
    /// - Parameters:
    ///   - name: The name of the token to replace. The tag at the end of a token's name does not count, unless this one has it.
    ///   - newName: The new token's name; nil for the old one's, without its tag.
    ///   - expiresInDays: The new token's lifetime in days, 1 to 365; nil for the old one's.
    ///   - tag: Whether the name is sent as `NAME #TAG`.
    ///   - adopt: Whether this client goes on with the new token once that is proved to work.
    ///   - prepareOnly: Whether nothing is created yet, so that the closure can store ``Rotation/record`` before it calls
    ///     ``Rotation/create()``.
    ///   - userID: The owner of the token; nil for the user that the credential belongs to.
    ///   - isolation: Where the closure runs: on the caller's actor.
    ///   - body: Stores the secret.
    /// - Returns: What the closure returns.
    /// - Throws: ``NetBirdError``, or what the closure throws.
    public func rotateToken<Result: Sendable>(
        named name: String,
        newName: String? = nil,
        expiresInDays: Int? = nil,
        tag: Bool = true,
        adopt: Bool = false,
        prepareOnly: Bool = false,
        userID: String? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Rotation) async throws -> Result
    ) async throws -> Result {
        let rotation = try await rotateToken(
            named: name, newName: newName, expiresInDays: expiresInDays, tag: tag, adopt: adopt, prepareOnly: prepareOnly,
            userID: userID
        )
        return try await rotation.decided(isolation: isolation, by: body)
    }

    /// Finishes a rotation that another process began.
    ///
    /// At the stages `planned` and `created` without the secret, the new token is revoked and the old one stays. With the
    /// secret, or at the stage `stored`, the old token is revoked, unless the record says to keep it. A finished record is
    /// returned as it is, and nothing is sent.
    ///
    /// - Parameters:
    ///   - record: The record that was stored.
    ///   - plainToken: The new token's secret, if you find that you hold it.
    /// - Returns: The record of the finished rotation.
    /// - Throws: ``NetBirdError``, of the kind ``ErrorKind/invalidArgument`` for a record of another server.
    public func resumeRotation(_ record: RotationRecord, plainToken: Secret? = nil) async throws -> RotationRecord {
        let (record, secret) = (record.native, plainToken?.native)
        return RotationRecord(
            try await call { try await $0.resumeRotation(record: record, plainToken: secret, cancel: $1) }
        )
    }

    private func begin(_ rotate: NativeRotateToken, _ userID: String?) async throws -> Rotation {
        let native = try await call { client, cancel in
            let slot = try NativeRotationSlot()
            try await client.rotateToken(rotate: rotate, userId: userID, slot: slot, cancel: cancel)
            return try slot.take()
        }
        return try Rotation(native)
    }
}
