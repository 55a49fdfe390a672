package netbird.tokens

import java.time.Duration
import java.time.Instant
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

/** Every operation once in either form. The scenarios say what each must do in every case. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsTest {
    private val mock = MockServer()
    private val client = mock.client()

    @AfterAll
    fun stop() {
        client.close()
        mock.close()
    }

    @Test
    fun `suspending calls do the round trip`() = runBlocking {
        val created = client.createToken("ci", expiresInDays = 30)
        assertEquals(created.token, client.getToken(created.token.id))
        assertTrue(created.token in client.listTokens(MockServer.USER))
        assertEquals(30, Duration.between(created.token.createdAt, created.token.expirationDate).toDays())

        Client(Credential.detect("Token ${created.plainToken.expose()}\n")) { managementUrl = mock.url }.use { theirs ->
            assertEquals(MockServer.USER, theirs.currentUser().id)
        }
        client.deleteToken(created.token.id)
        val gone = assertThrows(NetBirdException::class.java) { runBlocking { client.getToken(created.token.id) } }
        assertEquals(ErrorKind.NOT_FOUND, gone.kind)
        assertEquals(404, gone.status)
        assertEquals(1, gone.attempts)
        assertEquals(listOf(MockServer.USER), client.listUsers().map { it.id })
        assertEquals(CredentialState.WORKING, client.checkCredential().state)
    }

    @Test
    fun `blocking calls do the round trip`() {
        val created = client.createTokenBlocking("script")
        assertEquals(90, created.token.daysLeft(created.token.createdAt))
        assertEquals(created.token, client.getTokenBlocking(created.token.id))
        assertTrue(created.token in client.listTokensBlocking())
        client.deleteTokenBlocking(created.token.id)
        assertFalse(created.token.id in client.listTokensBlocking().map { it.id })
        assertTrue(client.currentUserBlocking().isCurrent)
        assertEquals("Alice", client.listUsersBlocking().single().name)
        assertEquals("laptop", client.checkCredentialBlocking().token?.id)
    }

    @Test
    fun `a credential that does not work is a result, not an exception`() {
        client.createTokenBlocking("short-lived").use { created ->
            client.deleteTokenBlocking(created.token.id)
            Client(Credential.pat(created.plainToken.expose())) { managementUrl = mock.url }.use { revoked ->
                val check = revoked.checkCredentialBlocking()
                assertEquals(CredentialState.UNKNOWN, check.state)
                assertEquals(ErrorKind.UNAUTHORIZED, check.error?.kind)
            }
        }
    }

    @Test
    fun `an unknown outcome names what to look for`() {
        mock.fault("""{"method": "POST", "action": {"drop_after": {}}}""")
        val lost = assertThrows(NetBirdException::class.java) { client.createTokenBlocking("lost", tag = true) }
        assertEquals(ErrorKind.OUTCOME_UNKNOWN, lost.kind)
        assertTrue(checkNotNull(lost.tokenName).matches(Regex("lost #[0-9a-z]{10}")), lost.tokenName)
        val made = client.getTokenBlocking(lost.candidateTokenIds.single())
        assertEquals(lost.tokenName, made.name)
        client.deleteTokenBlocking(made.id)
    }

    @Test
    fun `a lost create with a tag is revoked and made again`() {
        mock.fault("""{"method": "POST", "action": {"drop_after": {}}}""")
        mock.client { onUnknown = OnUnknown.REVOKE_AND_RETRY }.use { client ->
            val untagged = assertThrows(NetBirdException::class.java) { client.createTokenBlocking("again") }
            assertEquals(ErrorKind.INVALID_ARGUMENT, untagged.kind)
            val created = runBlocking { client.createToken("again", tag = true) }
            assertEquals(listOf(created.token.name), mock.tokenNames().filter { it.startsWith("again") })
            client.deleteTokenBlocking(created.token.id)
        }
    }

    @Test
    fun `half of a surrogate pair is an invalid argument`() {
        val refused = assertThrows(NetBirdException::class.java) { client.createTokenBlocking("\uD83D") }
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused.kind)
        assertThrows(NetBirdException::class.java) { runBlocking { client.createToken("\uD83D") } }
    }

    @Test
    fun `options reach the core`() {
        val configured = mock.client { userAgent = "backup/1.2" }
        assertEquals(mock.url, configured.managementUrl)
        mock.takeRequests()
        configured.withTimeout(30.seconds).use { it.currentUserBlocking() }
        val agent = mock.takeRequests().single().getJSONArray("headers").toString()
        assertTrue("backup/1.2 netbird-tokens/" in agent, agent)

        val refused = assertThrows(NetBirdException::class.java) { mock.client { timeout = (-1).seconds } }
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused.kind)
        assertThrows(NetBirdException::class.java) { mock.client { maxRetries = -1 } }
        assertThrows(NetBirdException::class.java) { mock.client { maxResponseBytes = -1 } }
        assertThrows(NetBirdException::class.java) { mock.client { timeout = kotlin.time.Duration.INFINITE } }
        assertThrows(NetBirdException::class.java) { client.withTimeout(kotlin.time.Duration.ZERO) }
    }

    @Test
    fun `another credential is used from the next call on`() {
        mock.client().use { swapped ->
            val created = client.createTokenBlocking("swap")
            Credential.pat(created.plainToken.expose()).use { swapped.setCredential(it) }
            assertEquals(created.token.id, swapped.checkCredentialBlocking().token?.id)
            client.deleteTokenBlocking(created.token.id)
            val refused = assertThrows(NetBirdException::class.java) { swapped.listTokensBlocking() }
            assertEquals(ErrorKind.UNAUTHORIZED, refused.kind)
        }
    }

    @Test
    fun `times keep their nanoseconds`() {
        val at = Instant.parse("2026-11-22T14:02:53.235299123Z")
        val token = client.listTokensBlocking().first { it.id == "laptop" }
        assertNotEquals(null, token.lastUsed)
        val known = token.copyWithExpiry(at)
        assertFalse(known.isExpired(at))
        assertTrue(known.isExpired(at.plusNanos(1)))
        assertEquals(0, known.daysLeft(at))
        assertEquals(-1, known.daysLeft(at.plusNanos(1)))
        assertEquals(1, known.daysLeft(at.minusSeconds(86_400)))
        assertTrue(known.isExpired(Instant.MAX) && known.daysLeft(Instant.MAX) < 0)
        assertTrue(!known.isExpired(Instant.MIN) && known.daysLeft(Instant.MIN) > 0)
    }

    private fun Token.copyWithExpiry(at: Instant) = Token(id, name, at, createdAt, createdBy, lastUsed, userId)
}
