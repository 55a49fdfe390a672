// The code of `docs/swift.md`, which a test compares with the guide: what stands there compiles.

import Foundation
import NetBirdTokens

func firstSteps() async throws {
    // From NB_PAT and NB_MANAGEMENT_URL …
    let client = try Client.fromEnv()

    for token in try await client.listTokens() {
        print(token.id, token.name, "\(token.daysLeft()) days left")
    }

    let created = try await client.createToken(name: "ci", expiresInDays: 30)
    try store(created.plainToken.expose())  // the only time it can be had
    try await client.deleteToken(created.token.id)
}

func explicitly() throws -> Client {
    let pasted = try String(contentsOfFile: "/run/secrets/netbird", encoding: .utf8)
    let client = try Client(
        credential: .detect(pasted),
        configuration: Configuration(
            managementUrl: "https://netbird.example.com",
            timeout: .seconds(20),
            userAgent: "backup/1.2"
        )
    )
    return client
}

func errors(_ client: Client) async throws {
    do {
        let created = try await client.createToken(name: "ci")
        print("created \(created.token.id)")
    } catch let error as NetBirdError {
        switch error.kind {
        // The server may have made it, but its secret never arrived: revoke what is named, then create anew.
        case .outcomeUnknown:
            for id in error.candidateTokenIds { try await client.deleteToken(id) }
        case .rateLimited, .serverError, .connect, .timeout, .transport:
            print("later: \(error.message)")
        default:
            print("\(error.kind) (\(error.code)): \(error.message)")
        }
    }
}

func cancelling(_ client: Client) async throws {
    let task = Task { try await client.listTokens() }
    task.cancel()
    do {
        _ = try await task.value
    } catch let error as NetBirdError where error.kind == .cancelled {
        print("nobody waits for it any more")
    }
}

func checking(_ client: Client) async throws {
    let check = try await client.checkCredential()
    switch check.state {
    case .working: print("good until \(check.expiresAt?.formatted() ?? "further notice")")
    case .unknown, .refused: print("create a new token")
    case .blocked, .pendingApproval, .forbidden: print("ask an administrator")
    }
}

func secrets(_ client: Client) async throws {
    let created = try await client.createToken(name: "ci")
    print(created)  // CreatedToken(token: …, plainToken: nbp_****)
    let text = try created.plainToken.expose()  // the text itself
    try store(text)
}

private func store(_ secret: String) throws {}
