import NetBirdTokensNative

/// A secret text: the plain text of a token.
///
/// It is kept outside Swift's memory, prints as `nbp_****` (or `****` if it is not a PAT) however it is printed, is compared in
/// constant time, and is wiped when the last reference to it is gone. ``expose()`` is the only way to read it.
public struct Secret: Sendable {
    let native: NativeSecret
    private let mask: String

    init(_ native: NativeSecret) {
        self.native = native
        mask = (try? native.masked()) ?? "****"
    }

    /// Makes a secret from a text, for example from one that was stored.
    ///
    /// - Parameter text: The plain text. This `String` is yours to protect: Swift cannot wipe it.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/internal``, for a bug in the library only.
    public init(_ text: String) throws {
        self.init(try translated { try NativeSecret.fromText(text: text) })
    }

    /// Reads the plain text.
    ///
    /// - Returns: The plain text. This `String` is yours to protect: Swift cannot wipe it.
    /// - Throws: ``NetBirdError`` of the kind ``ErrorKind/internal``, for a bug in the library only.
    public func expose() throws -> String {
        try translated(native.expose)
    }
}

extension Secret: Equatable {
    /// Compares two secrets in constant time.
    ///
    /// - Parameters:
    ///   - left: A secret.
    ///   - right: Another secret.
    /// - Returns: Whether both hold the same text.
    public static func == (left: Secret, right: Secret) -> Bool {
        (try? left.native.isEqual(other: right.native)) ?? false
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `nbp_****` or `****`.
    public var description: String { mask }

    /// The same as ``description``.
    public var debugDescription: String { mask }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
