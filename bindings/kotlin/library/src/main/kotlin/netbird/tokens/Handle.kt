package netbird.tokens

import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicLong

/**
 * An object that the native library keeps for us, freed once, by [close] or else by the garbage collector.
 *
 * The generated classes count their own calls but not the calls that they are passed to; freeing one while another call
 * reads it would be a crash. Here both count, so what is in use is freed when its last use ends, and whatever comes after
 * [close] is an [IllegalStateException].
 */
internal class Handle<T : AutoCloseable>(private val native: T, private val what: String) : AutoCloseable {
    private val closed = AtomicBoolean(false)

    /** The owner counts as one until it closes. */
    private val users = AtomicLong(1)

    /** Whether it has not been closed yet. */
    val isOpen: Boolean get() = !closed.get()

    inline fun <R> use(call: (T) -> R): R {
        val native = acquire()
        try {
            return call(native)
        } finally {
            release()
        }
    }

    override fun close() {
        close {}
    }

    /** Closes it, with one last call before it is freed; null if it was closed before. */
    inline fun <R> close(last: (T) -> R): R? {
        if (!closed.compareAndSet(false, true)) return null
        try {
            return last(native)
        } finally {
            release()
        }
    }

    private fun acquire(): T {
        while (true) {
            val count = users.get()
            check(isOpen && count > 0) { "$what is closed" }
            if (users.compareAndSet(count, count + 1)) return native
        }
    }

    private fun release() {
        if (users.decrementAndGet() == 0L) native.close()
    }
}
