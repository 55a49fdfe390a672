package netbird.tokens

import java.time.Duration
import java.time.Instant
import java.util.concurrent.atomic.AtomicReference
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

/** Nobody approves a login here unless the test does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoginTest {
    private val mock = MockServer()

    @AfterAll
    fun stop() = mock.close()

    private fun options(): ClientOptions.() -> Unit = {
        managementUrl = mock.url
        proxyFromEnv = false
    }

    private suspend fun session(): LoginSession {
        val login = startLogin(configure = options())
        mock.approveLogin(login.userCode)
        return login.wait()
    }

    @Test
    fun `what a person is shown`() =
        runBlocking {
            startLogin(configure = options()).use { login ->
                assertTrue(login.verificationUri.startsWith(mock.url), login.verificationUri)
                assertTrue(login.verificationUriComplete!!.endsWith(login.userCode), login.verificationUriComplete)
                assertTrue(login.expiresAt > Instant.now())
                assertEquals(1.seconds, login.interval)
                assertTrue(login.verificationUri in login.toString())
                assertNull(login.poll())
            }
        }

    @Test
    fun `a client uses the session and outlives its handle`() =
        runBlocking {
            val session = session()
            assertEquals(mock.url, session.managementUrl)
            assertEquals("${mock.url}/oauth2", session.issuer)
            assertTrue(session.expiresAt > Instant.now() && !session.needsRefresh)
            session.refresh()
            session.refreshBlocking()
            session.refreshOnRequest()
            val client = session.credential().use { Client(it) { proxyFromEnv = false } }
            session.close()
            client.use { assertEquals(MockServer.USER, it.currentUser().id) }
            assertThrows(IllegalStateException::class.java) { session.needsRefresh }
            Unit
        }

    @Test
    fun `a session is exported and restored and prints no token`() =
        runBlocking {
            val session = session()
            val exported = session.export()
            val restored = LoginSession.restore(exported.expose()) { proxyFromEnv = false }
            assertEquals(session.issuer, restored.issuer)
            assertEquals("****", exported.toString())
            for (shown in listOf("$session", "$restored", "${restored.credential()}")) assertFalse("eyJ" in shown, shown)
            val refused = assertThrows(NetBirdException::class.java) { LoginSession.restore("{}") }
            assertEquals(ErrorKind.INVALID_ARGUMENT, refused.kind)
        }

    @Test
    fun `a cancelled wait ends at once and loses nothing`() =
        assertTimeoutPreemptively(Duration.ofSeconds(30)) {
            runBlocking {
                val login = startLogin(configure = options())
                val wait = async(Dispatchers.Default) { login.wait() }
                delay(100.milliseconds)
                wait.cancelAndJoin()
                assertTrue(wait.isCancelled)
                assertNull(withTimeoutOrNull(100.milliseconds) { login.wait() })
                mock.approveLogin(login.userCode)
                assertEquals(mock.url, login.wait().managementUrl)
                // It has ended, and each poll gives the same.
                assertEquals(mock.url, login.poll()?.managementUrl)
            }
        }

    @Test
    fun `an interrupt ends a blocking wait`() =
        assertTimeoutPreemptively(Duration.ofSeconds(30)) {
            val login = startLoginBlocking(ClientOptions().apply(options()))
            val outcome = AtomicReference<Result<LoginSession>>()
            val waiting = thread { outcome.set(runCatching { login.waitBlocking() }) }
            Thread.sleep(200)
            waiting.interrupt()
            waiting.join()
            assertEquals(ErrorKind.CANCELLED, (outcome.get().exceptionOrNull() as NetBirdException).kind)
        }

    @Test
    fun `options that cannot be meant are refused`() =
        runBlocking {
            val options = ClientOptions().apply(options()).apply { tokenFile = "/run/secrets/netbird" }
            assertEquals(ErrorKind.INVALID_ARGUMENT, refusal { startLogin(options) }.kind)
            val login = LoginOptions().apply { scope = "" }
            assertTrue("scope is empty" in refusal { startLogin(login, options()) }.message)
            val elsewhere = LoginOptions().apply { issuer = mock.url }
            assertEquals(ErrorKind.UNEXPECTED_RESPONSE, refusal { startLogin(elsewhere, options()) }.kind)
        }

    private inline fun refusal(call: () -> Unit): NetBirdException =
        try {
            call()
            throw AssertionError("it was not refused")
        } catch (refused: NetBirdException) {
            refused
        }
}
