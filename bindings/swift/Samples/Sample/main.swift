// Lists the tokens of the credential's user, creates one, uses it, and revokes it again.
//
// The credential and the server come from the environment: NB_PAT and NB_MANAGEMENT_URL.

import Foundation
import NetBirdTokens

func show(_ token: Token) {
    let used = token.lastUsed.map { "last used \($0.formatted(.iso8601))" } ?? "never used"
    print("  \(token.id)  \(token.name), \(token.daysLeft()) days left, \(used)")
}

do {
    let client = try Client.fromEnv(options: ClientOptions(userAgent: "netbird-tokens-sample/0.1.0"))
    let me = try await client.currentUser()
    print("\(me.name) (\(me.role)) at \(client.managementURL) has these tokens:")
    for token in try await client.listTokens() { show(token) }

    let created = try await client.createToken(name: "sample", expiresInDays: 1)
    print("created, with the secret \(created.plainToken):")
    show(created.token)

    // The new token is a credential like any other.
    let successor = try Client(
        credential: .pat(created.plainToken.expose()),
        options: ClientOptions(managementURL: client.managementURL)
    )
    print("it authenticates \(try await successor.currentUser().id)")

    try await client.deleteToken(created.token.id)
    let check = try await successor.checkCredential()
    print("revoked; the server now says: \(check.state)")
    await client.close()
} catch let error as NetBirdError {
    FileHandle.standardError.write(Data("error: \(error.message)\n".utf8))
    exit(error.kind == .configuration ? 2 : 1)
}
