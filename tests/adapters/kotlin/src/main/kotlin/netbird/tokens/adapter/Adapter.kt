package netbird.tokens.adapter

import java.io.File
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlinx.coroutines.runBlocking
import netbird.tokens.Client
import netbird.tokens.CreatedToken
import netbird.tokens.Credential
import netbird.tokens.CredentialCheck
import netbird.tokens.NetBirdException
import netbird.tokens.Secret
import netbird.tokens.Token
import org.json.JSONException
import org.json.JSONObject

private val OPERATIONS = listOf(
    "list_tokens", "get_token", "create_token", "delete_token", "current_user", "list_users", "check_credential",
    "rotate_token", "resume_rotation", "audit_tokens", "set_credential", "expose", "secret_equals",
) + ROTATION_OPERATIONS + LOGIN_OPERATIONS

private val OPTIONS = listOf(
    "management_url", "pat", "bearer", "detect", "session", "from_env", "connect_timeout_ms", "read_timeout_ms", "timeout_ms",
    "max_retries", "retry_base_delay_ms", "retry_max_delay_ms", "max_response_bytes", "allow_insecure_http", "ca_pem",
    "proxy", "proxy_from_env", "user_agent", "on_unknown", "token_file", "cancel_after_ms", "cancel_file",
    "login_without_credential",
)

/** Calls the public API as any Kotlin program would, and shows what it got. */
class Adapter {
    private val clients = mutableMapOf<String, Client>()
    private val secrets = mutableListOf<Secret>()
    private val rotations = Rotations(secrets)
    private val logins = Logins(secrets)

    /** The answer to one line. */
    fun answer(line: String): JSONObject {
        val command = JSONObject(line)
        val answer = JSONObject().put("id", command.get("id"))
        return try {
            answer.put("ok", run(command))
        } catch (unsupported: UnsupportedOperationException) {
            answer.put("error", error("unsupported", 0, unsupported.message))
        } catch (error: NetBirdException) {
            answer.put("error", show(error))
        } catch (closed: IllegalStateException) {
            answer.put("error", error("invalid_argument", 1, closed.message))
        } catch (wrongType: JSONException) {
            answer.put("error", error("invalid_argument", 1, wrongType.message))
        } catch (outOfRange: ArithmeticException) {
            answer.put("error", error("invalid_argument", 1, outOfRange.message))
        }
    }

    private fun run(command: JSONObject): Any {
        val name = command.optString("client")
        return when (command.getString("cmd")) {
            "hello" -> JSONObject().put("adapter", "kotlin").put("version", Client::class.java.`package`.implementationVersion)
                .put("operations", OPERATIONS).put("options", OPTIONS)
            "new_client" -> done { clients.put(name, newClient(command.getJSONObject("options")))?.close() }
            "close" -> done { clients.getValue(name).close() }
            "call" -> {
                val call = Call(clients[name], command.getString("operation"), command.getJSONObject("args"))
                when {
                    command.has("cancel_after_ms") -> call.interrupted { it.join(command.getLong("cancel_after_ms")) }
                    command.has("cancel_file") -> call.interrupted {
                        val file = File(command.getString("cancel_file"))
                        while (it.isAlive && !file.exists()) it.join(5)
                    }
                    else -> runBlocking { call.awaited() }
                }
            }
            else -> throw UnsupportedOperationException("no such command: ${command.getString("cmd")}")
        }
    }

    private fun newClient(given: JSONObject): Client {
        val options = clientOptions(given)
        return credential(given)?.use { Client(it, options) } ?: Client(options)
    }

    private fun credential(given: JSONObject): Credential? =
        when {
            given.has("session") -> logins.session(given).credential()
            given.has("pat") -> Credential.pat(given.getString("pat"))
            given.has("bearer") -> Credential.bearer(given.getString("bearer"))
            given.has("detect") -> Credential.detect(given.getString("detect"))
            else -> null
        }

    private fun secret(handle: String): Secret = secrets[handle.toInt()]

    /** One operation on one client, or on a login. */
    private inner class Call(client: Client?, private val operation: String, private val args: JSONObject) {
        private val client: Client by lazy { checkNotNull(client) { "no such client" } }
        private val userId: String? = args.optString("user_id", null)
        private val tokenId: String by lazy { args.getString("token_id") }
        private val name: String by lazy { args.getString("name") }
        private val tag: Boolean = args.optBoolean("tag")

        private val days: Int? by lazy { args.days() }

        suspend fun awaited(): Any =
            when (operation) {
                "list_tokens" -> client.listTokens(userId).map { show(it) }
                "get_token" -> show(client.getToken(tokenId, userId))
                "create_token" -> show(client.createToken(name, days, userId, tag))
                "delete_token" -> done { client.deleteToken(tokenId, userId) }
                "current_user" -> show(client.currentUser())
                "list_users" -> client.listUsers().map { show(it) }
                "check_credential" -> show(client.checkCredential())
                "rotate_token" -> rotations.begin(client, args)
                "resume_rotation" -> resume(client, args)
                "audit_tokens" -> audit(client, args)
                in ROTATION_OPERATIONS -> rotations.run(operation, args)
                in LOGIN_OPERATIONS -> logins.run(operation, args)
                "set_credential" -> done { checkNotNull(credential(args)).use { client.setCredential(it) } }
                "expose" -> secret(args.getString("secret")).expose()
                "secret_equals" -> secret(args.getString("secret")) == secret(args.getString("other"))
                else -> throw UnsupportedOperationException("no such operation: $operation")
            }

        /**
         * An interrupted blocking call ends with the library's own error. (A cancelled coroutine ends with Kotlin's
         * `CancellationException`, which has none of the fields that are shown here; the package's own tests cover it.)
         */
        fun interrupted(waitUntil: (Thread) -> Unit): Any {
            val outcome = AtomicReference<Result<Any>>()
            val caller = thread { outcome.set(runCatching { blocking() }) }
            waitUntil(caller)
            caller.interrupt()
            caller.join()
            return outcome.get().getOrThrow()
        }

        private fun blocking(): Any =
            when (operation) {
                "list_tokens" -> client.listTokensBlocking(userId).map { show(it) }
                "get_token" -> show(client.getTokenBlocking(tokenId, userId))
                "create_token" -> show(client.createTokenBlocking(name, days, userId, tag))
                "delete_token" -> done { client.deleteTokenBlocking(tokenId, userId) }
                "current_user" -> show(client.currentUserBlocking())
                "list_users" -> client.listUsersBlocking().map { show(it) }
                "check_credential" -> show(client.checkCredentialBlocking())
                "rotate_token" -> rotations.beginBlocking(client, args)
                "resume_rotation" -> resumeBlocking(client, args)
                "audit_tokens" -> auditBlocking(client, args)
                in LOGIN_OPERATIONS -> logins.runBlocking(operation, args)
                else -> throw UnsupportedOperationException("$operation cannot be interrupted")
            }

        private fun show(created: CreatedToken): JSONObject {
            secrets += created.plainToken
            return JSONObject().put("token", show(created.token)).put("plain_token", created.plainToken.toString())
                .put("secret", "${secrets.lastIndex}")
        }

        private fun show(check: CredentialCheck): JSONObject =
            showCheck(check).put("token", check.token?.let { show(it) } ?: JSONObject.NULL)

        private fun show(token: Token): JSONObject = showToken(token, args)
    }
}

/** Kotlin's parameter is an Int: a number that is not one does not compile there and is refused here. */
fun JSONObject.days(): Int? = if (has(DAYS)) getBigDecimal(DAYS).intValueExact() else null

private const val DAYS = "expires_in_days"

/** An empty result. */
private inline fun done(action: () -> Unit): JSONObject {
    action()
    return JSONObject()
}
