import Foundation
import NetBirdTokens
import Testing

/// Results are values: users build them in their own tests, and store them.
@Suite struct ValueTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private var token: Token {
        Token(id: "abc", name: "ci", expirationDate: now + 86_400, createdAt: now, createdBy: "ada", userID: "ada")
    }

    @Test func aTokenIsBuiltAndCompared() {
        #expect(token == token && token.lastUsed == nil)
        #expect(token.daysLeft(at: now) == 1 && !token.isExpired(at: now))
    }

    @Test func resultsAreStoredUnderTheAPIsNames() throws {
        let user = User(id: "ada", role: .owner)
        let check = CredentialCheck(state: .pendingApproval, kind: .pat, user: user, token: token)
        let encoded = try JSONEncoder().encode(check)
        #expect(try JSONDecoder().decode(CredentialCheck.self, from: encoded) == check)
        let fields = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
        let ofToken = try #require(fields["token"] as? [String: Any])
        #expect(ofToken.keys.sorted() == ["created_at", "created_by", "expiration_date", "id", "name", "user_id"])
        let ofUser = try #require(fields["user"] as? [String: Any])
        #expect(ofUser["role"] as? String == "owner" && ofUser["is_service_user"] as? Bool == false)
        #expect(fields["state"] as? String == "pending_approval")

        let audited = UserAudit(user: user, tokens: [AuditedToken(token: token, state: .neverUsed)], asOf: now)
        #expect(try JSONDecoder().decode(UserAudit.self, from: JSONEncoder().encode(audited)) == audited)
        let summary = AuditSummary(users: 2, audited: 2)
        #expect(try JSONDecoder().decode(AuditSummary.self, from: JSONEncoder().encode(summary)) == summary)
        let error = NetBirdError(kind: .rateLimited, message: "later", status: 429, retryAfter: .seconds(3))
        #expect(try JSONDecoder().decode(NetBirdError.self, from: JSONEncoder().encode(error)) == error)
    }

    @Test func aRoleOfANewerServerIsKept() throws {
        let role = Role(rawValue: "janitor")
        #expect(role != .owner && "\(role)" == "janitor")
        #expect(try JSONDecoder().decode([Role].self, from: Data(#"["network_admin"]"#.utf8)) == [.networkAdmin])
        #expect(UserStatus(rawValue: "blocked") == .blocked)
    }

    @Test func aCreatedTokenShowsNoSecret() throws {
        let created = CreatedToken(token: token, plainToken: try Secret("nbp_secret"))
        #expect(!"\(created)".contains("nbp_secret"))
    }
}
