package netbird.tokens.testing

import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import netbird.tokens.Client
import netbird.tokens.ClientOptions
import netbird.tokens.Credential

/**
 * A NetBird token server for tests: the command `netbird-tokens mock-server` in a process of its own, which ends with [close]. It
 * behaves as a real server of the current version and forgets everything when it ends.
 *
 * ```
 * MockNetBird().use { mock ->
 *     mock.client().use { client -> println(client.listTokensBlocking()) }
 * }
 * ```
 *
 * The program is found by, in this order: the argument, the system property `netbird.tokens.program`, the environment variable
 * `NETBIRD_TOKENS_PROGRAM`, the `PATH`. Any number of threads may use one server.
 *
 * @param program the path of the program `netbird-tokens`; null to look for it
 * @param world who exists and what goes wrong, as JSON (`netbird-tokens mock-server --help` says where its form is); null for a few users
 *   with a few tokens
 * @throws IllegalStateException when there is no program, or it does not start
 */
public class MockNetBird @JvmOverloads constructor(program: String? = null, world: String? = null) : AutoCloseable {
    private val process: Process
    private val http = HttpClient.newHttpClient()

    /** Where the API is: the management URL. */
    public val url: String

    /** Where [control] sends its requests. */
    public val controlUrl: String

    /** A token of the first user, which works only here. */
    public val pat: String

    /** The first user's id. */
    public val userId: String

    init {
        val words = mutableListOf(program ?: find(), "mock-server", "--output", "json", "--until-stdin-closes")
        val file = world?.let { text -> File.createTempFile("world", ".json").apply { writeText(text) } }
        if (file != null) words += listOf("--world", file.path)
        try {
            process = ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val ready = try {
                firstLine().also { line -> NEEDED.forEach { line.field(it) } }
            } catch (failed: IllegalStateException) {
                process.destroyForcibly()
                throw failed
            }
            url = ready.field("url")
            controlUrl = ready.field("control_url")
            pat = ready.field("plain")
            userId = ready.field("user_id")
        } finally {
            file?.delete()
        }
    }

    /** One line of JSON, whose texts need no escapes. */
    private fun firstLine(): String {
        val line = CompletableFuture.supplyAsync { process.inputStream.bufferedReader().readLine().orEmpty() }
        return try {
            line.get(STARTS_WITHIN_SECONDS, TimeUnit.SECONDS)
        } catch (late: TimeoutException) {
            throw IllegalStateException("the mock server did not start: it says nothing", late)
        }
    }

    /**
     * A client of this server, with the credential of the first user. Proxies of the environment do not apply to it.
     *
     * @param configure sets more options
     * @return the client
     */
    @JvmSynthetic
    public fun client(configure: ClientOptions.() -> Unit): Client = client(options().apply(configure))

    /**
     * A client of this server, with the credential of the first user.
     *
     * @param options those of the client, see [options]
     * @return the client
     */
    @JvmOverloads
    public fun client(options: ClientOptions = options()): Client = Credential.pat(pat).use { Client(it, options) }

    /**
     * Options with the server's address and without the environment's proxies.
     *
     * @return the options, to be changed
     */
    public fun options(): ClientOptions =
        ClientOptions().apply {
            managementUrl = url
            proxyFromEnv = false
        }

    /**
     * Approves a login that has begun, as the person would in a browser.
     *
     * @param userCode the code of the login
     * @param userId who approves it; by default the first user
     */
    @JvmOverloads
    public fun approveLogin(userCode: String, userId: String = this.userId) {
        val escaped = userId.replace("\\", "\\\\").replace("\"", "\\\"")
        control("POST", "/logins/$userCode/approve", "{\"user_id\": \"$escaped\"}")
    }

    /**
     * Has something go wrong with a coming request.
     *
     * @param json the fault: `{"method": "POST", "action": {"drop_after": {}}}` acts on the next create and loses its answer;
     *   `{"action": {"answer": {"status": 503}}}` answers the next request with that status
     */
    public fun fault(json: String) {
        control("POST", "/faults", json)
    }

    /** Forgets all faults that are still to come. */
    public fun clearFaults() {
        control("DELETE", "/faults")
    }

    /**
     * Asks the server's control API.
     *
     * @param method `GET`, `POST`, `PUT` or `DELETE`
     * @param path for example `/requests` or `/users/alice/tokens`
     * @param body JSON, or empty
     * @return the answer, as JSON
     * @throws IllegalStateException when the answer is not 200
     */
    @JvmOverloads
    public fun control(method: String, path: String, body: String = ""): String {
        val request = HttpRequest.newBuilder(URI(controlUrl + path)).method(method, BodyPublishers.ofString(body)).build()
        val answer = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() == OK) { "$method $path: ${answer.body()}" }
        return answer.body()
    }

    /** Ends the server. */
    override fun close() {
        process.outputStream.close()
        if (!process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly()
    }

    override fun toString(): String = "MockNetBird($url)"

    private fun String.field(name: String): String {
        val found = Regex("\"$name\": ?\"([^\"]*)\"").find(this)
        return checkNotNull(found) { "the mock server did not start: it says \"$this\"" }.groupValues[1]
    }

    private companion object {
        const val OK = 200
        const val STARTS_WITHIN_SECONDS = 30L
        const val ENDS_WITHIN_SECONDS = 10L
        val NEEDED = listOf("url", "control_url", "plain", "user_id")
        const val NAME = "netbird-tokens"

        fun find(): String {
            val named = System.getProperty("netbird.tokens.program") ?: System.getenv("NETBIRD_TOKENS_PROGRAM")
            if (named != null) return named
            val folders = System.getenv("PATH").orEmpty().split(File.pathSeparator)
            val names = listOf(NAME, "$NAME.exe")
            val found = folders.asSequence().flatMap { folder -> names.map { File(folder, it) } }.firstOrNull { it.isFile && it.canExecute() }
            return checkNotNull(found) {
                "there is no $NAME: install the command line, or name it in NETBIRD_TOKENS_PROGRAM or the system property " +
                    "netbird.tokens.program"
            }.path
        }
    }
}
