import Testing

/// The sample program does what it says.
@Suite struct SampleTests {
    @Test func itListsCreatesUsesAndRevokes() async throws {
        let server = try MockServer()
        let own = try #require(server.plain["laptop"])
        let sample = try Program("netbird-tokens-sample", environment: ["NB_PAT": own, "NB_MANAGEMENT_URL": server.url])
        let (printed, status, _) = try await sample.end()
        #expect(status == 0, "\(printed)")
        #expect(printed.contains("laptop") && printed.contains("phone"))
        #expect(printed.contains("with the secret nbp_****"))
        #expect(printed.contains("authenticates alice") && printed.contains("revoked; the server now says: unknown"))
        #expect(!printed.contains(own.dropFirst(4)))
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }

    @Test func withoutACredentialItSaysWhatIsMissing() async throws {
        let (printed, status, _) = try await Program("netbird-tokens-sample", environment: [:]).end()
        #expect(status == 2)
        #expect(printed.contains("NB_PAT"))
    }
}
