import Foundation
import NetBirdTokens

/// The protocol's commands.
@MainActor
final class Adapter {
    nonisolated static let operations = [
        "list_tokens", "get_token", "create_token", "delete_token", "current_user", "list_users", "check_credential",
        "set_credential", "expose", "secret_equals",
    ]
    nonisolated static let options = [
        "management_url", "pat", "bearer", "detect", "from_env", "connect_timeout_ms", "read_timeout_ms", "timeout_ms",
        "max_retries", "retry_base_delay_ms", "retry_max_delay_ms", "max_response_bytes", "allow_insecure_http", "ca_pem",
        "proxy", "proxy_from_env", "user_agent", "on_unknown", "token_file", "cancel_after_ms",
        "cancel_file",
    ]

    private var clients: [String: Client] = [:]
    private var secrets: [Secret] = []

    func run(_ command: [String: Any]) async throws -> Any {
        let name = command["client"] as? String ?? ""
        switch command["cmd"] as? String {
        case "hello":
            return [
                "adapter": "swift", "version": "0.1.0", "operations": Self.operations, "options": Self.options,
            ]
        case "new_client":
            clients[name] = try makeClient(Arguments(command["options"]))
            return [String: Any]()
        case "close":
            await clients[name]?.close()
            return [String: Any]()
        case "call":
            return try await call(command, clients[name])
        default:
            throw Unsupported(command: command)
        }
    }

    private func call(_ command: [String: Any], _ client: Client?) async throws -> Any {
        let args = Arguments(command["args"])
        switch command["operation"] as? String {
        case "expose": return try secret(args, "secret").expose()
        case "secret_equals": return try secret(args, "secret") == secret(args, "other")
        default: break
        }
        guard let client else { throw Refused("there is no such client") }
        let command = Arguments(command)
        let request = Request(operation: try command.text("operation"), args: args)
        let (after, file) = (try command.wholeNumber("cancel_after_ms"), try command.text("cancel_file"))
        guard after != nil || file != nil else { return try answer(await request.operate(client), args) }
        // As a program does it: the call is a task, and something else cancels that.
        let call = Task { try await request.operate(client) }
        let canceller = Task {
            if let after { try await Task.sleep(for: .milliseconds(after)) }
            while let file, !FileManager.default.fileExists(atPath: file) { try await Task.sleep(for: .milliseconds(5)) }
            call.cancel()
        }
        defer { canceller.cancel() }
        return try answer(await call.value, args)
    }

    /// What the protocol prints of a result.
    private func answer(_ result: Outcome, _ args: Arguments) throws -> Any {
        switch result {
        case .nothing: return [String: Any]()
        case .token(let token): return try shown(token, args)
        case .tokens(let tokens): return try tokens.map { try shown($0, args) }
        case .user(let user): return shown(user)
        case .users(let users): return users.map(shown)
        case .check(let check): return try shown(check, args)
        case .created(let created):
            secrets.append(created.plainToken)
            return [
                "token": try shown(created.token, args), "plain_token": "\(created.plainToken)",
                "secret": "s\(secrets.count - 1)",
            ] as [String: Any]
        }
    }

    private func secret(_ args: Arguments, _ key: String) throws -> Secret {
        guard let handle = try args.text(key), let index = Int(handle.dropFirst()), secrets.indices.contains(index) else {
            throw Refused("there is no such secret")
        }
        return secrets[index]
    }
}

/// What a call gave.
enum Outcome: Sendable {
    case nothing
    case token(Token)
    case tokens([Token])
    case created(CreatedToken)
    case user(User)
    case users([User])
    case check(CredentialCheck)
}

/// A call of the client's.
struct Request: Sendable {
    let operation: String?
    let args: Arguments

    func operate(_ client: Client) async throws -> Outcome {
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
        case "set_credential":
            guard let credential = try args.credential() else { throw Refused("there is no credential") }
            try client.setCredential(credential)
            return .nothing
        default: throw Unsupported(command: ["cmd": "call", "operation": operation ?? ""])
        }
    }
}

/// A client with these options.
func makeClient(_ options: Arguments) throws -> Client {
    let milliseconds = { (name: String) in try options.wholeNumber(name).map { Duration.milliseconds($0) } }
    for name in options.names where !Adapter.options.contains(name) { throw Refused("there is no option \(name)") }
    let onUnknown: OnUnknown? =
        switch try options.text("on_unknown") {
        case nil: nil
        case "report": .report
        case "revoke_and_retry": .revokeAndRetry
        case .some(let other): throw Refused("on_unknown cannot be \(other)")
        }
    let clientOptions = ClientOptions(
        tokenFile: try options.text("token_file"),
        managementURL: try options.text("management_url"),
        connectTimeout: try milliseconds("connect_timeout_ms"),
        readTimeout: try milliseconds("read_timeout_ms"),
        timeout: try milliseconds("timeout_ms"),
        maxRetries: try options.wholeNumber("max_retries"),
        retryBaseDelay: try milliseconds("retry_base_delay_ms"),
        retryMaxDelay: try milliseconds("retry_max_delay_ms"),
        maxResponseBytes: try options.wholeNumber("max_response_bytes"),
        allowInsecureHTTP: try options.flag("allow_insecure_http"),
        caPEM: try options.text("ca_pem"),
        proxy: try options.text("proxy"),
        proxyFromEnv: try options.flag("proxy_from_env"),
        userAgent: try options.text("user_agent"),
        onUnknown: onUnknown
    )
    let credential = try options.credential()
    if try options.flag("from_env") == true {
        return try Client.fromEnv(credential: credential, options: clientOptions)
    }
    guard let credential else { return try Client(options: clientOptions) }
    return try Client(credential: credential, options: clientOptions)
}
