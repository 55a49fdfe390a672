package netbird.tokens

import java.nio.channels.ClosedByInterruptException
import java.nio.channels.spi.AbstractInterruptibleChannel
import netbird.tokens.internal.NativeCancel

/**
 * Lets [Thread.interrupt] end a native call in the way it ends blocking I/O of the platform's own channels: the platform notifies
 * the channel that the thread is waiting in.
 */
internal class Interruptible private constructor(private val cancel: NativeCancel) : AbstractInterruptibleChannel() {
    /** Called on the thread that interrupts, or on ours if it was interrupted before. */
    override fun implCloseChannel(): Unit = cancel.cancel()

    private fun enter() = begin()

    private fun leave() {
        try {
            end(true)
        } catch (interrupted: ClosedByInterruptException) {
            // The call's own result says what happened: it may have succeeded all the same, and a created token must not be
            // lost. The thread stays marked as interrupted.
        }
    }

    companion object {
        /** Runs a blocking call with what cancels it. */
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
