package netbird.tokens.testing

import java.util.concurrent.CopyOnWriteArrayList
import kotlinx.coroutines.runBlocking
import netbird.tokens.ErrorKind
import netbird.tokens.NetBirdException
import netbird.tokens.startLogin
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

@ExtendWith(NetBirdExtension::class)
class MockNetBirdTest(private val ofTheConstructor: MockNetBird) {
    @Test
    fun `a constructor gets the server of its test`(mock: MockNetBird) = `each test has a server of its own`(mock)

    @Test
    fun `a client works with it`(mock: MockNetBird) =
        mock.client().use { client ->
            assertEquals(mock.userId, client.currentUserBlocking().id)
            client.createTokenBlocking("ci").use { created -> client.deleteTokenBlocking(created.token.id) }
            assertTrue("POST" in mock.control("GET", "/requests"))
        }

    @Test
    fun `two parameters are the same server`(one: MockNetBird, other: MockNetBird) = assertEquals(one.url, other.url)

    @Test
    fun `each test has a server of its own`(mock: MockNetBird) {
        assertEquals(ofTheConstructor.url, mock.url)
        SEEN += mock.url
        assertEquals(SEEN.size, SEEN.toSet().size)
    }

    @Test
    fun `each test has a server of its own, also this one`(mock: MockNetBird) = `each test has a server of its own`(mock)

    @Test
    fun `faults come and are forgotten`(mock: MockNetBird) =
        mock.client { maxRetries = 0 }.use { client ->
            val fault = """{"action": {"answer": {"status": 500, "headers": [], "body": "{\"message\": \"no\", \"code\": 500}"}}}"""
            mock.fault(fault)
            val failed = assertThrows(NetBirdException::class.java) { client.listUsersBlocking() }
            assertEquals(ErrorKind.SERVER_ERROR, failed.kind)
            mock.fault(fault)
            mock.clearFaults()
            assertTrue(client.listUsersBlocking().isNotEmpty())
        }

    @Test
    fun `a login is approved`(mock: MockNetBird) =
        runBlocking {
            val login = startLogin(mock.options())
            mock.approveLogin(login.userCode)
            val session = login.wait()
            session.credential().use { credential ->
                netbird.tokens.Client(credential, mock.options()).use { assertEquals(mock.userId, it.currentUser().id) }
            }
        }

    @Test
    fun `a world is given, and a program that is none is named`() {
        val world = """{"users": [{"id": "eve", "role": "admin", "tokens": [{"name": "laptop"}]}]}"""
        MockNetBird(world = world).use { mock -> assertEquals("eve", mock.userId) }
        val program = System.getProperty("java.home") + "/bin/java"
        val refused = assertThrows(IllegalStateException::class.java) { MockNetBird(program) }
        assertTrue("did not start" in refused.message!!, refused.message)
    }

    private companion object {
        val SEEN = CopyOnWriteArrayList<String>()
    }
}
