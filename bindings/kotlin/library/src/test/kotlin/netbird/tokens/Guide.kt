@file:Suppress("unused")

package netbird.tokens

import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.withTimeout

// What docs/kotlin.md shows, so that it compiles.

private fun readSecretFile(): String = ""

private fun store(secret: String) = secret

private suspend fun firstSteps() {
    Client(Credential.detect(readSecretFile())) { managementUrl = "https://netbird.example.com" }.use { client ->
        for (token in client.listTokens()) {
            println("${token.id} ${token.name} expires in ${token.daysLeft()} days")
        }
        client.createToken("ci", expiresInDays = 30).use { created ->
            store(created.plainToken.expose()) // the only time it can be had
            client.deleteToken(created.token.id)
        }
    }
}

private fun configuration() {
    val fromEnvironment = Client.fromEnv()
    val configured = Client.fromEnv {
        managementUrl = "https://netbird.example.com"
        timeout = 20.seconds
        maxRetries = 4
        userAgent = "backup/1.2"
        onUnknown = OnUnknown.REVOKE_AND_RETRY
    }
    val patient = configured.withTimeout(5.minutes)
    listOf(fromEnvironment, configured, patient).forEach { it.close() }
}

private suspend fun errors(client: Client) {
    try {
        client.createToken("ci").use { created -> store(created.plainToken.expose()) }
    } catch (error: NetBirdException) {
        when (error.kind) {
            // The server may have made it, but its secret never arrived: revoke what is named, then create anew.
            ErrorKind.OUTCOME_UNKNOWN -> error.candidateTokenIds.forEach { client.deleteToken(it) }
            ErrorKind.UNAUTHORIZED, ErrorKind.INVALID_CREDENTIAL -> println("log in again: ${error.message}")
            ErrorKind.FORBIDDEN -> println("ask an administrator: ${error.serverMessage}")
            else -> if (error.retryable) println("later, in ${error.retryAfter ?: 1.minutes}") else throw error
        }
    }
}

private suspend fun coroutines(client: Client, userIds: List<String>): List<Token> {
    val everybodys = coroutineScope {
        userIds.map { userId -> async { client.listTokens(userId) } }.awaitAll().flatten()
    }
    val mine = withTimeout(5.seconds) { client.listTokens() }
    return everybodys + mine
}

private fun blocking() {
    Client.fromEnv().use { client ->
        println(client.listTokensBlocking().size)
    }
}

private suspend fun check(client: Client) {
    val check = client.checkCredential()
    when (check.state) {
        CredentialState.WORKING -> println("works until ${check.expiresAt}, as ${check.user?.name}")
        CredentialState.UNKNOWN -> println("revoked, or of another server")
        CredentialState.REFUSED -> println("expired")
        CredentialState.BLOCKED, CredentialState.PENDING_APPROVAL -> println("its user may not log in")
        CredentialState.FORBIDDEN -> println("its user may not ask")
    }
}

private fun secrets(created: CreatedToken) {
    println(created) // CreatedToken(token=Token(id=…), plainToken=nbp_****)
    val header = "Authorization: Token ${created.plainToken.expose()}"
    created.close() // wiped
    store(header)
}
