package netbird.tokens.adapter

import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.flow.toList
import netbird.tokens.Audit
import netbird.tokens.AuditOptions
import netbird.tokens.AuditSummary
import netbird.tokens.Client
import netbird.tokens.UserAudit
import org.json.JSONObject

/** An audit, awaited to its end. */
suspend fun audit(client: Client, args: JSONObject): JSONObject =
    client.auditTokens { set(args) }.let { audit -> show(audit, audit.users.toList(), args) }

/** An audit, with a thread that blocks to its end. */
fun auditBlocking(client: Client, args: JSONObject): JSONObject =
    client.auditTokensBlocking { set(args) }.use { audit -> show(audit, audit.usersBlocking().toList(), args) }

private fun AuditOptions.set(args: JSONObject) {
    fun duration(name: String): Duration? = if (args.has(name)) args.getLong(name).milliseconds else null
    expiringWithin = duration("expiring_within_ms")
    unusedFor = duration("unused_for_ms")
    timeLimit = duration("time_limit_ms")
    concurrency = if (args.has("concurrency")) args.getBigDecimal("concurrency").intValueExact() else null
}

private fun show(audit: Audit, users: List<UserAudit>, args: JSONObject): JSONObject =
    JSONObject().put("users", users.sortedBy { it.user.id }.map { show(it, args) }).put("summary", show(audit.summary))

private fun show(audited: UserAudit, args: JSONObject): JSONObject =
    JSONObject()
        .put("user", show(audited.user))
        .put(
            "tokens",
            audited.tokens.map { found ->
                JSONObject()
                    .put("token", showToken(found.token, args))
                    .put("state", found.state.name.lowercase())
                    .put("findings", found.findings.map { it.name.lowercase() })
                    .put("reason", found.reason)
            },
        )
        .put("error", audited.error?.let(::show) ?: JSONObject.NULL)

private fun show(summary: AuditSummary): JSONObject =
    JSONObject()
        .put("users", summary.users)
        .put("audited", summary.audited)
        .put("failed", summary.failed)
        .put("not_reached", summary.notReached)
        .put("other_people", summary.otherPeople)
        .put("tokens", summary.tokens)
        .put("expired", summary.expired)
        .put("expiring", summary.expiring)
        .put("unused", summary.unused)
        .put("never_used", summary.neverUsed)
        .put("healthy", summary.healthy)
        .put("is_complete", summary.isComplete)
