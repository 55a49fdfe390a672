import NetBirdTokens
import Testing

/// Auditing all tokens that the credential may see.
@Suite struct AuditTests {
    private func server(robots: Int = 3, faults: [[String: Any]] = []) throws -> MockServer {
        let robots = (0..<robots).map { number -> [String: Any] in
            [
                "id": "robot\(number)", "name": "Robot \(number)", "role": "user", "is_service_user": true,
                "tokens": [["id": "t\(number)", "name": "deploy"]],
            ]
        }
        return try MockServer(faults: faults, moreUsers: robots)
    }

    @Test func everyUserIsDeliveredWithItsTokens() async throws {
        let server = try server()
        let audit = try await server.client().auditTokens(expiringWithin: .seconds(60 * 86_400))
        #expect(audit.userCount == 4)
        #expect(try audit.summary.isComplete == false)
        var tokens: [String: [String]] = [:]
        for try await audited in audit {
            tokens[audited.user.id] = audited.tokens.map(\.token.id).sorted()
            #expect(audited.error == nil && abs(audited.asOf.timeIntervalSinceNow) < 60)
            for token in audited.tokens {
                #expect(token.state == .expiring && token.findings.first == .expiring)
                #expect(token.reason.contains("expires in"), "\(token.reason)")
            }
        }
        #expect(tokens == ["alice": ["laptop", "phone"], "robot0": ["t0"], "robot1": ["t1"], "robot2": ["t2"]])
        let summary = try audit.summary
        #expect(summary.isComplete && summary.users == 4 && summary.audited == 4 && summary.failed == 0)
        #expect(summary.tokens == 5 && summary.expiring == 5 && summary.otherPeople == 1 && summary.notReached == 0)
    }

    @Test func theOptionsDecideTheStates() async throws {
        let token = [
            "id": "old", "name": "old", "created_at": "2024-01-01T00:00:00Z", "expiration_date": "2100-01-01T00:00:00Z",
        ]
        let server = try MockServer(moreUsers: [["id": "robot", "role": "user", "is_service_user": true, "tokens": [token]]])
        let client = try server.client()
        func state(_ audit: Audit) async throws -> AuditedToken? {
            var found: AuditedToken?
            for try await audited in audit where audited.user.id == "robot" { found = audited.tokens.first }
            return found
        }
        let century = Duration.seconds(36_525 * 86_400)
        #expect(try await state(client.auditTokens())?.state == .unused)
        #expect(try await state(client.auditTokens(unusedFor: century, concurrency: 1))?.state == .neverUsed)
        let both = try await state(client.auditTokens(expiringWithin: century))
        #expect(both?.state == .expiring && both?.findings == [.expiring, .unused])
    }

    @Test func optionsThatCannotBeMeantAreRefused() async throws {
        let client = try MockServer().client()
        #expect(try await failure { try await client.auditTokens(concurrency: 0) }.message.contains("concurrency"))
        #expect(try await failure { try await client.auditTokens(expiringWithin: .seconds(-1)) }.kind == .invalidArgument)
        #expect(try await failure { try await client.auditTokens(timeLimit: .zero) }.kind == .invalidArgument)
    }

    @Test func aUserWhoseTokensCannotBeListedIsAResultWithAnError() async throws {
        let server = try server(faults: [
            ["times": 0, "target_contains": "robot1", "action": ["answer": ["status": 500, "body": "{}"]]]
        ])
        let audit = try await server.client { $0.maxRetries = 0 }.auditTokens()
        var failed: [String: ErrorKind] = [:]
        for try await audited in audit { failed[audited.user.id] = audited.error?.kind }
        #expect(failed.keys.sorted() == ["robot1"])
        #expect(try audit.summary.failed == 1 && audit.summary.audited == 3)
    }

    @Test func whatKeepsTheUsersFromBeingListedIsThrown() async throws {
        let answer: [String: Any] = [
            "status": 403, "headers": [["Content-Type", "application/json"]], "body": #"{"message":"no","code":403}"#,
        ]
        let server = try server(faults: [["times": 0, "target_contains": "/api/users", "action": ["answer": answer]]])
        #expect(try await failure { try await server.client().auditTokens() }.kind == .forbidden)
    }

    @Test func cancellingTheTaskEndsTheLoop() async throws {
        let server = try server(faults: [["times": 0, "target_contains": "robot", "action": ["delay": ["ms": 20_000]]]])
        let client = try server.client()
        let task = Task { for try await _ in try await client.auditTokens() {} }
        #expect(try await eventually { try await server.requests().filter { $0.status == nil }.count == 3 })
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #if os(Linux)
            // The audit is freed with the loop, and its requests end.
            #expect(try await eventually { try await server.requests().count == 5 && server.openConnections() <= 1 })
        #endif
    }

    @Test func leavingTheLoopLosesNothing() async throws {
        let server = try server(robots: 10)
        let audit = try await server.client().auditTokens()
        var seen: [String] = []
        for try await audited in audit {
            seen.append(audited.user.id)
            break
        }
        #expect(try audit.summary.audited == 1)
        for try await audited in audit { seen.append(audited.user.id) }
        #expect(seen.count == 11 && Set(seen).count == 11)
        #expect(try audit.summary.isComplete)
    }
}
