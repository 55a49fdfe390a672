import Foundation
import NetBirdTokens
import Testing

/// Errors carry what the core found, and nothing brings the program down.
@Suite struct ErrorTests {
    @Test func theServersMessageIsKept() async throws {
        let server = try MockServer()
        let error = try await failure { try await server.client(as: "desk").listTokens(userID: "alice") }
        #expect(error.kind == .forbidden && error.code == 11 && error.status == 403)
        #expect(error.serverMessage?.isEmpty == false)
        #expect(error.requestID?.isEmpty == false)
        #expect(error.attempts == 1 && !error.retryable && error.retryAfter == nil && error.candidateTokenIDs.isEmpty)
        #expect(error.tokenName == nil)
        #expect(error.localizedDescription == error.message)
        #expect("\(error)" == "forbidden: \(error.message)")
    }

    @Test func aRetryAfterIsADuration() async throws {
        let answer: [String: Any] = ["status": 429, "headers": [["Retry-After", "7"]], "body": "{}"]
        let server = try MockServer(faults: [["times": 0, "action": ["answer": answer]]])
        let client = try server.client { $0.maxRetries = 0 }
        let error = try await failure { try await client.listUsers() }
        #expect(error.kind == .rateLimited && error.retryable && error.retryAfter == .seconds(7))
    }

    @Test func aLostCreateNamesItsCandidates() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["drop_after": [String: Any]()]]])
        let client = try server.client()
        let error = try await failure { try await client.createToken(name: "ci", userID: "alice") }
        #expect(error.kind == .outcomeUnknown)
        let made = try await server.tokens(of: "alice").filter { $0 != "laptop" && $0 != "phone" }
        #expect(error.candidateTokenIDs == made && made.count == 1)
        #expect(error.tokenName == "ci")
        #expect(try await server.requests().allSatisfy { !$0.request.hasPrefix("DELETE") }, "a candidate is never revoked")
    }

    @Test func aLostTaggedCreateIsRevokedAndRepeated() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["drop_after": [String: Any]()]]])
        let client = try server.client { $0.onUnknown = .revokeAndRetry }
        let untagged = try await failure { try await client.createToken(name: "ci", userID: "alice") }
        #expect(untagged.kind == .invalidArgument && untagged.message.contains("tag"))
        #expect(try await server.requests().isEmpty)

        let created = try await client.createToken(name: "ci", tag: true, userID: "alice")
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", created.token.id])
    }

    @Test func aLostTaggedCreateNamesWhatWasSent() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["drop_before": [String: Any]()]]])
        let client = try server.client { $0.onUnknown = .revokeAndRetry }
        let error = try await failure { try await client.createToken(name: "ci", tag: true, userID: "alice") }
        #expect(error.kind == .outcomeUnknown && error.candidateTokenIDs.isEmpty)
        let name = try #require(error.tokenName)
        #expect(name.hasPrefix("ci #") && error.message.contains(name))
    }

    @Test func aPanicIsAnErrorAndTheClientGoesOn() async throws {
        let server = try MockServer()
        let client = try server.client()
        // Test builds of the library panic when this user is requested.
        let error = try await failure { try await client.listTokens(userID: "panic, for a test") }
        #expect(error.kind == .internal)
        #expect(!error.message.contains("deliberate"), "a panic's text may contain anything")
        #expect(try await client.currentUser().id == "alice")
    }

    @Test func numbersAndNamesAreThoseOfTheGuide() throws {
        let listed = try Repository.text("docs/errors.md").split(separator: "\n").compactMap { line -> String? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count > 1, let code = Int(cells[0]) else { return nil }
            return "\(code) \(cells[1].replacingOccurrences(of: "`", with: ""))"
        }
        #expect(ErrorKind.allCases.map { "\($0.rawValue) \($0.name)" } == listed)
    }
}
