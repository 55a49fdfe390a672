import NetBirdTokens
import Testing

/// Cancelling a task ends its call.
@Suite struct CancellationTests {
    @Test func aCancelledTaskFreesItsConnection() async throws {
        let server = try MockServer(faults: MockServer.silence)
        let client = try server.client()
        let task = Task { try await client.listTokens(userID: "alice") }
        #expect(try await eventually { try await server.requests().count == 1 })
        #if os(Linux)
            let open = try server.openConnections()
            #expect(open == 1)
        #endif

        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled && !error.retryable)
        #if os(Linux)
            #expect(try await eventually { try server.openConnections() == 0 })
        #endif

        // The server has not answered the first call yet, and nobody waits for it.
        #expect(try await server.requests().map(\.status) == [nil])
        #expect(try await client.currentUser().id == "alice")
    }

    @Test func aHundredCancelledCallsFreeTheirConnections() async throws {
        let server = try MockServer(faults: MockServer.silence)
        let client = try server.client()
        let tasks = (0..<100).map { _ in Task { try await client.listTokens(userID: "alice") } }
        #expect(try await eventually { try await server.requests().count == 100 })
        tasks.forEach { $0.cancel() }
        for task in tasks {
            #expect(try await failure { try await task.value }.kind == .cancelled)
        }
        #if os(Linux)
            #expect(try await eventually { try server.openConnections() == 0 })
        #endif
    }

    @Test func aTaskThatIsAlreadyCancelledSendsNothing() async throws {
        let server = try MockServer()
        let client = try server.client()
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await client.currentUser() }, { _ = try await client.createToken(name: "ci") },
        ]
        for call in calls {
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                try await call()
            }
            task.cancel()
            #expect(try await failure { try await task.value }.kind == .cancelled)
        }
        #expect(await client.close())
        #expect(try await server.requests().isEmpty)
    }

    @Test func aCancelledDeleteSaysWhatToCheck() async throws {
        let server = try MockServer(faults: [["method": "DELETE", "action": ["delay_answer": ["ms": 20_000]]]])
        let client = try server.client()
        let task = Task { try await client.deleteToken("phone", userID: "alice") }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 1 })
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled && error.message.contains("may or may not be revoked"))
    }

    @Test func aSiblingsFailureEndsTheOthers() async throws {
        let server = try MockServer(faults: MockServer.silence)
        let client = try server.client { $0.maxRetries = 0 }
        let error = try await failure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await client.listTokens(userID: "alice") }
                group.addTask { _ = try await client.getToken("") }
                while try await group.next() != nil {}
            }
        }
        // Leaving the group waits for the other call, which has neither timed out nor been answered.
        #expect(error.kind == .invalidArgument)
        #expect(try await server.requests().allSatisfy { $0.status == nil })
    }
}
