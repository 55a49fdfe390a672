import Foundation
import NetBirdTokens
import Testing

/// Every operation reaches the server, and its answer comes back in Swift's types.
@Suite struct OperationTests {
    @Test func aTokensWholeLife() async throws {
        let server = try MockServer()
        let client = try server.client()

        let created = try await client.createToken(name: "ci", expiresInDays: 30)
        #expect(created.token.name == "ci")
        #expect(created.token.userID == "alice")
        #expect(created.token.createdBy == "alice")
        #expect(created.token.lastUsed == nil)
        #expect(created.token.isExpired() == false)
        #expect(created.token.daysLeft(at: created.token.createdAt) == 30)
        #expect(abs(created.token.createdAt.timeIntervalSinceNow) < 60)

        #expect(try await client.getToken(created.token.id) == created.token)
        #expect(try await Set(client.listTokens().map(\.name)) == ["laptop", "phone", "ci"])

        let made = try Client(
            credential: .pat(created.plainToken.expose()),
            options: ClientOptions(managementURL: server.url, proxyFromEnv: false)
        )
        #expect(try await made.currentUser().id == "alice")

        try await client.deleteToken(created.token.id)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
        #expect(try await failure { try await made.listUsers() }.kind == .unauthorized)
    }

    @Test func usersAreRead() async throws {
        let server = try MockServer()
        let client = try server.client()
        let alice = try await client.currentUser()
        #expect(alice.name == "Alice" && alice.role == .owner && alice.email == "alice@example.com")
        #expect(alice.isCurrent && !alice.isServiceUser && !alice.isBlocked && !alice.pendingApproval)
        #expect(try await client.listUsers().map(\.id) == ["alice", "bob"])
    }

    @Test func theCredentialIsSwappedLive() async throws {
        let server = try MockServer()
        let client = try server.client()
        #expect(try await client.currentUser().id == "alice")
        try client.setCredential(.pat(#require(server.plain["desk"])))
        #expect(try await client.currentUser().id == "bob")
    }

    @Test func aCredentialIsChecked() async throws {
        let server = try MockServer()
        let works = try await server.client(as: "phone").checkCredential()
        #expect(works.state == .working && works.kind == .pat && works.error == nil)
        #expect(works.user?.id == "alice")
        #expect(works.token?.id == "phone")
        #expect(works.expiresAt == works.token?.expirationDate)

        let phone = try server.client(as: "phone")
        try await server.client().deleteToken("phone")
        let revoked = try await phone.checkCredential()
        #expect(revoked.state == .unknown && revoked.user == nil && revoked.error?.kind == .unauthorized)
    }

    @Test func aTaggedNameIsSentWithItsTag() async throws {
        let server = try MockServer()
        let client = try server.client()
        let tagged = try await client.createToken(name: "ci", tag: true).token
        #expect(tagged.name.wholeMatch(of: /ci #[0-9a-z]{10}/) != nil, "\(tagged.name)")
        #expect(try await client.getToken(tagged.id).name == tagged.name)
        #expect(try await client.createToken(name: "ci").token.name == "ci")
    }

    @Test func credentialsAreCheckedOffline() async throws {
        let server = try MockServer()
        let pasted = try Credential.detect(" Token \(#require(server.plain["laptop"]))\n")
        #expect(pasted.kind == .pat && pasted.expiresAt == nil)
        let wrong = try await failure { try Credential.pat("nbp_short") }
        #expect(wrong.kind == .invalidCredential && wrong.attempts == 0)
        #expect(try await failure { try Credential.bearer("a.b") }.kind == .invalidCredential)
    }
}
