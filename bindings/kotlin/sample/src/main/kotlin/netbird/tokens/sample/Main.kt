package netbird.tokens.sample

import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import netbird.tokens.Client
import netbird.tokens.Credential
import netbird.tokens.NetBirdException

/**
 * Lists the tokens, creates one, uses it and revokes it. The credential and the server come from the environment: `NB_PAT` and
 * `NB_MANAGEMENT_URL`.
 */
fun main() {
    try {
        runBlocking { Client.fromEnv { userAgent = "netbird-tokens-sample/0.1" }.use { tour(it) } }
    } catch (error: NetBirdException) {
        System.err.println("${error.kind}: ${error.message}")
        exitProcess(1)
    }
}

private suspend fun tour(client: Client) {
    val me = client.currentUser()
    println("${me.name.ifEmpty { me.id }} (${me.role}) on ${client.managementUrl}")
    for (token in client.listTokens()) {
        println("  ${token.id}  ${token.name}  expires ${token.expirationDate}, in ${token.daysLeft()} days")
    }

    client.createToken("kotlin-sample", expiresInDays = 1).use { created ->
        println("created ${created.token.id}: ${created.plainToken}")
        try {
            val newcomer =
                Credential.pat(created.plainToken.expose()).use { Client(it) { managementUrl = client.managementUrl } }
            newcomer.use { println("used it as ${it.currentUser().id}") }
        } finally {
            client.deleteToken(created.token.id)
            println("revoked ${created.token.id}")
        }
    }
}
