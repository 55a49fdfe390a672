import NetBirdTokens
import Testing

/// What becomes of a client that is closed or no longer referenced.
@Suite struct LifetimeTests {
    @Test func aCallAfterCloseIsAnError() async throws {
        let server = try MockServer()
        let client = try server.client()
        #expect(try await client.currentUser().id == "alice")
        #expect(await client.close())
        #expect(await client.close())
        let error = try await failure { try await client.currentUser() }
        #expect(error.kind == .invalidArgument && error.message.contains("closed"))
        #expect(try await failure { try client.withTimeout(.seconds(1)) }.kind == .invalidArgument)
        #expect(try await failure { try client.setCredential(.pat(#require(server.plain["desk"]))) }.kind == .invalidArgument)
        #expect(client.managementURL == server.url)
        #expect(try await server.requests().count == 1)
    }

    @Test func aCallInProgressOutlivesClose() async throws {
        let server = try MockServer(faults: [["target_contains": "/tokens", "action": ["delay": ["ms": 500]]]])
        let client = try server.client()
        let task = Task { try await client.listTokens(userID: "alice") }
        #expect(try await eventually { try await server.requests().count == 1 })
        await client.close()
        #expect(try await task.value.count == 2)
    }

    @Test func handlesAreClosedOneByOne() async throws {
        let server = try MockServer()
        let client = try server.client()
        let hasty = try client.withTimeout(.seconds(5))
        await client.close()
        #expect(try await hasty.currentUser().id == "alice")
    }

    #if os(Linux)
        // A client's idle connections end with it, so the server's side shows when it is freed.
        @Test func closingFreesTheClient() async throws {
            let server = try MockServer()
            let client = try server.client()
            _ = try await client.currentUser()
            let open = try server.openConnections()
            #expect(open == 1)
            await client.close()
            #expect(try await eventually { try server.openConnections() == 0 })
        }

        @Test func theLastReferenceFreesTheClient() async throws {
            let server = try MockServer()
            weak var gone: Client?
            do {
                let client = try server.client()
                gone = client
                _ = try await client.currentUser()
                let open = try server.openConnections()
                #expect(open == 1)
            }
            #expect(gone == nil)
            #expect(try await eventually { try server.openConnections() == 0 })
        }
    #endif
}
