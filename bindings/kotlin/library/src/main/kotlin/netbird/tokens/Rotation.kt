package netbird.tokens

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.NativeRotation

/** What [Rotation.useBlocking] runs. */
public fun interface RotationBlock<R> {
    /**
     * Stores the secret of the new token.
     *
     * @param rotation the rotation, whose new token exists
     * @return whatever [Rotation.useBlocking] is to return
     * @throws Exception to have the rotation aborted
     */
    @Throws(Exception::class)
    public fun run(rotation: Rotation): R
}

/**
 * A rotation under way: the new token exists (or is about to), and the old one still works.
 *
 * ```
 * client.rotateToken("ch8i54g6lnn4g9hqv7n0").use { rotation ->
 *     vault.write(rotation.plainToken.expose())
 * }
 * ```
 *
 * [use] and [useBlocking] commit when their block ends normally, and abort when it throws. Without them: store the secret, then
 * [commit], which proves that the new token works and revokes the old one; or [abort], which revokes the new one.
 *
 * To survive a crash, begin with `prepareOnly`, store [record] before [create] and after every step, and give it to
 * [Client.resumeRotation] in the next process.
 *
 * It may be used by any number of threads and coroutines, also after the client is closed. A call that comes while another one
 * changes the rotation throws [ErrorKind.CONFLICT]. The calls have the time limit of the handle that the rotation was made with.
 *
 * @property oldToken The token that is replaced, as it was when the rotation began.
 */
public class Rotation internal constructor(native: NativeRotation) : AutoCloseable {
    private val handle = Handle(native, "the rotation")
    private var secret: Secret? = null

    public val oldToken: Token = translated { native.oldToken() }.translated()

    /**
     * The new token.
     *
     * @throws IllegalStateException before it is created, after [abort], and after [close]
     */
    public val token: Token get() = existing(direct { it.token() }).translated()

    /**
     * The new token's secret, which the server never shows again. [close] wipes it.
     *
     * @throws IllegalStateException before it is created, after [abort], and after [close]
     */
    public val plainToken: Secret
        get() = synchronized(this) { secret ?: Secret(existing(direct { it.plainToken() })).also { secret = it } }

    /**
     * What another process needs to finish this rotation. It holds no secret.
     *
     * @throws IllegalStateException after [close]
     */
    public val record: RotationRecord get() = direct { it.record() }.translated()

    /**
     * Notes that the secret is stored. [commit] does it too; do it yourself to store a [record] that says so before you commit.
     *
     * @throws IllegalStateException after [close]
     */
    public fun markStored(): Unit = direct { it.markStored() }

    /**
     * Creates the new token of a rotation that was only prepared. Once it exists, this does nothing.
     *
     * @throws NetBirdException as for [Client.createToken]. Unless it is [ErrorKind.OUTCOME_UNKNOWN], nothing was created, and it may be
     *   called again.
     */
    @Throws(NetBirdException::class)
    public suspend fun create(): Unit = direct { it.create(Engine.neverCancelled) }

    /**
     * Proves that the new token authenticates, and revokes the old one. Calling it again goes on where it failed; when all is done it
     * does nothing.
     *
     * @param keepOld whether the old token stays, because others still use it
     * @throws NetBirdException of any kind. After it both tokens exist, or the old one is revoked and the new one works.
     */
    @Throws(NetBirdException::class)
    public suspend fun commit(keepOld: Boolean = false): Unit = direct { it.commit(keepOld, Engine.neverCancelled) }

    /**
     * Revokes the new token, if there is one; the old one stays as it is. It may be called again.
     *
     * @throws NetBirdException of any kind; [ErrorKind.INVALID_ARGUMENT] after a commit; [ErrorKind.CONFLICT] when the old token may
     *   be revoked already
     */
    @Throws(NetBirdException::class)
    public suspend fun abort(): Unit = direct { it.abort(Engine.neverCancelled) }

    /**
     * [create], blocking this thread.
     *
     * @throws NetBirdException as for [create]
     */
    @Throws(NetBirdException::class)
    public fun createBlocking(): Unit = interruptible { rotation, cancel -> rotation.createBlocking(cancel) }

    /**
     * [commit], blocking this thread.
     *
     * @param keepOld whether the old token stays, because others still use it
     * @throws NetBirdException as for [commit]
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun commitBlocking(keepOld: Boolean = false): Unit =
        interruptible { rotation, cancel -> rotation.commitBlocking(keepOld, cancel) }

    /**
     * [abort], blocking this thread.
     *
     * @throws NetBirdException as for [abort]
     */
    @Throws(NetBirdException::class)
    public fun abortBlocking(): Unit = interruptible { rotation, cancel -> rotation.abortBlocking(cancel) }

    /**
     * Runs a block that stores the secret. Before it, the new token is created if it was only prepared. After it, the rotation is
     * committed, or aborted if the block threw or was cancelled, unless the block has done either itself; then it is closed.
     *
     * A cancellation does not stop what follows the block. If the abort fails, its exception is added to the block's as a suppressed
     * one, and both tokens stay. If the commit fails, the rotation stays open: [commit] it again or [abort] it.
     *
     * @param block stores the secret
     * @return what the block returns
     * @throws NetBirdException when the create or the commit fails
     */
    public suspend inline fun <R> use(block: (Rotation) -> R): R {
        var thrown: Throwable? = null
        try {
            create()
            return block(this)
        } catch (failed: Throwable) {
            thrown = failed
            throw failed
        } finally {
            end(thrown)
        }
    }

    /**
     * [use], blocking this thread. An interrupt does not stop what follows the block.
     *
     * @param block stores the secret
     * @return what the block returns
     * @throws NetBirdException when the create or the commit fails
     * @throws Exception what the block throws
     */
    @Throws(Exception::class)
    public fun <R> useBlocking(block: RotationBlock<R>): R {
        val result = try {
            createBlocking()
            block.run(this)
        } catch (failed: Throwable) {
            undo(failed) { direct { it.abortBlocking(Engine.neverCancelled) } }
            throw failed
        }
        finish { direct { it.commitBlocking(false, Engine.neverCancelled) } }
        return result
    }

    /**
     * Frees the rotation and wipes [plainToken]. One that was neither committed nor aborted leaves both tokens, and
     * [ClientOptions.observer] is told their ids.
     */
    override fun close() {
        synchronized(this) { secret?.close() }
        handle.close()
    }

    override fun toString(): String = "Rotation(${oldToken.id})"

    /** What follows the block of [use]. */
    @PublishedApi
    internal suspend fun end(thrown: Throwable?): Unit =
        withContext(NonCancellable) { if (thrown == null) finish { commit() } else undo(thrown) { abort() } }

    private inline fun finish(commit: () -> Unit) {
        if (isUndecided) commit()
        close()
    }

    private inline fun undo(thrown: Throwable, abort: () -> Unit) {
        try {
            if (isUndecided) abort()
        } catch (failed: NetBirdException) {
            thrown.addSuppressed(failed)
        } finally {
            close()
        }
    }

    private val isUndecided: Boolean
        get() = handle.isOpen &&
            when (record.stage) {
                RotationStage.PLANNED, RotationStage.CREATED, RotationStage.STORED -> true
                RotationStage.COMMITTED, RotationStage.KEPT, RotationStage.ABORTED -> false
            }

    private fun <T : Any> existing(part: T?): T = checkNotNull(part) { "the rotation has no new token" }

    private inline fun <R> direct(call: (NativeRotation) -> R): R = handle.use { translated { call(it) } }

    private inline fun <R> interruptible(crossinline call: (NativeRotation, NativeCancel) -> R): R =
        handle.use { rotation -> translated { Interruptible.run { cancel -> call(rotation, cancel) } } }
}
