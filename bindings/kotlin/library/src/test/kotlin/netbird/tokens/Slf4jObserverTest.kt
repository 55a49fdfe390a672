package netbird.tokens

import java.lang.reflect.Proxy
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.slf4j.Logger

class Slf4jObserverTest {
    private val logged = mutableListOf<String>()
    private val logger =
        Proxy.newProxyInstance(javaClass.classLoader, arrayOf(Logger::class.java)) { _, method, arguments ->
            logged += "${method.name}: ${arguments.joinToString()}"
            null
        } as Logger

    @Test
    fun `warnings are warnings and the rest is for debugging`() {
        val observer = Slf4jObserver(logger)
        observer.event(Event(EventKind.REQUEST, false, "GET /api/users -> 200 {}", null, emptyList()))
        observer.event(Event(EventKind.LEFT_BEHIND, true, "a token is left", "ci", listOf("abc")))
        assertEquals(listOf("debug: GET /api/users -> 200 {}", "warn: a token is left"), logged)
    }
}
