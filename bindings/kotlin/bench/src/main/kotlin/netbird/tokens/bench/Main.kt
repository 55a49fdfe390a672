package netbird.tokens.bench

import kotlinx.coroutines.runBlocking
import netbird.tokens.Client
import netbird.tokens.Credential
import org.json.JSONArray
import org.json.JSONObject

private const val CALLS = 10_000
private const val QUICK_CALLS = 500
private const val NANOS_PER_MICRO = 1_000.0

/**
 * Measures lists of 10 tokens, one after the other, after as many to warm up, and prints a JSON array of rows with the 50th and
 * 99th percentile in microseconds. The environment says against what: `NETBIRD_BENCH_URL`, `NETBIRD_BENCH_PAT` and
 * `NETBIRD_BENCH_USER`, the owner of the list. With `NETBIRD_BENCH_QUICK` there are few calls, which only show that it works.
 */
fun main() {
    val user = required("NETBIRD_BENCH_USER")
    val calls = if (System.getenv("NETBIRD_BENCH_QUICK").isNullOrEmpty()) CALLS else QUICK_CALLS
    val rows = JSONArray()
    val client =
        Credential.pat(required("NETBIRD_BENCH_PAT")).use { Client(it) { managementUrl = required("NETBIRD_BENCH_URL") } }
    client.use {
        rows.put(row("suspending", runBlocking { measure(calls) { check(client.listTokens(user).size == TOKENS) } }))
        rows.put(row("blocking", measure(calls) { check(client.listTokensBlocking(user).size == TOKENS) }))
    }
    println(rows)
}

private const val TOKENS = 10

private fun required(name: String): String = requireNotNull(System.getenv(name)) { "$name is not set" }

private inline fun measure(calls: Int, call: () -> Unit): List<Double> {
    repeat(calls) { call() }
    return List(calls) {
        val started = System.nanoTime()
        call()
        (System.nanoTime() - started) / NANOS_PER_MICRO
    }.sorted()
}

private fun row(way: String, micros: List<Double>): JSONObject =
    JSONObject()
        .put("row", "kotlin, $way: list of 10")
        .put("p50_us", micros[micros.size / 2])
        .put("p99_us", micros[micros.size * 99 / 100])
