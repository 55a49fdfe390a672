package netbird.tokens

import java.io.ByteArrayOutputStream
import java.io.NotSerializableException
import java.io.ObjectOutputStream
import java.io.PrintWriter
import java.io.StringWriter
import java.lang.reflect.Modifier
import java.util.IdentityHashMap
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsTest {
    private val mock = MockServer()
    private val client = mock.client()
    private val created = client.createTokenBlocking("secret")

    /** Held as characters, so that the dumps below do not meet it in this class. */
    private val plain = created.plainToken.expose().toCharArray()

    @AfterAll
    fun stop() {
        client.close()
        mock.close()
    }

    private fun assertHidden(shown: String) {
        // Any eight characters of it would be too many.
        val text = String(plain)
        for (at in PREFIX..text.length - PIECE) {
            assertFalse(text.substring(at, at + PIECE) in shown, "a part of the secret is shown")
        }
    }

    @Test
    fun `printing shows a mask`() {
        assertEquals("nbp_****", created.plainToken.toString())
        assertTrue("plainToken=nbp_****" in created.toString(), created.toString())
        for (thing in listOf(created, created.token, created.plainToken, client, Credential.pat(String(plain)))) {
            assertHidden("$thing ${thing.hashCode()}")
        }
    }

    @Test
    fun `errors show nothing`() {
        val damaged = String(plain).dropLast(1) + if (plain.last() == 'x') 'y' else 'x'
        val errors = listOf(
            assertThrows(NetBirdException::class.java) { Credential.pat(damaged) },
            assertThrows(NetBirdException::class.java) { Credential.bearer(String(plain)) },
            assertThrows(NetBirdException::class.java) {
                val other = client.createTokenBlocking("other")
                client.deleteTokenBlocking(other.token.id)
                Client(Credential.pat(other.plainToken.expose())) { managementUrl = mock.url }.use { it.currentUserBlocking() }
            },
        )
        for (error in errors) {
            val trace = StringWriter().also { error.printStackTrace(PrintWriter(it)) }.toString()
            assertTrue(error.message in trace)
            assertHidden(trace + Dump.of(error))
        }
    }

    @Test
    fun `a reflection dump finds nothing`() {
        for (thing in listOf(created, client, Credential.pat(String(plain)))) {
            val dump = Dump.of(thing)
            assertTrue("Handle" in dump, "the dump reaches into the objects")
            assertHidden(dump)
        }
        // The same dump does find a text that is there.
        assertTrue("secret" in Dump.of(created))
    }

    @Test
    fun `it cannot be serialised`() {
        assertThrows(NotSerializableException::class.java) {
            ObjectOutputStream(ByteArrayOutputStream()).writeObject(created.plainToken)
        }
    }

    @Test
    fun `equality is that of the texts`() {
        val other = client.createTokenBlocking("another")
        assertEquals(created.plainToken, created.plainToken)
        assertNotEquals(created.plainToken, other.plainToken)
        assertNotEquals(created.plainToken, null)
        assertFalse(created.plainToken.equals(String(plain)))
        assertEquals(created.plainToken.hashCode(), other.plainToken.hashCode())
    }

    @Test
    fun `a closed secret is gone`() {
        val secret = client.createTokenBlocking("closed").plainToken
        secret.close()
        secret.close()
        assertThrows(IllegalStateException::class.java) { secret.expose() }
        assertEquals("nbp_****", secret.toString())
        assertEquals(secret, secret)
        assertNotEquals(secret, created.plainToken)
        assertNotEquals(created.plainToken, secret)
    }

    private companion object {
        const val PREFIX = 4
        const val PIECE = 8
    }
}

/** Everything that reflection reaches from an object, private fields included, as text. */
private object Dump {
    fun of(root: Any): String {
        val seen = IdentityHashMap<Any, Unit>()
        val out = StringBuilder()
        val todo = ArrayDeque(listOf(root))
        while (todo.isNotEmpty() && seen.size < LIMIT) {
            val thing = todo.removeFirst()
            if (seen.put(thing, Unit) != null) continue
            out.append(thing.javaClass.name).append(' ')
            when (thing) {
                is CharSequence -> out.append(thing)
                is ByteArray -> out.append(String(thing))
                is CharArray -> out.append(thing)
                is Array<*> -> todo.addAll(thing.filterNotNull())
                is Iterable<*> -> todo.addAll(thing.filterNotNull())
                else -> todo.addAll(fields(thing))
            }
            out.append('\n')
        }
        return out.toString()
    }

    private fun fields(thing: Any): List<Any> =
        generateSequence<Class<*>>(thing.javaClass) { it.superclass }
            .flatMap { it.declaredFields.asSequence() }
            .filter { !Modifier.isStatic(it.modifiers) && it.trySetAccessible() }
            .mapNotNull { it.get(thing) }
            .toList()

    private const val LIMIT = 100_000
}
