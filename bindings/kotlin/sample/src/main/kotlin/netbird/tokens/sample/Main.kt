package netbird.tokens.sample

import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import netbird.tokens.Client
import netbird.tokens.Credential
import netbird.tokens.NetBirdException

/**
 * Lists the tokens, creates one, uses it, rotates it and revokes it. The credential and the server come from the environment: `NB_PAT` and
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
        var current = created.token.id
        try {
            val newcomer =
                Credential.pat(created.plainToken.expose()).use { Client(it) { managementUrl = client.managementUrl } }
            newcomer.use { println("used it as ${it.currentUser().id}") }
            // The block is where the secret is stored. When it ends, the new token is proved to work and the old one is revoked.
            current = client.rotateToken(current).use { rotation ->
                println("rotated it to ${rotation.token.id}: ${rotation.plainToken}")
                rotation.token.id
            }
        } finally {
            client.deleteToken(current)
            println("revoked $current")
        }
    }
}
