import NetBirdTokens
import Testing

/// One client, many tasks.
@Suite struct ConcurrencyTests {
    @Test func aThousandCallsAtOnceOnOneClient() async throws {
        let server = try MockServer()
        let client = try server.client { $0.timeout = .seconds(120) }
        let lists = try await withThrowingTaskGroup(of: [Token].self) { group in
            for _ in 0..<1_000 {
                group.addTask { try await client.listTokens(userID: "alice") }
            }
            return try await group.reduce(into: [[Token]]()) { $0.append($1) }
        }
        #expect(lists.count == 1_000)
        #expect(lists.allSatisfy { Set($0.map(\.id)) == ["laptop", "phone"] })
        let requests = try await server.requests()
        #expect(requests.count == 1_000)
        #expect(requests.allSatisfy { $0.request == "GET /api/users/alice/tokens" && $0.status == 200 })
    }

    @Test func aCallMayBeMadeFromAnyActor() async throws {
        let server = try MockServer()
        let client = try server.client()
        let onMain = try await Task { @MainActor in try await client.currentUser().id }.value
        #expect(onMain == "alice")
    }
}
