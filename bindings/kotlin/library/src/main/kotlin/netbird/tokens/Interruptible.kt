package netbird.tokens

import java.nio.channels.ClosedByInterruptException
import java.nio.channels.spi.AbstractInterruptibleChannel
import netbird.tokens.internal.NativeCancel

/**
 * Lets [Thread.interrupt] end a native call, the way it ends blocking I/O of the platform's own channels: the platform tells
 * whatever the thread waits in.
 */
internal class Interruptible private constructor(private val cancel: NativeCancel) : AbstractInterruptibleChannel() {
    /** Called on the thread that interrupts, or on our own when it was interrupted before. */
    override fun implCloseChannel(): Unit = cancel.cancel()

    private fun enter() = begin()

    private fun leave() {
        try {
            end(true)
        } catch (interrupted: ClosedByInterruptException) {
            // What came of the call is told by the call: it may have succeeded all the same, and a created token must not be
            // thrown away. The thread stays marked as interrupted.
        }
    }

    companion object {
        /** Runs a blocking call with what it is to be cancelled by. */
        fun <R> run(call: (NativeCancel) -> R): R =
            translated { NativeCancel() }.use { cancel ->
                val interruptible = Interruptible(cancel)
                interruptible.enter()
                try {
                    call(cancel)
                } finally {
                    interruptible.leave()
                }
            }
    }
}
