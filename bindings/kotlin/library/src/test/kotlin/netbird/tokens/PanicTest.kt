package netbird.tokens

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test

/** Runs on the debug build of the native library, which panics where it is asked to. */
@Tag("debug-library")
class PanicTest {
    @Test
    fun `a panic is an error and the client goes on`() =
        MockServer().use { mock ->
            mock.client().use { client ->
                val failures = listOf(
                    assertThrows(NetBirdException::class.java) { client.listTokensBlocking(PANIC) },
                    assertThrows(NetBirdException::class.java) { runBlocking { client.listTokens(PANIC) } },
                )
                for (failure in failures) {
                    assertEquals(ErrorKind.INTERNAL, failure.kind)
                    assertFalse("deliberate" in failure.message, "the panic's own text is not passed on")
                }
                assertEquals("laptop", client.listTokensBlocking().single().id)
                runBlocking { assertEquals("laptop", client.listTokens().single().id) }
            }
        }

    private companion object {
        /** As in the native library's source. */
        const val PANIC = "panic, for a test"
    }
}
