package netbird.tokens.bench

import kotlinx.coroutines.runBlocking
import netbird.tokens.Client
import netbird.tokens.Credential
import org.json.JSONObject

private const val DEFAULT_CALLS = 5_000
private const val NANOS_PER_MICRO = 1_000.0

/**
 * Measures a call, one after the other: a list of the tokens of the user `NETBIRD_BENCH_USER`. `NETBIRD_BENCH_URL` is the
 * server, `NETBIRD_BENCH_PAT` the credential, `NETBIRD_BENCH_CALLS` how many calls are measured, after as many to warm up.
 * Prints one line of JSON for each way to call, with the 50th and 99th percentile in microseconds.
 */
fun main() {
    val user = System.getenv("NETBIRD_BENCH_USER")
    val calls = System.getenv("NETBIRD_BENCH_CALLS")?.toInt() ?: DEFAULT_CALLS
    val credential = Credential.pat(requireNotNull(System.getenv("NETBIRD_BENCH_PAT")) { "NETBIRD_BENCH_PAT is not set" })
    Client(credential) { managementUrl = System.getenv("NETBIRD_BENCH_URL") }.use { client ->
        report("kotlin blocking", client.listTokensBlocking(user).size, measure(calls) { client.listTokensBlocking(user) })
        val suspending = runBlocking { measure(calls) { client.listTokens(user) } }
        report("kotlin suspending", client.listTokensBlocking(user).size, suspending)
    }
}

private inline fun measure(calls: Int, call: () -> Unit): List<Double> {
    repeat(calls) { call() }
    return List(calls) {
        val started = System.nanoTime()
        call()
        (System.nanoTime() - started) / NANOS_PER_MICRO
    }.sorted()
}

private fun report(name: String, tokens: Int, micros: List<Double>) {
    val row = JSONObject().put("name", name).put("tokens", tokens).put("calls", micros.size)
    row.put("p50_us", micros[micros.size / 2]).put("p99_us", micros[micros.size * 99 / 100])
    println(row)
}
