@file:Suppress("unused")

package netbird.tokens

import java.time.Instant
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.withTimeout

// The snippets of docs/kotlin.md, docs/login.md and the README, so that they compile.

private fun readSecretFile(): String = ""

private fun store(secret: String) = secret

private object vault {
    fun write(secret: String) = secret
}

private suspend fun readme() {
    Client.fromEnv().use { client ->
        client.createToken("ci", expiresInDays = 30).use { created ->
            vault.write(created.plainToken.expose())
            client.deleteToken(created.token.id)
        }
    }
}

private suspend fun firstSteps() {
    val client = Credential.detect(readSecretFile()).use { Client(it) { managementUrl = "https://netbird.example.com" } }
    client.use {
        for (token in client.listTokens()) {
            println("${token.id} ${token.name} expires in ${token.daysLeft()} days")
        }
        client.createToken("ci", expiresInDays = 30).use { created ->
            store(created.plainToken.expose()) // the secret is shown only once
            client.deleteToken(created.token.id)
        }
    }
}

private suspend fun loggingIn() {
    val login = startLogin { managementUrl = "https://netbird.example.com" }
    println("Open ${login.verificationUri} and enter ${login.userCode}")
    val session = login.wait()
    val client = session.credential().use { Client(it) }
    println(client.currentUser().id)
}

private suspend fun keepingASession(stored: String) {
    val session = LoginSession.restore(stored)
    if (session.needsRefresh) {
        session.refresh()
        session.export().use { store(it.expose()) }
    }
}

private fun logging() {
    val logging = Client.fromEnv { observer = Slf4jObserver() }
    logging.close()
}

private fun inYourTests(now: Instant, later: Instant) {
    val token = Token(id = "abc", name = "ci", expirationDate = later, createdAt = now, createdBy = "ada", userId = "ada")
    val renamed = token.copy(name = "deploy")
    val owner = User(id = "ada", role = Role.Owner)
    println("$renamed $owner")
}

private fun configuration() {
    val fromEnvironment = Client.fromEnv()
    val configured = Client.fromEnv {
        managementUrl = "https://netbird.example.com"
        timeout = 20.seconds
        maxRetries = 4
        userAgent = "backup/1.2"
    }
    val patient = configured.withTimeout(5.minutes)
    listOf(fromEnvironment, configured, patient).forEach { it.close() }
}

private suspend fun errors(client: Client) {
    try {
        client.createToken("ci").use { created -> store(created.plainToken.expose()) }
    } catch (error: NetBirdException) {
        when (error.kind) {
            // The server may have made it, but its secret never arrived. Without a tag, somebody else may have made what is named.
            ErrorKind.OUTCOME_UNKNOWN -> println("inspect ${error.candidateTokenIds}, named ${error.tokenName}: ${error.message}")
            ErrorKind.UNAUTHORIZED, ErrorKind.INVALID_CREDENTIAL -> println("log in again: ${error.message}")
            ErrorKind.FORBIDDEN -> println("ask an administrator: ${error.serverMessage}")
            else -> if (error.retryable) println("later, in ${error.retryAfter ?: 1.minutes}") else throw error
        }
    }
}

private suspend fun tagged() {
    Client.fromEnv { onUnknown = OnUnknown.REVOKE_AND_RETRY }.use { client ->
        client.createToken("deploy", tag = true).use { created ->
            println(created.token.name) // deploy #k3f9q2xm7w
        }
    }
}

private fun observed() {
    val client = Client.fromEnv {
        observer = Observer { event ->
            if (event.kind == EventKind.LEFT_BEHIND) println("revoke ${event.tokenIds}, named ${event.tokenName}")
        }
    }
    client.close()
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
        CredentialState.UNKNOWN -> println("revoked, or from another server")
        CredentialState.REFUSED -> println("expired")
        CredentialState.BLOCKED, CredentialState.PENDING_APPROVAL -> println("its user is not allowed to log in")
        CredentialState.FORBIDDEN -> println("its user is not allowed to ask")
    }
}

private object journal {
    fun write(record: String) = record

    fun read() = ""
}

private suspend fun rotation(client: Client) {
    client.rotateToken("ch8i54g6lnn4g9hqv7n0").use { rotation ->
        vault.write(rotation.plainToken.expose())
    }
}

private suspend fun overlap(client: Client) {
    client.rotateToken(name = "deploy", expiresInDays = 30).use { rotation ->
        vault.write(rotation.plainToken.expose())
        rotation.commit(keepOld = true) // others still use the old one
    }
}

private suspend fun resumable(client: Client) {
    val rotation = client.rotateToken(name = "deploy", prepareOnly = true)
    journal.write(rotation.record.toJson())
    rotation.use {
        journal.write(rotation.record.toJson())
        vault.write(rotation.plainToken.expose())
        rotation.markStored()
        journal.write(rotation.record.toJson())
    }
}

private suspend fun resumed(client: Client) {
    val finished = client.resumeRotation(RotationRecord.fromJson(journal.read()))
    println("${finished.tokenName}: ${finished.stage}")
}

private suspend fun audit(client: Client) {
    val audit = client.auditTokens { unusedFor = 60.days }
    audit.users.collect { audited ->
        audited.error?.let { println("${audited.user.name}: ${it.message}") }
        for (found in audited.tokens) {
            if (found.findings.isNotEmpty()) println("${audited.user.name}: ${found.token.name} ${found.reason}")
        }
    }
    println("${audit.summary.expiring} of ${audit.summary.tokens} tokens expire soon")
}

private fun auditInAScript(client: Client) {
    client.auditTokensBlocking().use { audit ->
        for (audited in audit.usersBlocking()) println("${audited.user.name}: ${audited.tokens.size} tokens")
    }
}

private fun secrets(created: CreatedToken) {
    println(created) // CreatedToken(token=Token(id=…), plainToken=nbp_****)
    val header = "Authorization: Token ${created.plainToken.expose()}"
    created.close() // wiped
    store(header)
}
