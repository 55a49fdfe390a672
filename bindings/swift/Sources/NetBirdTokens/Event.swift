import NetBirdTokensNative

/// Something that happened during a call, for logs. It holds no secret.
///
/// An observer is called on the thread where the event happens: one that runs the call, or, for an interrupted create that is
/// finished in the background, a thread of the library. It should return soon, and must not wait for the client's calls.
public struct Event: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// A request was sent, or could not be sent.
        case request

        /// The request will be sent again.
        case retry

        /// The answer to a create was lost; the tokens are listed to find out what it did.
        case reconcile

        /// An interrupted create is finished: the token that it made, if any, is revoked.
        case finished

        /// An interrupted create may have left a token that could not be revoked. Nobody holds its secret.
        case leftBehind

        /// A rotation was freed without a commit or an abort. Both tokens exist.
        case rotationOpen

        /// The server refused the credential, and the token file holds another one, which is used from now on.
        case credentialRead

        /// The session of a login was refreshed: calls from now on use its new token.
        case sessionRefreshed

        /// The session of a login could not be refreshed: calls go on with the token that it has.
        case sessionNotRefreshed

        /// An event that is newer than this package.
        case other
    }

    /// What happened.
    public let kind: Kind

    /// Whether it is out of the ordinary.
    public let isWarning: Bool

    /// What happened, in one line. The text may change between versions.
    public let message: String

    /// With ``Kind/finished``, ``Kind/leftBehind`` and ``Kind/rotationOpen``: the name that the create sent.
    public let tokenName: String?

    /// With ``Kind/finished``: the token that was revoked, if one was made. With ``Kind/leftBehind``: the tokens that the create
    /// may have made, as far as they are known. With ``Kind/rotationOpen``: the old token, then the new one if its id is known.
    public let tokenIDs: [String]

    init(_ native: NativeEvent) {
        kind = Kind(native.kind)
        isWarning = native.isWarning
        message = native.text
        tokenName = native.tokenName
        tokenIDs = native.tokenIds
    }
}

extension Event: CustomStringConvertible {
    /// The same as ``message``.
    public var description: String { message }
}

extension Event.Kind {
    init(_ native: NativeEventKind) {
        switch native {
        case .request: self = .request
        case .retry: self = .retry
        case .reconcile: self = .reconcile
        case .finished: self = .finished
        case .leftBehind: self = .leftBehind
        case .rotationOpen: self = .rotationOpen
        case .credentialRead: self = .credentialRead
        case .sessionRefreshed: self = .sessionRefreshed
        case .sessionNotRefreshed: self = .sessionNotRefreshed
        case .other: self = .other
        }
    }
}

/// Passes native events on to an observer.
final class Forwarder: NativeObserver {
    private let observer: @Sendable (Event) -> Void

    init(_ observer: @escaping @Sendable (Event) -> Void) {
        self.observer = observer
    }

    func event(event: NativeEvent) {
        observer(Event(event))
    }
}
