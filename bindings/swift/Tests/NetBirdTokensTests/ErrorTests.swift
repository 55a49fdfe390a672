import Foundation
import NetBirdTokens
import Testing

/// Errors carry what the core found, and nothing brings the program down.
@Suite struct ErrorTests {
    @Test func theServersWordsComeAlong() async throws {
        let server = try MockServer()
        let error = try await failure { try await server.client(as: "desk").listTokens(userId: "alice") }
        #expect(error.kind == .forbidden && error.code == 11 && error.status == 403)
        #expect(error.serverMessage?.isEmpty == false)
        #expect(error.requestId?.isEmpty == false)
        #expect(error.attempts == 1 && !error.retryable && error.retryAfter == nil && error.candidateTokenIds.isEmpty)
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
        let error = try await failure { try await client.createToken(name: "ci", userId: "alice") }
        #expect(error.kind == .outcomeUnknown)
        let made = try await server.tokens(of: "alice").filter { $0 != "laptop" && $0 != "phone" }
        #expect(error.candidateTokenIds == made && made.count == 1)
    }

    @Test func aPanicIsAnErrorAndTheClientGoesOn() async throws {
        let server = try MockServer()
        let client = try server.client()
        // Builds of the library for tests panic when asked for this user.
        let error = try await failure { try await client.listTokens(userId: "panic, for a test") }
        #expect(error.kind == .internal)
        #expect(!error.message.contains("deliberate"), "a panic's text might say anything")
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
