import Foundation
import NetBirdTokens
import Testing

/// A client that reads its credential from a file follows it.
@Suite struct TokenFileTests {
    private func file(_ text: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file
    }

    @Test func aRotatedFileIsPickedUp() async throws {
        let server = try MockServer()
        let file = try file("\(#require(server.plain["phone"]))\n")
        defer { try? FileManager.default.removeItem(at: file) }
        let options = ClientOptions(tokenFile: file.path, managementURL: server.url, proxyFromEnv: false)
        let client = try Client(options: options)
        #expect(try await client.currentUser().id == "alice")

        try await server.client().rotateToken(id: "phone") { rotation in
            try rotation.plainToken.expose().write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try await client.currentUser().id == "alice")
        #expect("\(options)".contains(file.path))
    }

    @Test func aFileThatCannotBeReadIsNamed() async throws {
        let missing = try await failure { try Client(options: ClientOptions(tokenFile: "/no/such/file")) }
        #expect(missing.kind == .configuration && missing.message.contains("/no/such/file"))
        #expect(try await failure { try Client(options: ClientOptions()) }.kind == .configuration)
        let server = try MockServer()
        let both = try await failure { try server.client { $0.tokenFile = "/no/such/file" } }
        #expect(both.kind == .invalidArgument && both.message.contains("token_file"))
    }
}
