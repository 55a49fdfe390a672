import NetBirdTokens
import Testing

/// Cancelling a task ends its call.
@Suite struct CancellationTests {
    /// The mock answers nothing for this long, so whoever waits for it is seen.
    static var silence: [[String: Any]] {
        [["times": 0, "target_contains": "/tokens", "action": ["delay": ["ms": 20_000]]]]
    }

    @Test func aCancelledTaskFreesItsConnection() async throws {
        let server = try MockServer(faults: Self.silence)
        let client = try server.client()
        let task = Task { try await client.listTokens(userId: "alice") }
        #expect(try await eventually { try await server.requests().count == 1 })
        #if os(Linux)
            let open = try server.openConnections()
            #expect(open == 1)
        #endif

        let start = ContinuousClock.now
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled && !error.retryable)
        #expect(ContinuousClock.now - start < .seconds(2))
        #if os(Linux)
            #expect(try await eventually { try server.openConnections() == 0 })
            #expect(ContinuousClock.now - start < .seconds(4))
        #endif

        // The server is still silent about the first call, and nobody waits for it.
        #expect(try await server.requests().map(\.status) == [nil])
        #expect(try await client.currentUser().id == "alice")
    }

    @Test func aHundredCancelledCallsFreeTheirConnections() async throws {
        let server = try MockServer(faults: Self.silence)
        let client = try server.client()
        let tasks = (0..<100).map { _ in Task { try await client.listTokens(userId: "alice") } }
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
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.currentUser()
        }
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(try await server.requests().isEmpty)
    }

    @Test func aCancelledCreateSaysWhatToLookFor() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["delay_answer": ["ms": 20_000]]]])
        let client = try server.client()
        let task = Task { try await client.createToken(name: "ci", userId: "alice") }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled)
        #expect(error.message.contains("revoke"))
    }

    @Test func aSiblingsFailureEndsTheOthers() async throws {
        let server = try MockServer(faults: Self.silence)
        let client = try server.client()
        let start = ContinuousClock.now
        let error = try await failure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await client.listTokens(userId: "alice") }
                group.addTask { _ = try await client.getToken("") }
                while try await group.next() != nil {}
            }
        }
        #expect(error.kind == .invalidArgument)
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
