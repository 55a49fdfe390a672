import Foundation
import Testing

/// The sample program does what it says.
@Suite struct SampleTests {
    /// What it printed, and how it ended.
    private func run(_ environment: [String: String]) async throws -> (printed: String, status: Int32) {
        let tests = URL(fileURLWithPath: try #require(ProcessInfo.processInfo.arguments.first))
        let process = Process()
        process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("netbird-tokens-sample")
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let printed = try String(decoding: output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(try await eventually { !process.isRunning })
        return (printed, process.terminationStatus)
    }

    @Test func itListsCreatesUsesAndRevokes() async throws {
        let server = try MockServer()
        let own = try #require(server.plain["laptop"])
        let (printed, status) = try await run(["NB_PAT": own, "NB_MANAGEMENT_URL": server.url])
        #expect(status == 0, "\(printed)")
        #expect(printed.contains("laptop") && printed.contains("phone"))
        #expect(printed.contains("with the secret nbp_****"))
        #expect(printed.contains("authenticates alice") && printed.contains("revoked; the server now says: unknown"))
        #expect(!printed.contains(own.dropFirst(4)))
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }

    @Test func withoutACredentialItSaysWhatIsMissing() async throws {
        let (printed, status) = try await run([:])
        #expect(status == 2)
        #expect(printed.contains("NB_PAT"))
    }
}
