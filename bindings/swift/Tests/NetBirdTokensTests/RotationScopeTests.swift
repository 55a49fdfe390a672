import NetBirdTokens
import Testing

/// A rotation around a closure: how the closure ends decides.
@Suite struct RotationScopeTests {
    private struct VaultIsFull: Error {}

    @Test func aNormalEndCommits() async throws {
        let server = try MockServer()
        let secret = try await server.client().rotateToken(id: "phone") { try $0.plainToken }
        let tokens = try await server.tokens(of: "alice")
        #expect(tokens.count == 2 && !tokens.contains("phone"))
        #expect(try await server.client(with: secret.expose()).currentUser().id == "alice")
    }

    @Test func anErrorAbortsAndIsThrown() async throws {
        let server = try MockServer()
        let client = try server.client()
        await #expect(throws: VaultIsFull.self) {
            try await client.rotateToken(named: "phone") { _ in throw VaultIsFull() }
        }
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }

    @Test func theErrorIsThrownAlsoIfTheAbortFails() async throws {
        let server = try MockServer(faults: [
            ["method": "DELETE", "times": 0, "action": ["answer": ["status": 403, "body": #"{"message":"no","code":403}"#]]]
        ])
        let events = Box<[Event]>([])
        let client = try server.client(observer: { event in events.update { $0.append(event) } })
        await #expect(throws: VaultIsFull.self) {
            try await client.rotateToken(id: "phone") { _ in throw VaultIsFull() }
        }
        let tokens = try await server.tokens(of: "alice")
        #expect(tokens.count == 3)
        let open = try #require(events.value.last)
        #expect(open.kind == .rotationOpen && open.tokenIDs == Array(tokens.dropFirst()))
    }

    @Test func whatTheClosureDecidesStays() async throws {
        let server = try MockServer()
        let client = try server.client()
        try await client.rotateToken(id: "phone") { try await $0.abort() }
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])

        try await client.rotateToken(id: "phone") { try await $0.commit(keepOld: true) }
        #expect(try await server.tokens(of: "alice").contains("phone"))

        await #expect(throws: VaultIsFull.self) {
            try await client.rotateToken(id: "phone") { rotation in
                try await rotation.commit()
                throw VaultIsFull()
            }
        }
        #expect(try await server.tokens(of: "alice").contains("phone") == false)
    }

    @Test func aCancelledTaskAborts() async throws {
        let server = try MockServer()
        let client = try server.client()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await client.rotateToken(id: "phone") { _ in
                begin.finish()
                try await Task.sleep(for: .seconds(60))
            }
        }
        for await _ in begun {}
        #expect(try await server.tokens(of: "alice").count == 3)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // No wait here: the abort has ended before the error is thrown.
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }

    /// The secret is stored by then, and the old one may be overwritten.
    @Test func aNormalEndCommitsInACancelledTaskToo() async throws {
        let server = try MockServer()
        let client = try server.client()
        let task = Task {
            try await client.rotateToken(id: "phone") { rotation in
                withUnsafeCurrentTask { $0?.cancel() }
                return try #require(try rotation.token?.id)
            }
        }
        let new = try await task.value
        #expect(try await server.tokens(of: "alice") == ["laptop", new])
    }

    @Test func theClosurePreparesBeforeItCreates() async throws {
        let server = try MockServer()
        let client = try server.client()
        let stages = try await client.rotateToken(id: "phone", prepareOnly: true) { rotation in
            let planned = try rotation.record.stage
            try await rotation.create()
            return [planned, try rotation.record.stage]
        }
        #expect(stages == [.planned, .created])
        let nothingCreated = try await failure { try await client.rotateToken(named: "phone", prepareOnly: true) { _ in } }
        #expect(nothingCreated.kind == .invalidArgument)
        #expect(try await server.tokens(of: "alice").count == 2)
    }

    @Test @MainActor func theClosureRunsOnTheCallersActor() async throws {
        let server = try MockServer()
        var stored = 0
        try await server.client().rotateToken(id: "phone") { _ in
            MainActor.assertIsolated()
            stored += 1
        }
        #expect(stored == 1)
    }
}
