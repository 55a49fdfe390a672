import NetBirdTokensNative

/// An audit under way: one ``UserAudit`` per user, as it arrives.
///
/// ```swift
/// for try await user in try await client.auditTokens() {
///     for audited in user.tokens where audited.state != .healthy { print(audited.token.name, audited.reason) }
/// }
/// ```
///
/// It runs in the background a little ahead of the loop, and ends when it is freed. Cancelling the task ends the loop with a
/// ``NetBirdError`` of the kind ``ErrorKind/cancelled``. Nothing is delivered twice: a second loop goes on where the first ended.
public final class Audit: AsyncSequence, Sendable {
    /// What each step gives.
    public typealias Element = UserAudit

    /// The number of users whose tokens are requested, and so of results unless the audit ends early.
    public let userCount: Int

    private let native: NativeAudit

    init(_ native: NativeAudit) throws {
        userCount = Int(try translated(native.userCount))
        self.native = native
    }

    /// The numbers of the results so far; complete after the last.
    public var summary: AuditSummary {
        get throws { AuditSummary(try translated(native.summary)) }
    }

    /// Takes the results one by one.
    ///
    /// - Returns: An iterator. Those of one audit share its results.
    public func makeAsyncIterator() -> Iterator {
        Iterator(native: native)
    }

    /// Takes the results of an ``Audit`` one by one.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let native: NativeAudit

        /// Waits for the next user's result.
        ///
        /// - Returns: The result; nil at the end.
        /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/cancelled`` when the task is cancelled.
        public func next() async throws -> UserAudit? {
            try await cancellable { try await self.native.next(cancel: $0) }.map(UserAudit.init)
        }
    }
}

extension Client {
    /// Audits the tokens of all users that the credential may see: its own user and every service user.
    ///
    /// Lists the users, and then gives one result per user as it arrives. The server shows a person's tokens to nobody else, so
    /// other people are counted and not requested. If the server answers 429, the whole audit slows down.
    ///
    /// - Parameters:
    ///   - expiringWithin: A token that expires within this time is ``AuditedToken/State/expiring``; nil for 30 days.
    ///   - unusedFor: A token that was not used for longer than this is ``AuditedToken/State/unused``; nil for 90 days.
    ///   - concurrency: Maximum number of requests at a time, 1 to 64; nil for 8.
    ///   - timeLimit: How long the whole audit may take; nil for no limit. What is not finished by then is counted as
    ///     ``AuditSummary/notReached``.
    /// - Returns: The audit.
    /// - Throws: ``NetBirdError``, for what keeps the users from being listed. A user whose tokens cannot be listed is a result
    ///   with an error.
    public func auditTokens(
        expiringWithin: Duration? = nil,
        unusedFor: Duration? = nil,
        concurrency: Int? = nil,
        timeLimit: Duration? = nil
    ) async throws -> Audit {
        let options = NativeAuditOptions(
            expiringWithin: expiringWithin?.wholeNanoseconds,
            unusedFor: unusedFor?.wholeNanoseconds,
            concurrency: concurrency.map(Int64.init),
            timeLimit: timeLimit?.wholeNanoseconds
        )
        return try Audit(try await call { try await $0.auditTokens(options: options, cancel: $1) })
    }
}
