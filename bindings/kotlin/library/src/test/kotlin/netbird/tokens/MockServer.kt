package netbird.tokens

import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.TimeUnit
import org.json.JSONArray
import org.json.JSONObject

/**
 * The project's mock of NetBird's token server, as a process of its own, with one owner who holds one token, and service users `bot0`,
 * `bot1` … who hold one each. Its identity provider can be polled every second.
 */
class MockServer @JvmOverloads constructor(serviceUsers: Int = 0) : AutoCloseable {
    private val process: Process
    private val control: String
    private val http = HttpClient.newHttpClient()

    /** Where the API is. */
    val url: String

    /** A token that works, of the user [USER]. */
    val pat: String

    init {
        val world = File.createTempFile("world", ".json")
        val token = JSONObject().put("id", "laptop").put("name", "laptop")
        val user = JSONObject().put("id", USER).put("name", "Alice").put("role", "owner").put("tokens", JSONArray().put(token))
        val users = JSONArray().put(user)
        repeat(serviceUsers) { users.put(bot("bot$it")) }
        val provider = JSONObject().put("interval_secs", 1).put("refresh", "works")
        world.writeText(JSONObject().put("users", users).put("identity_provider", provider).toString())
        process =
            ProcessBuilder(System.getProperty("netbird.mock"), "--until-stdin-closes", "--world", world.path)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
        val ready = JSONObject(process.inputStream.bufferedReader().readLine())
        world.delete()
        url = ready.getString("url")
        control = ready.getString("control_url")
        pat = JSONObject(control("GET", "/tokens/laptop/plain")).getString("plain")
    }

    /** A client of it. */
    fun client(configure: ClientOptions.() -> Unit = {}): Client =
        Credential.pat(pat).use {
            Client(it) {
                managementUrl = url
                proxyFromEnv = false
                configure()
            }
        }

    /** The tokens of [USER], as the control API lists them. */
    fun tokens(): List<JSONObject> = JSONArray(control("GET", "/users/$USER/tokens")).map { it as JSONObject }

    /** Their names. */
    fun tokenNames(): List<String> = tokens().map { it.getString("name") }

    /** Something that goes wrong with coming requests, as the control API takes it. */
    fun fault(json: String) {
        control("POST", "/faults", json)
    }

    /** Forgets all faults. */
    fun clearFaults() {
        control("DELETE", "/faults")
    }

    /** Has the next create act, and hold its answer back until [release]. */
    fun holdCreate() = fault("""{"method": "POST", "action": {"hold_answer": {}}}""")

    /** Refuses the next delete, as NetBird does. */
    fun refuseDelete() {
        val json = JSONArray().put(JSONArray().put("Content-Type").put("application/json; charset=UTF-8"))
        val answer = JSONObject().put("status", 403).put("headers", json).put("body", """{"message": "no", "code": 403}""")
        fault("""{"method": "DELETE", "action": {"answer": $answer}}""")
    }

    /** Approves a login as [USER]. */
    fun approveLogin(userCode: String) {
        control("POST", "/logins/$userCode/approve", JSONObject().put("user_id", USER).toString())
    }

    /** Sends the answer that is held back. */
    fun release() {
        control("POST", "/release-held")
    }

    /** The requests that arrived since this was last asked. */
    fun takeRequests(): List<JSONObject> = JSONArray(control("POST", "/requests/take")).map { it as JSONObject }

    /** How many connections this machine has open to it, as the system counts them (Linux). */
    fun connections(): Int {
        val port = "%04X".format(url.substringAfterLast(':').toInt())
        return File("/proc/net/tcp").readLines().count { line ->
            val fields = line.trim().split(Regex("\\s+"))
            fields[2].endsWith(":$port") && fields[3] == ESTABLISHED
        }
    }

    private fun bot(id: String): JSONObject {
        val token = JSONObject().put("id", "$id-token").put("name", "deploy")
        return JSONObject().put("id", id).put("role", "user").put("is_service_user", true).put("tokens", JSONArray().put(token))
    }

    private fun control(method: String, path: String, body: String = ""): String {
        val request = HttpRequest.newBuilder(URI(control + path)).method(method, BodyPublishers.ofString(body)).build()
        val answer = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "$method $path: ${answer.body()}" }
        return answer.body()
    }

    override fun close() {
        process.outputStream.close()
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly()
    }

    companion object {
        const val USER = "alice"
        private const val ESTABLISHED = "01"
    }
}
