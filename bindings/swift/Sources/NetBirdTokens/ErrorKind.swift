import NetBirdTokensNative

/// What went wrong. The numbers (raw values) and ``name``s are stable and the same in every language.
///
/// A `switch` over them needs no `default`; a kind that a later version adds is a breaking change.
public enum ErrorKind: Int, Sendable, CaseIterable, Codable {
    /// An argument was refused before anything was sent: a name, a number of days, an id, a URL. Also: the client is closed.
    case invalidArgument = 1

    /// The credential's offline check failed. The message says what is wrong with it and never shows it.
    case invalidCredential = 2

    /// No credential was found, two variables disagree, or a variable, a proxy or a CA certificate cannot be used.
    case configuration = 3

    /// The server refused the credential.
    case unauthorized = 10

    /// The credential works but is not allowed to do this.
    case forbidden = 11

    /// The server knows no such user or token.
    case notFound = 12

    /// The request conflicts with the server's current state.
    case conflict = 13

    /// The server refused what was sent.
    case rejected = 14

    /// Too many requests, also after the retries.
    case rateLimited = 15

    /// The server failed, also after the retries.
    case serverError = 16

    /// No connection could be made; nothing was sent.
    case connect = 20

    /// The TLS handshake failed: a certificate that cannot be trusted, or no TLS at all. Nothing was sent.
    case tls = 21

    /// Time ran out: to connect, between two bytes, or for the whole call.
    case timeout = 22

    /// The connection broke before the whole answer had come.
    case transport = 23

    /// The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or an error body of another program.
    case unexpectedResponse = 24

    /// A create or delete may have happened; ``NetBirdError/candidateTokenIDs`` and ``NetBirdError/tokenName`` say what to look
    /// for.
    case outcomeUnknown = 30

    /// The task that awaited the call was cancelled.
    case cancelled = 31

    /// A bug in this library.
    case `internal` = 90
}

extension ErrorKind {
    /// The stable name, as `outcome_unknown`.
    public var name: String {
        switch self {
        case .invalidArgument: "invalid_argument"
        case .invalidCredential: "invalid_credential"
        case .configuration: "configuration"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .conflict: "conflict"
        case .rejected: "rejected"
        case .rateLimited: "rate_limited"
        case .serverError: "server_error"
        case .connect: "connect"
        case .tls: "tls"
        case .timeout: "timeout"
        case .transport: "transport"
        case .unexpectedResponse: "unexpected_response"
        case .outcomeUnknown: "outcome_unknown"
        case .cancelled: "cancelled"
        case .internal: "internal"
        }
    }

    // Exhaustive on purpose: a kind that the core adds does not compile here until it has its own.
    init(_ native: NativeErrorKind) {
        switch native {
        case .invalidArgument: self = .invalidArgument
        case .invalidCredential: self = .invalidCredential
        case .configuration: self = .configuration
        case .unauthorized: self = .unauthorized
        case .forbidden: self = .forbidden
        case .notFound: self = .notFound
        case .conflict: self = .conflict
        case .rejected: self = .rejected
        case .rateLimited: self = .rateLimited
        case .serverError: self = .serverError
        case .connect: self = .connect
        case .tls: self = .tls
        case .timeout: self = .timeout
        case .transport: self = .transport
        case .unexpectedResponse: self = .unexpectedResponse
        case .outcomeUnknown: self = .outcomeUnknown
        case .cancelled: self = .cancelled
        case .internal: self = .internal
        }
    }
}

extension ErrorKind: CustomStringConvertible {
    /// The same as ``name``.
    public var description: String { name }
}
