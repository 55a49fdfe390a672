// The code of `docs/swift.md` and `docs/login.md`. A test compares them, so the code in the guides compiles.

import Foundation
import NetBirdTokens
import NetBirdTokensTesting

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

func loggingIn() async throws {
    let login = try await startLogin(options: ClientOptions(managementURL: "https://netbird.example.com"))
    print("Open \(login.verificationURI) and enter \(login.userCode)")
    let session = try await login.wait()
    let client = try Client(credential: session.credential)
    print(try await client.currentUser().id)
}

func keepingASession(_ stored: String) async throws {
    let session = try LoginSession(restoring: stored)
    if try session.needsRefresh {
        try await session.refresh()
        try store(session.export().expose())
    }
}

func inYourTests(now: Date, later: Date) throws -> Data {
    let token = Token(id: "abc", name: "ci", expirationDate: later, createdAt: now, createdBy: "ada", userID: "ada")
    let stored = try JSONEncoder().encode(token)
    return stored
}

func withAServer() async throws -> CreatedToken {
    let mock = try MockNetBird()
    let client = try mock.client()
    let created = try await client.createToken(name: "ci")
    return created
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

func rotating(_ client: Client) async throws {
    try await client.rotateToken(named: "deploy") { rotation in
        try store(rotation.plainToken.expose())
    }
}

func rotatingWithARecord(_ client: Client, _ tokenID: String) async throws {
    let rotation = try await client.rotateToken(id: tokenID, prepareOnly: true)
    try save(JSONEncoder().encode(rotation.record))  // nothing has been created yet
    try await rotation.create()
    try save(JSONEncoder().encode(rotation.record))
    try store(rotation.plainToken.expose())
    try rotation.markStored()
    try save(JSONEncoder().encode(rotation.record))
    try await rotation.commit()
}

func resuming(_ client: Client, _ saved: Data) async throws {
    let record = try JSONDecoder().decode(RotationRecord.self, from: saved)
    let finished = try await client.resumeRotation(record)
    print(finished.stage)  // committed, kept or aborted
}

func auditing(_ client: Client) async throws {
    let audit = try await client.auditTokens(expiringWithin: .seconds(14 * 86_400))
    for try await audited in audit {
        if let error = audited.error { print("\(audited.user.name): \(error)") }
        for token in audited.tokens where token.state != .healthy {
            print(audited.user.name, token.token.name, token.reason)  // … expires in 3 days
        }
    }
    let summary = try audit.summary
    print("\(summary.expired) of \(summary.tokens) tokens have expired")
}

func following() throws -> Client {
    let client = try Client(options: ClientOptions(tokenFile: "/run/secrets/netbird"))
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
private func save(_ record: Data) throws {}
