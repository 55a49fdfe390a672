public import Foundation
import NetBirdTokensNative

/// Why a call failed.
///
/// ``message`` says what was wrong and what to do about it, for people; programs go by ``kind``. It holds no secret, so it may be
/// logged and shown.
public struct NetBirdError: Error, Sendable, Hashable {
    /// What went wrong.
    public let kind: ErrorKind

    /// What went wrong and what to do about it. The text may change between versions.
    public let message: String

    /// The HTTP status of the answer that decided it; nil when no answer did.
    public let status: Int?

    /// The server's own message, as it sent it.
    public let serverMessage: String?

    /// The server's `X-Request-Id`, by which its operator finds the request in the server's log.
    public let requestId: String?

    /// Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
    public let retryable: Bool

    /// How long the server asked to wait, where it did.
    public let retryAfter: Duration?

    /// How many times the request that failed was sent or tried; 0 when it was refused before that.
    public let attempts: Int

    /// With ``ErrorKind/outcomeUnknown``: the tokens that the call may have created or deleted. Revoke the ones of a create; look
    /// whether those of a delete are gone.
    public let candidateTokenIds: [String]

    /// The kind's stable number, the same in every language.
    public var code: Int { kind.rawValue }

    /// One that this layer found, before anything was sent.
    init(kind: ErrorKind, message: String) {
        self.kind = kind
        self.message = message
        status = nil
        serverMessage = nil
        requestId = nil
        retryable = false
        retryAfter = nil
        attempts = 0
        candidateTokenIds = []
    }

    init(_ native: NativeFailure) {
        kind = ErrorKind(native.kind)
        message = native.text
        status = native.status.map(Int.init)
        serverMessage = native.serverMessage
        requestId = native.requestId
        retryable = native.retryable
        retryAfter = native.retryAfterNanoseconds.map { .nanoseconds($0) }
        attempts = Int(native.attempts)
        candidateTokenIds = native.candidateTokenIds
    }

    /// What a native call threw.
    init(translating error: any Error) {
        switch error {
        case NativeError.Failed(let failure): self.init(failure)
        case let already as NetBirdError: self = already
        // Its text is whatever a panic said, so it is not passed on.
        default:
            self.init(kind: .internal, message: "a bug in the library stopped the call: please report it")
        }
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

/// Runs a native call; its failure comes out as a ``NetBirdError``.
func translated<Result>(_ call: () throws -> Result) throws -> Result {
    do {
        return try call()
    } catch {
        throw NetBirdError(translating: error)
    }
}
