import Foundation
import NetBirdTokens
import NetBirdTokensTesting
import Testing

/// The server for users' tests.
@Suite struct MockNetBirdTests {
    @Test func aClientWorksWithIt() async throws {
        let mock = try MockNetBird()
        let client = try mock.client()
        #expect(try await client.currentUser().id == mock.userID)
        let created = try await client.createToken(name: "ci")
        try await client.deleteToken(created.token.id)
        let requests = String(decoding: try await mock.control("GET", "/requests"), as: UTF8.self)
        #expect(requests.contains("DELETE"))
    }

    @Test func faultsComeAndAreForgotten() async throws {
        let mock = try MockNetBird()
        var options = mock.options
        options.maxRetries = 0
        let client = try mock.client(options)
        let fault = #"{"action": {"answer": {"status": 500, "headers": [], "body": "{\"message\": \"no\", \"code\": 500}"}}}"#
        try await mock.fault(fault)
        #expect(try await failure { try await client.listUsers() }.kind == .serverError)
        try await mock.fault(fault)
        try await mock.clearFaults()
        #expect(try await client.listUsers().isEmpty == false)
    }

    @Test func aLoginIsApproved() async throws {
        let mock = try MockNetBird(world: #"{"users": [{"id": "eve", "role": "admin", "tokens": [{"name": "laptop"}]}], "identity_provider": {}}"#)
        #expect(mock.userID == "eve")
        let login = try await startLogin(options: mock.options)
        try await mock.approveLogin(login.userCode)
        let session = try await login.wait()
        let client = try Client(credential: session.credential, options: mock.options)
        #expect(try await client.currentUser().role == .admin)
    }

    @Test func aProgramThatIsNoneIsNamed() throws {
        #expect(throws: MockNetBird.Failure.self) { try MockNetBird(program: "/bin/true") }
        #expect(throws: MockNetBird.Failure.self) { try MockNetBird(program: "/no/such/program") }
    }
}
