package netbird.tokens

import java.util.concurrent.CopyOnWriteArrayList
import java.util.logging.Handler
import java.util.logging.Level
import java.util.logging.LogRecord
import java.util.logging.Logger
import netbird.tokens.internal.NativeEventKind
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

class EventTest {
    private val mock = MockServer()
    private val logger = Logger.getLogger("netbird.tokens")
    private val records = CopyOnWriteArrayList<LogRecord>()
    private val handler =
        object : Handler() {
            override fun publish(record: LogRecord) {
                records.add(record)
            }

            override fun flush() = Unit

            override fun close() = Unit
        }

    @BeforeEach
    fun listen() {
        logger.addHandler(handler)
        logger.useParentHandlers = false
    }

    @AfterEach
    fun stop() {
        logger.removeHandler(handler)
        logger.useParentHandlers = true
        logger.level = null
        mock.close()
    }

    private fun aFailure() = mock.fault("""{"action": {"answer": {"status": 503}}}""")

    private fun listOnce(configure: ClientOptions.() -> Unit = {}) {
        val options: ClientOptions.() -> Unit = {
            retryBaseDelay = kotlin.time.Duration.ZERO
            configure()
        }
        mock.client(options).use { assertEquals(1, it.listTokensBlocking(MockServer.USER).size) }
    }

    @Test
    fun `an observer receives every request and retry`() {
        val events = CopyOnWriteArrayList<Event>()
        aFailure()
        listOnce { observer = Observer { events.add(it) } }
        assertEquals(listOf(EventKind.REQUEST, EventKind.RETRY, EventKind.REQUEST), events.map { it.kind })
        assertEquals(listOf(false, true, false), events.map { it.isWarning })
        assertTrue("/api/users/${MockServer.USER}/tokens" in events.first().toString())
        assertTrue(records.isEmpty())
    }

    @Test
    fun `without an observer warnings are logged, and at FINE requests too`() {
        aFailure()
        listOnce()
        assertEquals(listOf(Level.WARNING), records.map { it.level })
        records.clear()
        logger.level = Level.FINE
        listOnce()
        assertEquals(listOf(Level.FINE), records.map { it.level })
    }

    @Test
    fun `an observer that throws is logged and does no harm`() {
        listOnce { observer = Observer { error("deliberate, in a test") } }
        assertEquals(listOf(Level.WARNING), records.map { it.level })
    }

    @Test
    fun `the kinds are the core's`() {
        assertEquals(NativeEventKind.entries.map { it.name }, EventKind.entries.map { it.name })
    }
}
