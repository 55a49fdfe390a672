import Foundation
import NetBirdTokens
import Testing

/// Nothing that prints shows a secret.
@Suite struct SecretTests {
    /// The ways in which people print things.
    private func printed(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        let error = (value as? any Error)?.localizedDescription ?? ""
        return "\(value)\n\(String(describing: value))\n\(String(reflecting: value))\n\(dumped)\n\([value])\n\(error)"
    }

    @Test func printingShowsNoSecret() async throws {
        let server = try MockServer()
        let client = try server.client()
        let created = try await client.createToken(name: "ci")
        let plain = try created.plainToken.expose()
        #expect(plain.hasPrefix("nbp_") && plain.count == 40)
        let own = try #require(server.plain["laptop"])
        let credential = try Credential.pat(own)

        for shown in [printed(created), printed(created.plainToken), printed([created.plainToken])] {
            #expect(shown.contains("nbp_****"))
            #expect(!shown.contains(plain.dropFirst(4)))
        }
        for value in [client, credential, created.token] as [Any] {
            #expect(!printed(value).contains(own.dropFirst(4)))
        }
        let dumpOfSecret = printed(created.plainToken)
        #expect(!dumpOfSecret.contains("Native"), "not even the object that holds it")
    }

    @Test func errorsShowNoSecret() async throws {
        let server = try MockServer()
        let own = try #require(server.plain["laptop"])
        let client = try server.client()
        try await client.deleteToken("phone", userID: "alice")
        let phone = try #require(server.plain["phone"])
        let refused = try await failure { try await server.client(as: "phone").currentUser() }
        #expect(refused.kind == .unauthorized)
        #expect(!printed(refused).contains(phone.dropFirst(4)))

        let broken = String(own.dropLast())
        let invalid = try await failure { try Credential.pat(broken) }
        #expect(!printed(invalid).contains(broken.dropFirst(4)))
    }

    @Test func theProxysPasswordIsNotPrinted() throws {
        let options = ClientOptions(
            managementURL: "https://ada:swordfish@netbird.example.com", maxRetries: 3,
            proxy: "http://ada:swordfish@proxy.example.com:3128"
        )
        let shown = printed(options)
        #expect(!shown.contains("swordfish"))
        #expect(shown.contains("proxy.example.com:3128") && shown.contains("maxRetries"))
    }

    @Test func secretsAreComparedByTheirText() async throws {
        let server = try MockServer()
        let client = try server.client()
        let one = try await client.createToken(name: "one")
        let two = try await client.createToken(name: "two")
        let copy = one.plainToken
        #expect(one.plainToken == copy)
        #expect(one.plainToken != two.plainToken)
    }
}
