import NetBirdTokens

/// A call of a client's, of a login's or of a session's.
struct Request: Sendable {
    let operation: String?
    let args: Arguments
    let client: Client?
    let credential: Credential?
    let login: DeviceLogin?
    let session: LoginSession?
    let exported: String?

    func operate() async throws -> Outcome {
        switch operation {
        case "start_login": return .login(try await begin(args))
        case "login_poll": return try await login?.poll().map(Outcome.session) ?? .undecided
        case "login_wait":
            guard let login else { throw Refused("there is no such login") }
            return .session(try await login.wait())
        case "session_refresh":
            guard let session else { throw Refused("there is no such session") }
            try await session.refresh()
            return .refreshed(session)
        case "session_restore": return .session(try restore(exported ?? "", args))
        default:
            guard let client else { throw Refused("there is no such client") }
            return try await operate(client)
        }
    }

    private func operate(_ client: Client) async throws -> Outcome {
        let userID = try args.text("user_id")
        let token = try args.text("token_id") ?? ""
        switch operation {
        case "list_tokens": return .tokens(try await client.listTokens(userID: userID))
        case "get_token": return .token(try await client.getToken(token, userID: userID))
        case "create_token":
            let created = try await client.createToken(
                name: args.text("name") ?? "",
                expiresInDays: args.wholeNumber("expires_in_days"),
                tag: args.flag("tag") ?? false,
                userID: userID
            )
            return .created(created)
        case "delete_token":
            try await client.deleteToken(token, userID: userID)
            return .nothing
        case "current_user": return .user(try await client.currentUser())
        case "list_users": return .users(try await client.listUsers())
        case "check_credential": return .check(try await client.checkCredential())
        case "rotate_token": return .rotation(try await rotate(client, args))
        case "resume_rotation":
            let plain = try args.text("plain_token").map { try Secret($0) }
            return .record(try await client.resumeRotation(record(args), plainToken: plain))
        case "audit_tokens": return .audited(try await audit(client, args))
        case "set_credential":
            guard let credential else { throw Refused("there is no credential") }
            try client.setCredential(credential)
            return .nothing
        default: throw Unsupported(command: ["cmd": "call", "operation": operation ?? ""])
        }
    }
}
