import Foundation
import NetBirdTokens
import Testing

/// A record is stored, and finishes the rotation in another process.
@Suite struct RotationRecordTests {
    private func encoded(_ record: RotationRecord) throws -> Data {
        try JSONEncoder().encode(record)
    }

    private func decoded(_ json: Data) throws -> RotationRecord {
        try JSONDecoder().decode(RotationRecord.self, from: json)
    }

    /// Why a text is no record.
    private func refusal(_ json: String) throws -> DecodingError {
        do {
            _ = try decoded(Data(json.utf8))
        } catch let error as DecodingError {
            return error
        }
        throw NothingThrown()
    }

    @Test func itsJSONIsTheOneOfEveryLanguage() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(id: "phone", prepareOnly: true)
        let planned = try rotation.record
        let fields = try #require(try JSONSerialization.jsonObject(with: encoded(planned)) as? [String: Any])
        let names = [
            "is_tagged", "keep_old", "management_url", "old_token_id", "stage", "token_id", "token_name", "user_id", "version",
        ]
        #expect(fields.keys.sorted() == names)
        #expect(fields["token_id"] is NSNull && fields["version"] as? Int == 1 && fields["stage"] as? String == "planned")
        #expect(try decoded(encoded(planned)) == planned)

        try await rotation.create()
        let created = try rotation.record
        #expect(created != planned)
        #expect(try created.tokenID == rotation.token?.id)
        #expect(try decoded(encoded(created)) == created)
        // Within the program's own data too.
        let all = try JSONDecoder().decode([String: RotationRecord].self, from: JSONEncoder().encode(["deploy": created]))
        #expect(all["deploy"] == created)
        try await rotation.abort()
    }

    @Test func whatIsNoRecordIsRefusedWithoutRepeatingIt() async throws {
        let server = try MockServer()
        let secret = try #require(server.plain["phone"])
        let rotation = try await server.client().rotateToken(id: "phone", prepareOnly: true)
        let json = try String(decoding: encoded(rotation.record), as: UTF8.self)
        let broken = [
            json.replacing("\"version\":1", with: "\"version\":2"), json.replacing("planned", with: secret),
            json.replacing("\"user_id\"", with: "\"user\""),
            json.replacing("\"old_token_id\":\"phone\"", with: "\"old_token_id\":7"),
            json.replacing("\"is_tagged\":true", with: "\"is_tagged\":[]"), "{}", "[]", secret,
        ]
        for text in broken {
            #expect(text != json)
            #expect(try !"\(refusal(text))".contains(secret.dropFirst(4)))
        }
        guard case .dataCorrupted(let context) = try refusal(broken[0]) else { throw NothingThrown() }
        #expect(context.debugDescription.contains("version 2"))
        #expect((context.underlyingError as? NetBirdError)?.kind == .invalidArgument)
    }

    @Test func withoutTheSecretTheNewTokenIsRevoked() async throws {
        let server = try MockServer()
        let record = try await server.client().rotateToken(id: "phone").record
        let finished = try await server.client().resumeRotation(decoded(encoded(record)))
        #expect(finished.stage == .aborted)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
        let requests = try await server.requests().count
        #expect(try await server.client().resumeRotation(finished) == finished)
        #expect(try await server.requests().count == requests)
    }

    @Test func withTheSecretTheOldTokenIsRevoked() async throws {
        let server = try MockServer()
        let (record, text) = try await {
            let rotation = try await server.client().rotateToken(id: "phone")
            return (try rotation.record, try rotation.plainToken.expose())
        }()
        let finished = try await server.client().resumeRotation(record, plainToken: Secret(text))
        #expect(finished.stage == .committed)
        #expect(try await server.tokens(of: "alice") == ["laptop", #require(record.tokenID)])
    }

    @Test func aStoredOneIsCommitted() async throws {
        let server = try MockServer()
        let rotation = try await server.client().rotateToken(id: "phone")
        try rotation.markStored()
        let finished = try await server.client().resumeRotation(rotation.record)
        #expect(finished.stage == .committed && finished.stage.isFinished)
        #expect(try await server.tokens(of: "alice") == ["laptop", #require(finished.tokenID)])
    }

    @Test func anotherServersRecordIsRefused() async throws {
        let (server, other) = (try MockServer(), try MockServer())
        let record = try await server.client().rotateToken(id: "phone").record
        #expect(try await failure { try await other.client().resumeRotation(record) }.kind == .invalidArgument)
        #expect(try await other.requests().isEmpty)
    }
}
