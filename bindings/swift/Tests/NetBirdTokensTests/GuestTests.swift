import Testing

/// The library is a guest in its process: it raises no signal there, and finishes its work before a normal exit.
@Suite struct GuestTests {
    private func guest(_ task: String, _ server: MockServer, url: String? = nil) throws -> Program {
        let environment = try ["NB_PAT": #require(server.plain["laptop"]), "NB_MANAGEMENT_URL": url ?? server.url]
        return try Program("netbird-tokens-guest", [task], environment: environment)
    }

    @Test func aHandshakeWithAPlainPortRaisesNoSignal() async throws {
        let server = try MockServer()
        let url = server.url.replacing("http://", with: "https://")
        let (printed, status, bySignal) = try await guest("tls", server, url: url).end()
        #expect(!bySignal && status == 0, "ended by signal \(status)")
        #expect(printed == "tls\n")
    }

    @Test func aNormalExitWaitsForAnInterruptedCreate() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["delay_answer": ["ms": 3_000]]]])
        let guest = try guest("exit", server)
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        try guest.enter("cancel")
        let (printed, status, _) = try await guest.end()
        #expect(status == 0 && printed == "cancelled\n", "\(printed)")
        // No wait here: it was revoked before the process ended.
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }
}
