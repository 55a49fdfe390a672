package netbird.tokens

import java.time.Duration
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** A create that is interrupted after the server has acted leaves no token that nobody holds. */
class InterruptedCreateTest {
    private val mock = MockServer()
    private val events = CopyOnWriteArrayList<Event>()
    private val client = mock.client { observer = Observer { events.add(it) } }

    @AfterEach
    fun stop() {
        client.close()
        mock.close()
    }

    private fun untilTheServerHasMade(name: String) {
        while (name !in mock.tokenNames()) Thread.sleep(10)
    }

    private fun releaseLater() =
        thread {
            Thread.sleep(300)
            mock.release()
        }

    /** Runs a create whose answer is held back, and cancels its coroutine once the token exists. */
    private fun cancelACreate(name: String) =
        runBlocking {
            mock.holdCreate()
            val call = async(Dispatchers.Default) { client.createToken(name, userId = MockServer.USER) }
            untilTheServerHasMade(name)
            call.cancelAndJoin()
            assertTrue(call.isCancelled)
        }

    private fun assertFinished(name: String) {
        assertEquals(listOf("laptop"), mock.tokenNames())
        val finished = events.single { it.kind == EventKind.FINISHED }
        assertEquals(name, finished.tokenName)
        assertEquals(1, finished.tokenIds.size)
        assertTrue(!finished.isWarning && name in finished.message, finished.message)
    }

    @Test
    fun `close waits for the create of a cancelled coroutine`() =
        assertTimeoutPreemptively(LIMIT) {
            cancelACreate("cancelled")
            releaseLater()
            client.close()
            assertFinished("cancelled")
        }

    @Test
    fun `closeAndAwait waits in a cancelled coroutine`() =
        assertTimeoutPreemptively(LIMIT) {
            cancelACreate("awaited")
            releaseLater()
            runBlocking {
                launch {
                    coroutineContext.cancel()
                    assertTrue(client.closeAndAwait())
                    assertFinished("awaited")
                }.join()
            }
            assertFinished("awaited")
        }

    @Test
    fun `use waits for the create of an interrupted thread`() =
        assertTimeoutPreemptively(LIMIT) {
            mock.holdCreate()
            val kinds = CopyOnWriteArrayList<ErrorKind>()
            val caller = thread {
                try {
                    client.use { it.createTokenBlocking("interrupted", userId = MockServer.USER) }
                } catch (error: NetBirdException) {
                    kinds.add(error.kind)
                }
                assertTrue(Thread.currentThread().isInterrupted)
            }
            untilTheServerHasMade("interrupted")
            caller.interrupt()
            releaseLater()
            caller.join()
            assertEquals(listOf(ErrorKind.CANCELLED), kinds)
            assertFinished("interrupted")
        }

    @Test
    fun `what cannot be revoked is reported with its name and id`() =
        assertTimeoutPreemptively(LIMIT) {
            cancelACreate("stuck")
            mock.refuseDelete()
            mock.release()
            client.close()
            val left = events.single { it.kind == EventKind.LEFT_BEHIND }
            assertTrue(left.isWarning)
            assertEquals("stuck", left.tokenName)
            assertEquals(listOf(mock.tokens().single { it.getString("name") == "stuck" }.getString("id")), left.tokenIds)
        }

    /** The observer is called within the native call that gives the token; the coroutine sees the cancellation after it. */
    @Test
    fun `a token that is ready but never reaches its coroutine is revoked`() =
        assertTimeoutPreemptively(LIMIT) {
            var caller: Job? = null
            val watched = mock.client {
                observer = Observer {
                    events.add(it)
                    if (it.isCreate()) caller?.cancel()
                }
            }
            val outcome = runBlocking(Dispatchers.Default) {
                runCatching {
                    coroutineScope {
                        caller = coroutineContext[Job]
                        watched.createToken("undelivered", userId = MockServer.USER)
                    }
                }
            }
            assertTrue(outcome.exceptionOrNull() is CancellationException, "$outcome")
            assertTrue(events.any { it.isCreate() && " 200 " in it.message }, "the server has made it")
            watched.close()
            assertFinished("undelivered")
        }

    @Test
    fun `a token that is ready when its thread is interrupted is delivered`() =
        assertTimeoutPreemptively(LIMIT) {
            mock.client { observer = Observer { if (it.isCreate()) Thread.currentThread().interrupt() } }.use { watched ->
                watched.createTokenBlocking("delivered", userId = MockServer.USER).use { created ->
                    assertTrue(Thread.interrupted(), "the thread stays marked as interrupted")
                    assertEquals("delivered", created.token.name)
                }
            }
            assertTrue("delivered" in mock.tokenNames())
        }

    private fun Event.isCreate() = kind == EventKind.REQUEST && message.startsWith("POST ")

    private companion object {
        val LIMIT: Duration = Duration.ofSeconds(30)
    }
}
