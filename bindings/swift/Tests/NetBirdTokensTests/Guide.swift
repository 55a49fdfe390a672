// The code of `docs/swift.md`. A test compares the two, so the code in the guide compiles.

import Foundation
import NetBirdTokens

func firstSteps() async throws {
    // Reads NB_PAT and NB_MANAGEMENT_URL.
    let client = try Client.fromEnv()

    for token in try await client.listTokens() {
        print(token.id, token.name, "\(token.daysLeft()) days left")
    }

    let created = try await client.createToken(name: "ci", expiresInDays: 30)
    try store(created.plainToken.expose())  // the server shows the secret only once
    try await client.deleteToken(created.token.id)
    await client.close()
}

func explicitly() throws -> Client {
    let pasted = try String(contentsOfFile: "/run/secrets/netbird", encoding: .utf8)
    let client = try Client(
        credential: .detect(pasted),
        options: ClientOptions(
            managementURL: "https://netbird.example.com",
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
        // The server may have created the token, but its secret did not arrive. Inspect before you revoke anything.
        case .outcomeUnknown:
            for id in error.candidateTokenIDs {
                let candidate = try await client.getToken(id)
                print("\(candidate.id) by \(candidate.createdBy) at \(candidate.createdAt) may be \(error.tokenName ?? "it")")
            }
        case .rateLimited, .serverError, .connect, .timeout, .transport:
            print("later: \(error.message)")
        default:
            print("\(error.kind) (\(error.code)): \(error.message)")
        }
    }
}

func tagged(_ credential: Credential) async throws {
    let client = try Client(credential: credential, options: ClientOptions(onUnknown: .revokeAndRetry))
    let created = try await client.createToken(name: "ci", tag: true)
    print(created.token.name)  // for example "ci #k3f9q2xm7w"
}

func cancelling(_ client: Client) async throws {
    let task = Task { try await client.listTokens() }
    task.cancel()
    do {
        _ = try await task.value
    } catch let error as NetBirdError where error.kind == .cancelled {
        print("the request has ended")
    }
}

func observing(_ credential: Credential) throws -> Client {
    let client = try Client(credential: credential) { event in
        if event.isWarning { print("netbird-tokens: \(event)") }
    }
    return client
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
