import Foundation
import NetBirdTokens

/// An argument that Swift's types do not allow.
struct Refused: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// A command that this adapter does not know.
struct Unsupported: Error {
    let message: String
    init(command: [String: Any]) {
        message = "no such command: \(command["cmd"] ?? "") \(command["operation"] ?? "")"
    }
}

func shown(_ token: Token, _ args: Arguments) throws -> [String: Any] {
    var fields: [String: Any] = [
        "id": token.id, "name": token.name, "expiration_date": shown(token.expirationDate),
        "created_at": shown(token.createdAt), "created_by": token.createdBy,
        "last_used": token.lastUsed.map(shown) ?? NSNull(), "user_id": token.userID,
    ]
    if let now = try args.text("now") {
        let now = try instant(now)
        fields["is_expired"] = token.isExpired(at: now)
        fields["days_left"] = token.daysLeft(at: now)
    }
    return fields
}

func shown(_ user: User) -> [String: Any] {
    [
        "id": user.id, "name": user.name, "email": user.email, "role": user.role.rawValue, "status": user.status.rawValue,
        "is_current": user.isCurrent, "is_service_user": user.isServiceUser, "is_blocked": user.isBlocked,
        "pending_approval": user.pendingApproval, "last_login": user.lastLogin.map(shown) ?? NSNull(),
    ]
}

func shown(_ check: CredentialCheck, _ args: Arguments) throws -> [String: Any] {
    [
        "state": check.state.rawValue, "kind": check.kind.rawValue, "user": check.user.map(shown) ?? NSNull(),
        "token": try check.token.map { try shown($0, args) } ?? NSNull(),
        "expires_at": check.expiresAt.map(shown) ?? NSNull(), "error": check.error.map(shown) ?? NSNull(),
    ]
}

func shown(_ error: any Error) -> [String: Any] {
    switch error {
    case let error as NetBirdError:
        return [
            "kind": error.kind.name, "code": error.code, "message": error.message, "status": error.status ?? NSNull(),
            "server_message": error.serverMessage ?? NSNull(), "request_id": error.requestID ?? NSNull(),
            "retryable": error.retryable, "retry_after_ms": error.retryAfter.map(milliseconds) ?? NSNull(),
            "attempts": error.attempts, "candidate_token_ids": error.candidateTokenIDs,
            "token_name": error.tokenName ?? NSNull(),
        ]
    case let error as Unsupported:
        return ["kind": "unsupported", "code": 0, "message": error.message]
    default:
        return [
            "kind": "invalid_argument", "code": 1, "message": (error as? Refused)?.message ?? "\(error)",
            "status": NSNull(), "server_message": NSNull(), "request_id": NSNull(), "retryable": false,
            "retry_after_ms": NSNull(), "attempts": 0, "candidate_token_ids": [String](), "token_name": NSNull(),
        ]
    }
}

private func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
}

/// In UTC with six digits.
func shown(_ date: Date) -> String {
    // Whole seconds and the rest apart: the formatters keep milliseconds only.
    let microseconds = Int64((date.timeIntervalSinceReferenceDate * 1_000_000).rounded())
    let (second, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let (whole, fraction) = rest < 0 ? (second - 1, rest + 1_000_000) : (second, rest)
    let text = Date(timeIntervalSinceReferenceDate: Double(whole)).formatted(.iso8601)
    let digits = String(fraction)
    return "\(text.dropLast()).\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
}

/// The instant that an RFC 3339 text names, fraction included.
private func instant(_ text: String) throws -> Date {
    guard let match = text.wholeMatch(of: /([^.]*?)(\.[0-9]+)?(Z|[+-][0-9:]+)/) else {
        throw Refused("\(text) is not an RFC 3339 time")
    }
    let seconds = try Date("\(match.1)\(match.3)", strategy: .iso8601)
    return seconds.addingTimeInterval(match.2.flatMap { Double($0) } ?? 0)
}
