import Foundation
import NetBirdTokens

/// The protocol's commands.
@MainActor
final class Adapter {
    nonisolated static let operations = [
        "list_tokens", "get_token", "create_token", "delete_token", "current_user", "list_users", "check_credential",
        "set_credential", "expose", "secret_equals", "rotate_token", "resume_rotation", "audit_tokens",
    ] + Rotations.operations + Logins.operations
    nonisolated static let options = [
        "management_url", "pat", "bearer", "detect", "session", "from_env", "connect_timeout_ms", "read_timeout_ms", "timeout_ms",
        "max_retries", "retry_base_delay_ms", "retry_max_delay_ms", "max_response_bytes", "allow_insecure_http", "ca_pem",
        "proxy", "proxy_from_env", "user_agent", "on_unknown", "token_file", "cancel_after_ms",
        "cancel_file", "login_without_credential",
    ]

    private var clients: [String: Client] = [:]
    private var secrets: [Secret] = []
    private var rotations = Rotations()
    private var logins = Logins()

    func run(_ command: [String: Any]) async throws -> Any {
        let name = command["client"] as? String ?? ""
        switch command["cmd"] as? String {
        case "hello":
            return [
                "adapter": "swift", "version": "0.1.0", "operations": Self.operations, "options": Self.options,
            ]
        case "new_client":
            let options = Arguments(command["options"])
            clients[name] = try makeClient(options, logins.credential(options))
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
        case "session_export":
            secrets.append(try logins.session(args).export())
            return ["text": "\(secrets[secrets.count - 1])", "secret": "s\(secrets.count - 1)"]
        case let operation? where Rotations.operations.contains(operation): return try await step(operation, args)
        default: break
        }
        let command = Arguments(command)
        let operation = try command.text("operation")
        let request = Request(
            operation: operation,
            args: args,
            client: client,
            credential: operation == "set_credential" ? try logins.credential(args) : nil,
            login: try args.text("login").map { _ in try logins.login(args) },
            session: operation?.hasPrefix("session_") == true ? try logins.givenSession(args) : nil,
            exported: operation == "session_restore" ? try exported(args) : nil
        )
        let (after, file) = (try command.wholeNumber("cancel_after_ms"), try command.text("cancel_file"))
        guard after != nil || file != nil else { return try answer(await request.operate(), args) }
        // As a program does it: the call is a task, and something else cancels that.
        let call = Task { try await request.operate() }
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
        case .created(let created): return try answer(created.token, created.plainToken, args)
        case .record(let record): return ["record": try shown(record)]
        case .audited(let audited): return try shown(audited, args)
        case .login(let login): return try logins.keep(login)
        case .session(let session): return try logins.keep(session)
        case .refreshed(let session): return try shown(session, args.text("session") ?? "")
        case .undecided: return NSNull()
        case .rotation(let rotation):
            let more: [String: Any] = [
                "rotation": rotations.keep(rotation), "old_token": try shown(rotation.oldToken, args),
            ]
            return try answer(rotation, args).merging(more) { $1 }
        }
    }

    /// A new token; its secret is kept under a handle.
    private func answer(_ token: Token, _ secret: Secret, _ args: Arguments) throws -> [String: Any] {
        secrets.append(secret)
        return ["token": try shown(token, args), "plain_token": "\(secret)", "secret": "s\(secrets.count - 1)"]
    }

    /// A rotation's new token, if there is one, and its record.
    private func answer(_ rotation: Rotation, _ args: Arguments) throws -> [String: Any] {
        let none: [String: Any] = ["token": NSNull(), "plain_token": NSNull(), "secret": NSNull()]
        let token = try rotation.token.map { try answer($0, rotation.plainToken, args) } ?? none
        return token.merging(["record": try shown(rotation.record)]) { $1 }
    }

    /// A step of a rotation that has begun.
    private func step(_ operation: String, _ args: Arguments) async throws -> Any {
        let rotation = try rotations.rotation(args)
        switch operation {
        case "rotation_create":
            try await rotation.create()
            return try answer(rotation, args)
        case "rotation_drop":
            try rotations.drop(args)
            return [String: Any]()
        case "rotation_mark_stored": try rotation.markStored()
        case "rotation_commit": try await rotation.commit(keepOld: args.flag("keep_old") ?? false)
        case "rotation_abort": try await rotation.abort()
        default: break
        }
        return ["record": try shown(rotation.record)]
    }

    /// The text of an exported session.
    private func exported(_ args: Arguments) throws -> String {
        try args.text("secret") == nil ? args.text("text") ?? "" : secret(args, "secret").expose()
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
    case rotation(Rotation)
    case record(RotationRecord)
    case audited(Audited)
    case login(DeviceLogin)
    case session(LoginSession)
    case refreshed(LoginSession)
    case undecided
}
