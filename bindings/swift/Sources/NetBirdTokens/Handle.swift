import Foundation
import NetBirdTokensNative

/// The native client until it is closed.
final class Handle: @unchecked Sendable {
    private enum State {
        case open(NativeClient)
        case closed(Task<Bool, Never>)
    }

    // `state` is only touched with the lock held.
    private let lock = NSLock()
    private var state: State

    init(_ native: NativeClient) {
        state = .open(native)
    }

    func open() throws -> NativeClient {
        switch lock.withLock({ state }) {
        case .open(let native): return native
        case .closed: throw NetBirdError(invalidArgument(text: "the client is closed: make a new one"))
        }
    }

    func close() async -> Bool {
        let closed = lock.withLock {
            switch state {
            case .closed(let closed): return closed
            case .open(let native):
                // A task of its own, which the caller's cancellation does not reach, and which frees the client at its end.
                let closed = Task { (try? await native.finishInterrupted()) ?? false }
                state = .closed(closed)
                return closed
            }
        }
        return await closed.value
    }
}
