import Foundation

/// The checkout that these tests are in.
enum Repository {
    /// The text of one of its files.
    static func text(_ path: String, from file: String = #filePath) throws -> String {
        var root = URL(fileURLWithPath: file)
        for _ in 1...5 { root.deleteLastPathComponent() }
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
