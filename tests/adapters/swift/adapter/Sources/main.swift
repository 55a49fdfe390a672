// The conformance adapter of the Swift package: the protocol of `tests/adapters/README.md`, one JSON object per line in each direction.
// It calls the public API as any Swift program would, and prints what it got.

import Foundation

let adapter = Adapter()
while let line = readLine() {
    guard let command = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw CocoaError(.coderInvalidValue)
    }
    var answer: [String: Any] = ["id": command["id"] ?? NSNull()]
    do {
        answer["ok"] = try await adapter.run(command)
    } catch {
        answer["error"] = shown(error)
    }
    var text = try JSONSerialization.data(withJSONObject: answer, options: [.sortedKeys, .fragmentsAllowed])
    text.append(UInt8(ascii: "\n"))
    try FileHandle.standardOutput.write(contentsOf: text)
}
