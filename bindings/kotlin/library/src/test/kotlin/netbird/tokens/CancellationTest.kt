package netbird.tokens

import java.time.Duration
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

/** The server holds its answers back for a minute; nothing here may take that long. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CancellationTest {
    private val mock = MockServer()
    private val client = mock.client()

    @AfterAll
    fun stop() {
        client.close()
        mock.close()
    }

    private fun aSlowAnswer() = mock.fault("""{"method": "GET", "action": {"delay": {"ms": 60000}}}""")

    private fun untilItArrived() {
        while (mock.takeRequests().isEmpty()) Thread.sleep(10)
    }

    @Test
    fun `a cancelled coroutine ends at once and the client goes on`() =
        assertTimeoutPreemptively(Duration.ofSeconds(20)) {
            aSlowAnswer()
            runBlocking {
                val call = async(Dispatchers.Default) { client.listTokens(MockServer.USER) }
                untilItArrived()
                call.cancelAndJoin()
                assertTrue(call.isCancelled)
                assertEquals("laptop", client.listTokens(MockServer.USER).single().id)
            }
        }

    @Test
    fun `a timeout around a call ends it`() =
        assertTimeoutPreemptively(Duration.ofSeconds(20)) {
            aSlowAnswer()
            runBlocking {
                assertNull(withTimeoutOrNull(1.seconds) { client.listTokens(MockServer.USER) })
            }
            untilItArrived()
        }

    @Test
    fun `cancelling frees the connections`() =
        assertTimeoutPreemptively(Duration.ofSeconds(60)) {
            val before = mock.connections()
            repeat(100) { aSlowAnswer() }
            runBlocking {
                val calls = List(100) { launch(Dispatchers.Default) { client.listTokens(MockServer.USER) } }
                while (mock.connections() < before + 50) delay(10)
                calls.forEach { it.cancel() }
                calls.joinAll()
            }
            while (mock.connections() > before + 5) Thread.sleep(10)
            // The faults that no request met are used up, so that they do not hit another test.
            runBlocking {
                do {
                    val answer = withTimeoutOrNull(300.milliseconds) { client.listTokens(MockServer.USER) }
                } while (answer == null)
            }
        }

    @Test
    fun `an interrupted thread ends its call with an error and stays interrupted`() =
        assertTimeoutPreemptively(Duration.ofSeconds(20)) {
            aSlowAnswer()
            val failure = AtomicReference<NetBirdException>()
            val stillMarked = AtomicBoolean()
            val caller = Thread {
                try {
                    client.listTokensBlocking(MockServer.USER)
                } catch (error: NetBirdException) {
                    failure.set(error)
                }
                stillMarked.set(Thread.currentThread().isInterrupted)
            }
            caller.start()
            untilItArrived()
            caller.interrupt()
            caller.join()
            assertEquals(ErrorKind.CANCELLED, failure.get().kind)
            assertTrue(stillMarked.get())
        }

    @Test
    fun `a thread that was interrupted before sends nothing`() {
        mock.takeRequests()
        Thread.currentThread().interrupt()
        val failure = runCatching { client.createTokenBlocking("never") }.exceptionOrNull()
        assertTrue(Thread.interrupted())
        assertEquals(ErrorKind.CANCELLED, (failure as NetBirdException).kind)
        assertTrue(mock.takeRequests().isEmpty())
    }
}
