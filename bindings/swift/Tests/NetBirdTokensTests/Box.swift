import Foundation

/// A value that tests share between tasks.
final class Box<Value: Sendable>: @unchecked Sendable {
    // `stored` is only touched with the lock held.
    private let lock = NSLock()
    private var stored: Value

    init(_ value: Value) { stored = value }

    var value: Value { lock.withLock { stored } }

    func update(_ change: (inout Value) -> Void) {
        lock.withLock { change(&stored) }
    }
}
