package netbird.tokens

import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifetimeTest {
    private val mock = MockServer()

    @AfterAll
    fun stop() = mock.close()

    @Test
    fun `a call after close is an error`() {
        val client = mock.client()
        client.close()
        client.close()
        assertThrows(IllegalStateException::class.java) { runBlocking { client.listTokens() } }
        assertThrows(IllegalStateException::class.java) { client.createTokenBlocking("late") }
        assertThrows(IllegalStateException::class.java) { client.withTimeout(1.minutes) }
        assertTrue(runBlocking { client.closeAndAwait() })

        val credential = Credential.pat(mock.pat)
        credential.close()
        assertThrows(IllegalStateException::class.java) { Client(credential) }
        mock.client().use { open ->
            assertThrows(IllegalStateException::class.java) { open.setCredential(credential) }
        }
    }

    @Test
    fun `a call under way survives close`() =
        assertTimeoutPreemptively(Duration.ofSeconds(20)) {
            mock.takeRequests()
            mock.fault("""{"action": {"delay_answer": {"ms": 500}}}""")
            val client = mock.client()
            runBlocking {
                val call = async(Dispatchers.Default) { client.listTokens(MockServer.USER) }
                while (mock.takeRequests().isEmpty()) Thread.sleep(10)
                client.close()
                assertThrows(IllegalStateException::class.java) { client.listTokensBlocking() }
                assertTrue(call.await().any { it.id == "laptop" })
            }
        }

    @Test
    fun `closing while others call never crashes`() {
        repeat(20) {
            val client = mock.client()
            val start = CountDownLatch(1)
            val done = AtomicInteger()
            val callers = List(8) {
                thread {
                    start.await()
                    try {
                        while (true) client.listTokensBlocking(MockServer.USER)
                    } catch (closed: IllegalStateException) {
                        done.incrementAndGet()
                    }
                }
            }
            start.countDown()
            Thread.sleep(5)
            client.close()
            callers.forEach { it.join() }
            assertEquals(8, done.get())
        }
    }

    @Test
    fun `comparing secrets while they are closed never crashes`() {
        mock.client().use { client ->
            repeat(50) {
                val one = client.createTokenBlocking("one").plainToken
                val other = client.createTokenBlocking("other").plainToken
                val comparer = thread {
                    try {
                        while (one.handleIsOpen() && other.handleIsOpen()) check(one != other)
                    } catch (closed: IllegalStateException) {
                        // One of them was closed between the look and the comparison.
                    }
                }
                other.close()
                one.close()
                comparer.join()
            }
        }
    }

    private fun Secret.handleIsOpen(): Boolean = runCatching { expose() }.isSuccess

    @Test
    fun `close frees what the client holds`() =
        assertTimeoutPreemptively(Duration.ofSeconds(30)) {
            val clients = List(COUNT) { mock.client().also { it.listTokensBlocking(MockServer.USER) } }
            assertTrue(mock.connections() >= COUNT)
            clients.forEach { it.close() }
            while (mock.connections() > 0) Thread.sleep(10)
        }

    @Test
    fun `the collector frees a client that was forgotten`() =
        assertTimeoutPreemptively(Duration.ofSeconds(30)) {
            useAndForget()
            while (mock.connections() > 0) {
                System.gc()
                Thread.sleep(20)
            }
        }

    private fun useAndForget() {
        repeat(COUNT) { mock.client().listTokensBlocking(MockServer.USER) }
        assertTrue(mock.connections() >= 1)
    }

    private companion object {
        // Fewer than the idle connections that the library keeps in a process, so that every client has its own.
        const val COUNT = 12
    }
}
