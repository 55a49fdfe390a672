import NetBirdTokensNative

/// A secret text. It is kept outside Swift's memory, prints as `nbp_****` (or `****` when it is no PAT) however it is printed,
/// is compared in constant time, and is wiped from memory with the last reference to it.
///
/// ``expose()`` is the only way to read it. The `String` that it returns cannot be wiped and is yours to guard.
public struct Secret: Sendable {
    private let native: NativeSecret
    private let mask: String

    init(_ native: NativeSecret) {
        self.native = native
        mask = (try? native.masked()) ?? "****"
    }

    /// The plain text.
    ///
    /// - Throws: ``ErrorKind/internal`` alone, for a bug in the library.
    public func expose() throws -> String {
        try translated(native.expose)
    }
}

extension Secret: Equatable {
    /// Whether both hold the same text, compared in constant time.
    public static func == (left: Secret, right: Secret) -> Bool {
        (try? left.native.isEqual(other: right.native)) ?? false
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `nbp_****` or `****`.
    public var description: String { mask }

    /// The same as ``description``.
    public var debugDescription: String { mask }

    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
