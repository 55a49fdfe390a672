import Foundation
import NetBirdTokens
import Testing

/// Rotating a token step by step.
@Suite struct RotationTests {
    @Test func aCommitRevokesTheOldToken() async throws {
        let server = try MockServer()
        let client = try server.client()
        let rotation = try await client.rotateToken(id: "phone", expiresInDays: 7, userID: "alice")
        #expect(rotation.oldToken.id == "phone")
        let new = try #require(try rotation.token)
        #expect(new.name.wholeMatch(of: /phone #[0-9a-z]{10}/) != nil, "\(new.name)")
        #expect(new.daysLeft(at: new.createdAt) == 7)
        #expect(try rotation.record.stage == .created)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", new.id])

        try await rotation.commit()
        #expect(try rotation.record.stage == .committed)
        #expect(try await server.tokens(of: "alice") == ["laptop", new.id])
        #expect(try await server.requests().map { $0.request.prefix(6) } == ["GET /a", "POST /", "GET /a", "DELETE"])
        try await rotation.commit()
        #expect(try await server.requests().count == 4)
        #expect(try await failure { try await rotation.abort() }.kind == .invalidArgument)

        let made = try server.client(with: rotation.plainToken.expose())
        #expect(try await made.currentUser().id == "alice")
    }

    @Test func anAbortRevokesTheNewToken() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(named: "phone", newName: "mobile", tag: false)
        #expect(try rotation.token?.name == "mobile")
        try await rotation.abort()
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
        #expect(try rotation.record.stage == .aborted)
        #expect(try rotation.token == nil)
        #expect(try await failure { try rotation.plainToken }.kind == .invalidArgument)
        #expect(try await failure { try await rotation.commit() }.kind == .invalidArgument)
    }

    @Test func theOldTokenCanBeKept() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(id: "phone")
        try await rotation.commit(keepOld: true)
        let record = try rotation.record
        #expect(record.stage == .kept && record.keepOld)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", #require(record.tokenID)])
    }

    @Test func aPreparedRotationCreatesNothingUntilTold() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(id: "phone", prepareOnly: true)
        #expect(try rotation.token == nil)
        #expect(try rotation.record.stage == .planned)
        #expect(try await failure { try rotation.plainToken }.kind == .invalidArgument)
        #expect(try await failure { try await rotation.commit() }.kind == .invalidArgument)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])

        try await rotation.create()
        try await rotation.create()
        let id = try #require(try rotation.token?.id)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", id])
        try rotation.markStored()
        #expect(try rotation.record.stage == .stored)
        try await rotation.commit()
        #expect(try await server.tokens(of: "alice") == ["laptop", id])
    }

    @Test func aClientAdoptsTheNewToken() async throws {
        let server = try MockServer()
        let client = try server.client()
        let rotation = try await client.rotateToken(id: "laptop", adopt: true)
        try await rotation.commit()
        #expect(try await client.currentUser().id == "alice")
        #expect(try await server.tokens(of: "alice") == ["phone", #require(rotation.token?.id)])
    }

    @Test func aNameThatSeveralTokensHaveIsAnErrorWithTheirIDs() async throws {
        let server = try MockServer()
        let client = try server.client()
        let other = try await client.createToken(name: "phone", tag: true).token.id
        let several = try await failure { try await client.rotateToken(named: "phone") }
        #expect(several.kind == .conflict && several.candidateTokenIDs == ["phone", other])
        #expect(try await failure { try await client.rotateToken(named: "watch") }.kind == .notFound)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", other])
    }

    @Test func anUndecidedRotationLeavesBothTokensAndSaysSo() async throws {
        let server = try MockServer()
        let events = Box<[Event]>([])
        let client = try server.client(observer: { event in events.update { $0.append(event) } })
        let record = try await client.rotateToken(id: "phone").record
        let id = try #require(record.tokenID)
        let open = try #require(events.value.last)
        #expect(open.kind == .rotationOpen && open.isWarning)
        #expect(open.tokenIDs == ["phone", id] && open.tokenName == record.tokenName)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", id])
    }

    /// Wherever the cancellation comes, a new token is either delivered or revoked.
    @Test func noTokenIsLostWheneverTheCancelComes() async throws {
        let server = try MockServer()
        let client = try server.client()
        var held: Set<String> = ["laptop", "phone"]
        for wait in 0..<60 {
            let task = Task { try await client.rotateToken(id: "phone", userID: "alice") }
            try await Task.sleep(for: .microseconds(wait * 100))
            task.cancel()
            switch await task.result {
            case .success(let rotation): held.insert(try #require(rotation.token?.id))
            case .failure(let error): #expect((error as? NetBirdError)?.kind == .cancelled)
            }
        }
        #expect(await client.close())
        #expect(try await Set(server.tokens(of: "alice")) == held)
    }

    @Test func nothingPrintsTheSecret() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(id: "phone")
        let plain = try rotation.plainToken.expose()
        var dumped = ""
        dump(rotation, to: &dumped)
        let json = String(decoding: try JSONEncoder().encode(rotation.record), as: UTF8.self)
        for shown in ["\(rotation)", String(reflecting: rotation), dumped, json, "\(try rotation.record)"] {
            #expect(shown.contains("phone"))
            #expect(!shown.contains(plain.dropFirst(4)))
        }
        try await rotation.abort()
    }
}
