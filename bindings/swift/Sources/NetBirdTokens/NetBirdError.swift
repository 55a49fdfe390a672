public import Foundation
import NetBirdTokensNative

/// Why a call failed.
///
/// ``message`` says what was wrong and what to do about it, for people; programs go by ``kind``. It holds no secret, so it may be
/// logged and shown.
public struct NetBirdError: Error, Sendable, Hashable, Codable {
    /// What went wrong.
    public let kind: ErrorKind

    /// What went wrong and what to do about it. The text may change between versions.
    public let message: String

    /// The HTTP status of the answer that led to the error; nil if no answer did.
    public let status: Int?

    /// The server's own message, as it sent it, with credentials removed.
    public let serverMessage: String?

    /// The server's `X-Request-Id`, by which its operator finds the request in the server's log.
    public let requestID: String?

    /// Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
    public let retryable: Bool

    /// How long the server asked to wait, if it did.
    public let retryAfter: Duration?

    /// How many times the request that failed was sent or tried; 0 if it was refused before that.
    public let attempts: Int

    /// With ``ErrorKind/outcomeUnknown``: the tokens that the call may have created or deleted, as far as the server's list
    /// tells.
    ///
    /// Somebody else may have created one of them: inspect each before you revoke it.
    public let candidateTokenIDs: [String]

    /// With ``ErrorKind/outcomeUnknown`` of a create: the exact name that was sent.
    ///
    /// If the create was tagged, no other token has that name, so one that bears it is this call's.
    public let tokenName: String?

    /// The kind's stable number, the same in every language.
    public var code: Int { kind.rawValue }

    /// Makes an error, for example for your own tests.
    ///
    /// - Parameters:
    ///   - kind: What went wrong.
    ///   - message: What went wrong and what to do about it.
    ///   - status: The HTTP status of the answer that led to the error.
    ///   - serverMessage: The server's own message, as it sent it, with credentials removed.
    ///   - requestID: The server's `X-Request-Id`, by which its operator finds the request in the server's log.
    ///   - retryable: Whether the same call, unchanged, may succeed later.
    ///   - retryAfter: How long the server asked to wait, if it did.
    ///   - attempts: How many times the request that failed was sent or tried.
    ///   - candidateTokenIDs: With ``ErrorKind/outcomeUnknown``.
    ///   - tokenName: With ``ErrorKind/outcomeUnknown`` of a create.
    public init(
        kind: ErrorKind,
        message: String,
        status: Int? = nil,
        serverMessage: String? = nil,
        requestID: String? = nil,
        retryable: Bool = false,
        retryAfter: Duration? = nil,
        attempts: Int = 0,
        candidateTokenIDs: [String] = [],
        tokenName: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.serverMessage = serverMessage
        self.requestID = requestID
        self.retryable = retryable
        self.retryAfter = retryAfter
        self.attempts = attempts
        self.candidateTokenIDs = candidateTokenIDs
        self.tokenName = tokenName
    }

    init(_ native: NativeFailure) {
        kind = ErrorKind(native.kind)
        message = native.text
        status = native.status.map(Int.init)
        serverMessage = native.serverMessage
        requestID = native.requestId
        retryable = native.retryable
        retryAfter = native.retryAfterNanoseconds.map { .nanoseconds($0) }
        attempts = Int(native.attempts)
        candidateTokenIDs = native.candidateTokenIds
        tokenName = native.tokenName
    }

    /// What a native call threw.
    init(translating error: any Error) {
        switch error {
        case NativeError.Failed(let failure): self.init(failure)
        case let already as NetBirdError: self = already
        // An error of the generated code, whose text may contain anything.
        default: self.init(bug())
        }
    }

    /// The API's own names.
    private enum CodingKeys: String, CodingKey {
        case kind
        case message
        case status
        case serverMessage = "server_message"
        case requestID = "request_id"
        case retryable
        case retryAfter = "retry_after"
        case attempts
        case candidateTokenIDs = "candidate_token_ids"
        case tokenName = "token_name"
    }
}

extension NetBirdError: LocalizedError {
    /// The same as ``message``.
    public var errorDescription: String? { message }
}

extension NetBirdError: CustomStringConvertible {
    /// The kind and the message.
    public var description: String { "\(kind): \(message)" }
}

/// Runs a native call; its failure is thrown as a ``NetBirdError``.
func translated<Result>(_ call: () throws -> Result) throws -> Result {
    do {
        return try call()
    } catch {
        throw NetBirdError(translating: error)
    }
}
