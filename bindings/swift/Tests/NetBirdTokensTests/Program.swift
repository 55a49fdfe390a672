import Foundation
import Testing

/// A program of this package that runs beside the tests.
final class Program {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts the program of that name, with nothing else in its environment.
    init(_ name: String, _ arguments: [String] = [], environment: [String: String]) throws {
        let tests = URL(fileURLWithPath: try #require(ProcessInfo.processInfo.arguments.first))
        process.executableURL = tests.deletingLastPathComponent().appendingPathComponent(name)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Writes a line to its standard input.
    func enter(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    /// What it printed on both streams, its exit status, and whether a signal ended it.
    func end() async throws -> (printed: String, status: Int32, bySignal: Bool) {
        let printed = try String(decoding: output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(try await eventually { !self.process.isRunning })
        return (printed, process.terminationStatus, process.terminationReason == .uncaughtSignal)
    }
}
