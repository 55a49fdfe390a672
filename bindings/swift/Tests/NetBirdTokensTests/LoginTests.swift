import Foundation
import NetBirdTokens
import Testing

/// Logging in. Nobody approves a login here unless the test does.
@Suite struct LoginTests {
    private func options(_ server: MockServer) -> ClientOptions {
        ClientOptions(managementURL: server.url, proxyFromEnv: false)
    }

    private func session(_ server: MockServer) async throws -> LoginSession {
        let login = try await startLogin(options: options(server))
        try await server.approveLogin(login.userCode)
        return try await login.wait()
    }

    @Test func whatAPersonIsShown() async throws {
        let server = try MockServer()
        let login = try await startLogin(options: options(server), login: LoginOptions(clientID: "netbird-cli"))
        #expect(login.verificationURI.hasPrefix(server.url))
        #expect(login.verificationURIComplete?.hasSuffix(login.userCode) == true)
        #expect(login.expiresAt > Date())
        #expect(try login.interval == .seconds(1))
        #expect("\(login)".contains(login.verificationURI))
        #expect(try await login.poll() == nil)
    }

    @Test func aClientUsesTheSessionAndOutlivesIt() async throws {
        let server = try MockServer()
        var session: LoginSession? = try await session(server)
        #expect(session?.managementURL == server.url && session?.issuer == "\(server.url)/oauth2")
        #expect(try #require(try session?.expiresAt) > Date())
        #expect(try session?.needsRefresh == false)
        try await session?.refresh()
        try session?.refreshOnRequest()
        let credential = try #require(try session?.credential)
        #expect(credential.kind == .bearer)
        session = nil
        let client = try Client(credential: credential, options: ClientOptions(proxyFromEnv: false))
        #expect(try await client.currentUser().id == "alice")
    }

    @Test func aSessionIsExportedAndRestoredAndPrintsNoToken() async throws {
        let server = try MockServer()
        let session = try await session(server)
        let exported = try session.export()
        let restored = try LoginSession(restoring: exported.expose(), options: ClientOptions(proxyFromEnv: false))
        #expect(restored.issuer == session.issuer)
        #expect("\(exported)" == "****")
        for shown in ["\(session)", String(reflecting: restored), "\(try restored.credential)"] {
            #expect(!shown.contains("eyJ"))
        }
        #expect(try await failure { try LoginSession(restoring: "{}") }.kind == .invalidArgument)
    }

    @Test func aCancelledWaitEndsAtOnceAndLosesNothing() async throws {
        let server = try MockServer()
        let login = try await startLogin(options: options(server))
        let task = Task { try await login.wait() }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(1))
        try await server.approveLogin(login.userCode)
        #expect(try await login.wait().managementURL == server.url)
        // It has ended, and each poll gives the same.
        #expect(try await login.poll()?.managementURL == server.url)
    }

    @Test func optionsThatCannotBeMeantAreRefused() async throws {
        let server = try MockServer()
        var file = options(server)
        file.tokenFile = "/run/secrets/netbird"
        #expect(try await failure { try await startLogin(options: file) }.kind == .invalidArgument)
        let empty = try await failure { try await startLogin(options: options(server), login: LoginOptions(scope: "")) }
        #expect(empty.message.contains("scope is empty"))
        let elsewhere = LoginOptions(issuer: server.url)
        #expect(
            try await failure { try await startLogin(options: options(server), login: elsewhere) }.kind == .unexpectedResponse
        )
    }
}
