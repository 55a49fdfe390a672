package netbird.tokens

import java.time.Duration
import java.util.concurrent.CopyOnWriteArrayList
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What the Kotlin layer adds to a rotation. The scenarios say what each step must do. */
class RotationTest {
    private val mock = MockServer()
    private val events = CopyOnWriteArrayList<Event>()
    private val client = mock.client { observer = Observer { events.add(it) } }
    private val old = client.createTokenBlocking("deploy", 30).use { it.token }

    @AfterEach
    fun stop() {
        client.close()
        mock.close()
    }

    private class StoreFailed : Exception("deliberate, in a test")

    /** The ids of the tokens other than the client's own. */
    private fun ids() = mock.tokens().map { it.getString("id") }.filter { it != "laptop" }

    private fun kindOf(call: () -> Unit) = assertThrows(NetBirdException::class.java) { call() }.kind

    private fun left() = events.filter { it.kind == EventKind.ROTATION_OPEN }

    @Test
    fun `use commits when its block ends`(): Unit = runBlocking {
        lateinit var kept: Rotation
        val (id, plain) = client.rotateToken(old.id).use { rotation ->
            kept = rotation
            assertEquals(old, rotation.oldToken)
            assertTrue(rotation.token.name.matches(Regex("deploy #[0-9a-z]{10}")), rotation.token.name)
            assertEquals(30, rotation.token.daysLeft(rotation.token.createdAt))
            assertEquals("nbp_****", rotation.plainToken.toString())
            assertSame(rotation.plainToken, rotation.plainToken)
            rotation.token.id to rotation.plainToken.expose()
        }
        assertEquals(listOf(id), ids())
        Client(Credential.pat(plain)) { managementUrl = mock.url }.use { assertEquals(id, it.checkCredential().token?.id) }
        assertThrows(IllegalStateException::class.java) { kept.record }
        assertThrows(IllegalStateException::class.java) { kept.plainToken.expose() }
        assertEquals(emptyList<Event>(), left())
    }

    @Test
    fun `use commits when its block returns from the function around it`(): Unit = runBlocking {
        suspend fun rotate(): String {
            client.rotateToken(name = "deploy").use { return it.token.id }
        }
        assertEquals(listOf(rotate()), ids())
    }

    @Test
    fun `use aborts when its block throws`(): Unit = runBlocking {
        val failed = StoreFailed()
        val thrown = runCatching { client.rotateToken(old.id).use { throw failed } }.exceptionOrNull()
        assertSame(failed, thrown)
        assertEquals(0, failed.suppressed.size)
        assertEquals(listOf(old.id), ids())
        assertEquals(emptyList<Event>(), left())
    }

    @Test
    fun `use aborts when its coroutine is cancelled, and only then ends`(): Unit = runBlocking {
        val stored = CompletableDeferred<Unit>()
        val job = async(Dispatchers.Default) {
            client.rotateToken(old.id).use {
                stored.complete(Unit)
                awaitCancellation()
            }
        }
        stored.await()
        assertEquals(2, ids().size)
        job.cancelAndJoin()
        assertEquals(listOf(old.id), ids())
    }

    @Test
    fun `an abort that fails is added to the block's exception, and both ids are reported`(): Unit = runBlocking {
        val failed = StoreFailed()
        mock.refuseDelete()
        var id: String? = null
        val thrown = runCatching {
            client.rotateToken(old.id).use {
                id = it.token.id
                throw failed
            }
        }.exceptionOrNull()
        assertSame(failed, thrown)
        assertEquals(ErrorKind.FORBIDDEN, (failed.suppressed.single() as NetBirdException).kind)
        assertEquals(setOf(old.id, id), ids().toSet())
        assertEquals(listOf(old.id, id), left().single().tokenIds)
        assertTrue(left().single().isWarning)
    }

    @Test
    fun `what the block has decided stays`(): Unit = runBlocking {
        val id = client.rotateToken(old.id).use { rotation ->
            rotation.commit(keepOld = true)
            assertEquals(RotationStage.KEPT, rotation.record.stage)
            rotation.token.id
        }
        assertEquals(setOf(old.id, id), ids().toSet())
        client.rotateToken(id).use { it.abort() }
        assertEquals(setOf(old.id, id), ids().toSet())
        val thrown = runCatching {
            client.rotateToken(id).use {
                it.commit()
                throw StoreFailed()
            }
        }.exceptionOrNull()
        assertTrue(thrown is StoreFailed)
        assertEquals(0, checkNotNull(thrown).suppressed.size)
        assertFalse(id in ids())
    }

    @Test
    fun `a commit that fails can be called again`(): Unit = runBlocking {
        mock.refuseDelete()
        lateinit var kept: Rotation
        val thrown = runCatching { client.rotateToken(old.id).use { kept = it } }.exceptionOrNull()
        assertEquals(ErrorKind.FORBIDDEN, (thrown as NetBirdException).kind)
        assertEquals(RotationStage.STORED, kept.record.stage)
        kept.commit()
        assertEquals(listOf(kept.token.id), ids())
        kept.close()
        assertEquals(emptyList<Event>(), left())
    }

    @Test
    fun `closing an open rotation leaves both tokens and reports their ids`() {
        val rotation = client.rotateTokenBlocking(old.id)
        val id = rotation.token.id
        rotation.close()
        rotation.close()
        assertEquals(setOf(old.id, id), ids().toSet())
        assertEquals(listOf(old.id, id), left().single().tokenIds)
        assertThrows(IllegalStateException::class.java) { rotation.commitBlocking() }
    }

    @Test
    fun `the collector reports an open rotation that was forgotten`(): Unit =
        assertTimeoutPreemptively(Duration.ofSeconds(30)) {
            val id = rotateAndForget()
            while (left().isEmpty()) {
                System.gc()
                Thread.sleep(20)
            }
            assertEquals(listOf(old.id, id), left().single().tokenIds)
        }

    private fun rotateAndForget(): String = client.rotateTokenBlocking(old.id).token.id

    @Test
    fun `a prepared rotation is resumed by its record`() {
        val rotation = client.rotateTokenBlocking(old.id, prepareOnly = true)
        assertEquals(RotationStage.PLANNED, rotation.record.stage)
        assertThrows(IllegalStateException::class.java) { rotation.token }
        assertThrows(IllegalStateException::class.java) { rotation.plainToken }
        rotation.createBlocking()
        val record = rotation.record
        rotation.close()
        val read = RotationRecord.fromJson(record.toJson())
        assertEquals(record, read)
        assertEquals(RotationStage.ABORTED, client.resumeRotationBlocking(read).stage)
        assertEquals(listOf(old.id), ids())
        assertEquals(ErrorKind.INVALID_ARGUMENT, kindOf { RotationRecord.fromJson(record.toJson().dropLast(5)) })
    }

    @Test
    fun `a rotation whose secret is held is resumed forwards`(): Unit = runBlocking {
        val (record, plain) = client.rotateToken(old.id).let { it.record to it.plainToken.expose() }
        val finished = Secret.of(plain).use { client.resumeRotation(record, it) }
        assertEquals(RotationStage.COMMITTED, finished.stage)
        assertEquals(listOf(record.tokenId), ids())
        assertEquals(finished, client.resumeRotation(finished))
    }

    @Test
    fun `a record at the stage stored is resumed forwards without the secret`() {
        val rotation = client.rotateTokenBlocking(old.id)
        rotation.markStored()
        assertEquals(RotationStage.COMMITTED, client.resumeRotationBlocking(rotation.record).stage)
        assertEquals(listOf(rotation.token.id), ids())
    }

    @Test
    fun `the credential in use is rotated with adopt`(): Unit = runBlocking {
        val id = client.rotateToken("laptop", newName = "desktop", expiresInDays = 7, tag = false, adopt = true).use { rotation ->
            assertEquals("desktop", rotation.token.name)
            assertEquals(7, rotation.token.daysLeft(rotation.token.createdAt))
            rotation.token.id
        }
        assertEquals(id, client.checkCredential().token?.id)
        assertFalse("laptop" in mock.tokens().map { it.getString("id") })
    }

    @Test
    fun `a name that several tokens have names their ids`() {
        val other = client.createTokenBlocking("deploy", tag = true).use { it.token }
        val refused = assertThrows(NetBirdException::class.java) { client.rotateTokenBlocking(name = "deploy") }
        assertEquals(ErrorKind.CONFLICT, refused.kind)
        assertEquals(setOf(old.id, other.id), refused.candidateTokenIds.toSet())
        assertEquals(ErrorKind.INVALID_ARGUMENT, kindOf { client.rotateTokenBlocking() })
        assertEquals(ErrorKind.INVALID_ARGUMENT, kindOf { client.rotateTokenBlocking(old.id, "deploy") })
    }

    /** The observer is called within the native call that gives the rotation; the coroutine sees the cancellation after it. */
    @Test
    fun `a rotation that is ready but never reaches its coroutine leaves no token`() {
        var caller: Job? = null
        val watched = mock.client {
            observer = Observer { if (it.kind == EventKind.REQUEST && it.message.startsWith("POST ")) caller?.cancel() }
        }
        val outcome = runBlocking(Dispatchers.Default) {
            runCatching {
                coroutineScope {
                    caller = coroutineContext[Job]
                    watched.rotateToken(old.id)
                }
            }
        }
        assertTrue(outcome.exceptionOrNull() is CancellationException, "$outcome")
        watched.close()
        assertEquals(listOf(old.id), ids())
    }

    @Test
    fun `useBlocking commits, and aborts when its block throws`() {
        val failed = StoreFailed()
        assertSame(failed, runCatching { client.rotateTokenBlocking(old.id).useBlocking { throw failed } }.exceptionOrNull())
        assertEquals(listOf(old.id), ids())
        val id = client.rotateTokenBlocking(old.id, prepareOnly = true).useBlocking { it.token.id }
        assertEquals(listOf(id), ids())
    }

    @Test
    fun `an interrupt in the block of useBlocking does not stop the abort`() {
        val thrown = runCatching {
            client.rotateTokenBlocking(old.id).useBlocking {
                Thread.currentThread().interrupt()
                throw StoreFailed()
            }
        }.exceptionOrNull()
        assertTrue(Thread.interrupted())
        assertEquals(0, checkNotNull(thrown).suppressed.size)
        assertEquals(listOf(old.id), ids())
    }

    @Test
    fun `an interrupt ends one call and not the rotation`() {
        client.rotateTokenBlocking(old.id).useBlocking { rotation ->
            Thread.currentThread().interrupt()
            val kind = kindOf { rotation.commitBlocking() }
            assertTrue(Thread.interrupted())
            assertEquals(ErrorKind.CANCELLED, kind)
            rotation.commitBlocking()
            assertNotEquals(listOf(old.id), ids())
            assertEquals(listOf(rotation.token.id), ids())
        }
    }

    @Test
    fun `printing a rotation shows no secret`() {
        client.rotateTokenBlocking(old.id).useBlocking { rotation ->
            val plain = rotation.plainToken.expose()
            assertFalse(plain in "$rotation ${rotation.record} ${rotation.record.toJson()}")
            rotation.abortBlocking()
        }
    }
}
