import Foundation
import NetBirdTokens

/// An audit that has ended.
struct Audited: Sendable {
    let users: [UserAudit]
    let summary: AuditSummary
}

/// Audits everything, with the options in the arguments.
func audit(_ client: Client, _ args: Arguments) async throws -> Audited {
    let milliseconds = { (name: String) in try args.wholeNumber(name).map { Duration.milliseconds($0) } }
    let audit = try await client.auditTokens(
        expiringWithin: milliseconds("expiring_within_ms"),
        unusedFor: milliseconds("unused_for_ms"),
        concurrency: args.wholeNumber("concurrency"),
        timeLimit: milliseconds("time_limit_ms")
    )
    var users: [UserAudit] = []
    for try await user in audit { users.append(user) }
    return Audited(users: users.sorted { $0.user.id < $1.user.id }, summary: try audit.summary)
}

func shown(_ audited: Audited, _ args: Arguments) throws -> [String: Any] {
    [
        "users": try audited.users.map { user in
            [
                "user": shown(user.user), "error": user.error.map(shown) ?? NSNull(),
                "tokens": try user.tokens.map { token in
                    [
                        "token": try shown(token.token, args), "state": token.state.rawValue,
                        "findings": token.findings.map(\.rawValue), "reason": token.reason,
                    ] as [String: Any]
                },
            ] as [String: Any]
        },
        "summary": shown(audited.summary),
    ]
}

private func shown(_ summary: AuditSummary) -> [String: Any] {
    [
        "users": summary.users, "audited": summary.audited, "failed": summary.failed, "not_reached": summary.notReached,
        "other_people": summary.otherPeople, "tokens": summary.tokens, "expired": summary.expired,
        "expiring": summary.expiring, "unused": summary.unused, "never_used": summary.neverUsed,
        "healthy": summary.healthy, "is_complete": summary.isComplete,
    ]
}
