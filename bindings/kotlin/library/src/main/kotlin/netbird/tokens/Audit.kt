package netbird.tokens

import java.util.stream.Stream
import kotlin.streams.asStream
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import netbird.tokens.internal.NativeAudit

/**
 * An audit that goes on: one result per user, as it arrives.
 *
 * ```
 * val audit = client.auditTokens()
 * audit.users.collect { println("${it.user.name}: ${it.tokens.size} tokens") }
 * println(audit.summary)
 * ```
 *
 * It runs in the background a little ahead of whoever takes the results, and stops there until they are taken. [close] ends it, and
 * so does the garbage collector. Each result is delivered once.
 *
 * @property userCount The number of users whose tokens are requested, and so of results unless the audit ends early.
 */
public class Audit internal constructor(native: NativeAudit) : AutoCloseable {
    private val handle = Handle(native, "the audit")
    private var last: AuditSummary? = null

    public val userCount: Int = translated { native.userCount() }.toInt()

    /** The numbers of the results so far; complete after the last. */
    public val summary: AuditSummary
        get() = synchronized(this) { last ?: handle.use { translated { it.summary() } }.translated() }

    /**
     * The results. When its collector ends, at the end, early, or by a cancellation, the audit is closed.
     */
    public val users: Flow<UserAudit> = flow {
        use {
            while (true) emit(next() ?: break)
        }
    }

    /**
     * The results, for a thread that blocks until each arrives. When it ends early, [close] the audit.
     *
     * An interrupt of the thread throws [ErrorKind.CANCELLED]. The audit goes on, and the next element is the next result.
     *
     * @return a sequence that can be iterated once
     */
    public fun usersBlocking(): Sequence<UserAudit> = generateSequence { nextBlocking() }

    /**
     * [usersBlocking], for Java.
     *
     * @return a stream of the results
     */
    public fun streamBlocking(): Stream<UserAudit> = usersBlocking().asStream()

    /** Ends the audit. [summary] can still be read. Closing twice does nothing. */
    override fun close() {
        synchronized(this) { handle.close { last = translated { it.summary() }.translated() } }
    }

    override fun toString(): String = "Audit($userCount users)"

    private suspend fun next(): UserAudit? =
        handle.use { translated { it.next(Engine.neverCancelled) } }?.translated()

    private fun nextBlocking(): UserAudit? =
        handle.use { audit -> translated { Interruptible.run { cancel -> audit.nextBlocking(cancel) } } }?.translated()
}
