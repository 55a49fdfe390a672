import Foundation
import NetBirdTokens

/// The logins that have begun, and the sessions.
struct Logins {
    static let operations = [
        "start_login", "login_poll", "login_wait", "session_refresh", "session_export", "session_restore",
    ]

    private var begun: [DeviceLogin] = []
    private var sessions: [LoginSession] = []

    /// Keeps a login, and prints it.
    mutating func keep(_ login: DeviceLogin) throws -> [String: Any] {
        begun.append(login)
        let (seconds, attoseconds) = try login.interval.components
        return [
            "login": "\(begun.count - 1)", "verification_uri": login.verificationURI,
            "verification_uri_complete": login.verificationURIComplete ?? NSNull(), "user_code": login.userCode,
            "expires_at": shown(login.expiresAt), "interval_ms": seconds * 1_000 + attoseconds / 1_000_000_000_000_000,
        ]
    }

    /// Keeps a session, and prints it.
    mutating func keep(_ session: LoginSession) throws -> [String: Any] {
        sessions.append(session)
        return try shown(session, "\(sessions.count - 1)")
    }

    /// The login that the arguments name.
    func login(_ args: Arguments) throws -> DeviceLogin {
        guard let at = Int(try args.text("login") ?? ""), begun.indices.contains(at) else { throw Refused("there is no such login") }
        return begun[at]
    }

    /// The session that the arguments name.
    func session(_ args: Arguments) throws -> LoginSession {
        guard let at = Int(try args.text("session") ?? ""), sessions.indices.contains(at) else {
            throw Refused("there is no such session")
        }
        return sessions[at]
    }

    /// The session that the arguments name, if they name one.
    func givenSession(_ args: Arguments) throws -> LoginSession? {
        try args.text("session") == nil ? nil : session(args)
    }

    /// The credential that the arguments give: a session's or another one.
    func credential(_ args: Arguments) throws -> Credential? {
        try givenSession(args).map { try $0.credential } ?? args.credential()
    }
}

/// Begins a login with the options in the arguments.
func begin(_ args: Arguments) async throws -> DeviceLogin {
    let options = try args.object("options")
    return try await startLogin(
        options: clientOptions(options),
        login: LoginOptions(
            issuer: args.text("issuer"),
            clientID: args.text("client_id"),
            audience: args.text("audience"),
            scope: args.text("scope"),
            endpointHost: args.text("endpoint_host")
        ),
        fromEnv: options.flag("from_env") ?? false
    )
}

/// Takes up a session with the options in the arguments.
func restore(_ text: String, _ args: Arguments) throws -> LoginSession {
    try LoginSession(restoring: text, options: clientOptions(args.object("options")))
}

/// A session under its handle.
func shown(_ session: LoginSession, _ handle: String) throws -> [String: Any] {
    [
        "session": handle, "management_url": session.managementURL, "issuer": session.issuer,
        "expires_at": shown(try session.expiresAt), "needs_refresh": try session.needsRefresh,
    ]
}
