package netbird.tokens

import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import netbird.tokens.internal.NativeTokenState
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

private const val BOTS = 3

/** What the Kotlin layer adds to an audit. The scenarios say what it must find. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditTest {
    private val mock = MockServer(serviceUsers = BOTS)
    private val client = mock.client()

    @AfterAll
    fun stop() {
        client.close()
        mock.close()
    }

    private fun aSlowAnswer() = mock.fault("""{"method": "GET", "target_contains": "/tokens", "action": {"delay": {"ms": 60000}}}""")

    private fun untilTokensWereRequested() {
        while (mock.takeRequests().none { it.getString("target").endsWith("/tokens") }) Thread.sleep(10)
    }

    @Test
    fun `a flow gives one result per user`(): Unit = runBlocking {
        val audit = client.auditTokens { expiringWithin = 7.days }
        assertEquals(BOTS + 1, audit.userCount)
        assertFalse(audit.summary.isComplete)
        val users = audit.users.toList()
        assertEquals(setOf(MockServer.USER, "bot0", "bot1", "bot2"), users.map { it.user.id }.toSet())
        val laptop = users.single { it.user.id == MockServer.USER }.tokens.single()
        assertEquals("laptop", laptop.token.id)
        assertEquals(TokenState.HEALTHY to emptyList<TokenState>(), laptop.state to laptop.findings)
        val bots = users.filter { it.user.isServiceUser }.map { it.tokens.single() }
        assertTrue(bots.all { it.state == TokenState.NEVER_USED && it.findings == listOf(TokenState.NEVER_USED) })
        assertTrue(bots.all { "never used" in it.reason })
        assertTrue(users.all { it.error == null && it.asOf.isAfter(laptop.token.createdAt.minusSeconds(1)) })
        val summary = audit.summary
        assertEquals(listOf(4L, 4L, 4L), listOf(summary.users, summary.audited, summary.tokens))
        assertEquals(1L to 3L, summary.healthy to summary.neverUsed)
        assertTrue(summary.isComplete)
        assertThrows(IllegalStateException::class.java) { runBlocking { audit.users.first() } }
    }

    @Test
    fun `a sequence gives the same`() {
        client.auditTokensBlocking { expiringWithin = 365.days }.use { audit ->
            assertEquals(BOTS + 1, audit.usersBlocking().count())
            assertEquals(BOTS + 1L, audit.summary.expiring)
            assertTrue(audit.usersBlocking().none(), "it has ended")
        }
    }

    @Test
    fun `a user whose tokens cannot be listed is a result`() {
        mock.fault("""{"target_contains": "/bot1/", "action": {"answer": {"status": 500, "body": "{}"}}, "times": 0}""")
        try {
            mock.client { maxRetries = 0 }.use { once ->
                val audit = once.auditTokensBlocking()
                val failed = audit.usersBlocking().single { it.error != null }
                assertEquals("bot1", failed.user.id)
                assertEquals(ErrorKind.SERVER_ERROR, failed.error?.kind)
                assertEquals(1L to 3L, audit.summary.failed to audit.summary.audited)
            }
        } finally {
            mock.clearFaults()
        }
    }

    @Test
    fun `a collector that ends early closes the audit`(): Unit = runBlocking {
        val audit = client.auditTokens { concurrency = 1 }
        audit.users.first()
        assertEquals(1, audit.summary.audited)
        assertFalse(audit.summary.isComplete)
        assertThrows(IllegalStateException::class.java) { audit.usersBlocking().first() }
    }

    @Test
    fun `cancelling the collector ends the audit at once`(): Unit =
        assertTimeoutPreemptively(java.time.Duration.ofSeconds(20)) {
            aSlowAnswer()
            runBlocking {
                val audit = client.auditTokens { concurrency = 1 }
                val collector = async(Dispatchers.Default) { audit.users.toList() }
                untilTokensWereRequested()
                collector.cancelAndJoin()
                assertTrue(collector.isCancelled)
                assertThrows(IllegalStateException::class.java) { audit.usersBlocking().first() }
            }
        }

    @Test
    fun `an interrupt ends the wait and not the audit`(): Unit =
        assertTimeoutPreemptively(java.time.Duration.ofSeconds(20)) {
            client.auditTokensBlocking().use { audit ->
                val kind = AtomicReference<ErrorKind>()
                thread {
                    Thread.currentThread().interrupt()
                    kind.set((runCatching { audit.usersBlocking().first() }.exceptionOrNull() as NetBirdException).kind)
                }.join()
                assertEquals(ErrorKind.CANCELLED, kind.get())
                assertEquals(BOTS + 1, audit.usersBlocking().count())
            }
        }

    @Test
    fun `options that cannot be meant are refused`() {
        fun refused(configure: AuditOptions.() -> Unit) =
            assertThrows(NetBirdException::class.java) { client.auditTokensBlocking(configure) }.kind
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused { concurrency = 0 })
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused { concurrency = -1 })
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused { unusedFor = (-1).days })
        assertEquals(ErrorKind.INVALID_ARGUMENT, refused { timeLimit = Duration.ZERO })
    }

    @Test
    fun `the states are the core's`() {
        assertEquals(NativeTokenState.entries.map { it.name }, TokenState.entries.map { it.name })
    }
}
