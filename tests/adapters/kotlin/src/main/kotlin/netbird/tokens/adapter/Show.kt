package netbird.tokens.adapter

import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import netbird.tokens.CredentialCheck
import netbird.tokens.NetBirdException
import netbird.tokens.Token
import netbird.tokens.User
import org.json.JSONObject

/** The pattern truncates the fraction and does not round it. */
private val TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC)

fun show(time: Instant?): Any = time?.let(TIME::format) ?: JSONObject.NULL

/** A token, and what the library computes for `now` if that is given. */
fun showToken(token: Token, args: JSONObject): JSONObject {
    val shown = showToken(token)
    if (args.has("now")) {
        val now = Instant.parse(args.getString("now"))
        shown.put("is_expired", token.isExpired(now)).put("days_left", token.daysLeft(now))
    }
    return shown
}

/** A token as the API names its fields. */
private fun showToken(token: Token): JSONObject =
    JSONObject()
        .put("id", token.id)
        .put("name", token.name)
        .put("expiration_date", show(token.expirationDate))
        .put("created_at", show(token.createdAt))
        .put("created_by", token.createdBy)
        .put("last_used", show(token.lastUsed))
        .put("user_id", token.userId)

/** A user as the API names its fields. */
fun show(user: User): JSONObject =
    JSONObject()
        .put("id", user.id)
        .put("name", user.name)
        .put("email", user.email)
        .put("role", user.role.text)
        .put("status", user.status.text)
        .put("is_current", user.isCurrent)
        .put("is_service_user", user.isServiceUser)
        .put("is_blocked", user.isBlocked)
        .put("pending_approval", user.pendingApproval)
        .put("last_login", show(user.lastLogin))

/** What is known about a credential, but for the token. */
fun showCheck(check: CredentialCheck): JSONObject =
    JSONObject()
        .put("state", check.state.name.lowercase())
        .put("kind", check.kind.name.lowercase())
        .put("user", check.user?.let(::show) ?: JSONObject.NULL)
        .put("expires_at", show(check.expiresAt))
        .put("error", check.error?.let(::show) ?: JSONObject.NULL)

/** The error's public fields. */
fun show(error: NetBirdException): JSONObject =
    error(error.kind.name.lowercase(), error.code, error.message)
        .put("status", error.status ?: JSONObject.NULL)
        .put("server_message", error.serverMessage ?: JSONObject.NULL)
        .put("request_id", error.requestId ?: JSONObject.NULL)
        .put("retryable", error.retryable)
        .put("attempts", error.attempts)
        .put("retry_after_ms", error.retryAfter?.inWholeMilliseconds ?: JSONObject.NULL)
        .put("candidate_token_ids", error.candidateTokenIds)
        .put("token_name", error.tokenName ?: JSONObject.NULL)

/** An error that does not come from the library. */
fun error(kind: String, code: Int, message: String?): JSONObject =
    JSONObject()
        .put("kind", kind)
        .put("code", code)
        .put("message", message)
        .put("status", JSONObject.NULL)
        .put("server_message", JSONObject.NULL)
        .put("request_id", JSONObject.NULL)
        .put("retryable", false)
        .put("attempts", 0)
        .put("retry_after_ms", JSONObject.NULL)
        .put("candidate_token_ids", emptyList<String>())
        .put("token_name", JSONObject.NULL)
