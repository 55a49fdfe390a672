package netbird.tokens

import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

private const val CALLS = 1_000

class ConcurrencyTest {
    @Test
    fun `a thousand coroutines share a client`() =
        MockServer().use { mock ->
            mock.client().use { client ->
                val lists = runBlocking(Dispatchers.Default) {
                    List(CALLS) { async { client.listTokens(MockServer.USER) } }.awaitAll()
                }
                assertEquals(CALLS, lists.count { list -> list.single().id == "laptop" })
            }
            assertEquals(CALLS, mock.takeRequests().size)
        }

    @Test
    fun `a thousand blocking calls from many threads share a client`() =
        MockServer().use { mock ->
            val threads = Executors.newFixedThreadPool(50)
            try {
                mock.client().use { client ->
                    val call = Callable { client.listTokensBlocking(MockServer.USER) }
                    val lists = threads.invokeAll(List(CALLS) { call }).map { it.get() }
                    assertEquals(CALLS, lists.count { list -> list.single().id == "laptop" })
                }
            } finally {
                threads.shutdownNow()
            }
            assertEquals(CALLS, mock.takeRequests().size)
        }
}
