package netbird.tokens.adapter

import netbird.tokens.DeviceLogin
import netbird.tokens.LoginOptions
import netbird.tokens.LoginSession
import netbird.tokens.Secret
import netbird.tokens.startLogin
import netbird.tokens.startLoginBlocking
import org.json.JSONObject

/** The operations about logins. */
val LOGIN_OPERATIONS = listOf(
    "start_login", "login_poll", "login_wait", "session_refresh", "session_export", "session_restore",
)

/** The logins that have begun, and the sessions. */
class Logins(private val secrets: MutableList<Secret>) {
    private val begun = mutableListOf<DeviceLogin>()
    private val sessions = mutableListOf<LoginSession>()

    /** One of [LOGIN_OPERATIONS]. */
    suspend fun run(operation: String, args: JSONObject): Any =
        when (operation) {
            "start_login" -> kept(startLogin(clientOptions(args.getJSONObject("options")), loginOptions(args)))
            "login_poll" -> login(args).poll()?.let(::kept) ?: JSONObject.NULL
            "login_wait" -> kept(login(args).wait())
            "session_refresh" -> session(args).also { it.refresh() }.let { show(it, args.getString("session")) }
            "session_export" -> export(session(args))
            else -> kept(LoginSession.restore(exported(args), clientOptions(args.getJSONObject("options"))))
        }

    /** Those that are interrupted. */
    fun runBlocking(operation: String, args: JSONObject): Any =
        when (operation) {
            "start_login" -> kept(startLoginBlocking(clientOptions(args.getJSONObject("options")), loginOptions(args)))
            "login_wait" -> kept(login(args).waitBlocking())
            else -> throw UnsupportedOperationException("$operation cannot be interrupted")
        }

    /** The session that the arguments name. */
    fun session(args: JSONObject): LoginSession =
        checkNotNull(sessions.getOrNull(args.getString("session").toInt())) { "no such session" }

    private fun login(args: JSONObject): DeviceLogin =
        checkNotNull(begun.getOrNull(args.getString("login").toInt())) { "no such login" }

    private fun loginOptions(args: JSONObject): LoginOptions =
        LoginOptions().apply {
            issuer = args.optString("issuer", null)
            clientId = args.optString("client_id", null)
            audience = args.optString("audience", null)
            scope = args.optString("scope", null)
            endpointHost = args.optString("endpoint_host", null)
        }

    private fun exported(args: JSONObject): String =
        if (args.has("secret")) secrets[args.getString("secret").toInt()].expose() else args.optString("text")

    private fun export(session: LoginSession): JSONObject {
        secrets += session.export()
        return JSONObject().put("text", secrets.last().toString()).put("secret", "${secrets.lastIndex}")
    }

    private fun kept(login: DeviceLogin): JSONObject {
        begun += login
        return JSONObject().put("login", "${begun.lastIndex}").put("verification_uri", login.verificationUri)
            .put("verification_uri_complete", login.verificationUriComplete ?: JSONObject.NULL)
            .put("user_code", login.userCode).put("expires_at", show(login.expiresAt))
            .put("interval_ms", login.interval.inWholeMilliseconds)
    }

    private fun kept(session: LoginSession): JSONObject {
        sessions += session
        return show(session, "${sessions.lastIndex}")
    }

    private fun show(session: LoginSession, handle: String): JSONObject =
        JSONObject().put("session", handle).put("management_url", session.managementUrl).put("issuer", session.issuer)
            .put("expires_at", show(session.expiresAt)).put("needs_refresh", session.needsRefresh)
}
