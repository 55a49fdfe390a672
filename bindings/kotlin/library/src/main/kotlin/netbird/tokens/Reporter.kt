package netbird.tokens

import java.util.logging.Level
import java.util.logging.Logger
import netbird.tokens.internal.NativeEvent
import netbird.tokens.internal.NativeObserver

/** Hands a client's events to its [Observer]. */
internal class Reporter private constructor(
    private val observer: Observer,
    /** Whether the requests are worth a call from native code each. */
    val wantsRequests: Boolean,
) : NativeObserver {
    override fun event(event: NativeEvent) {
        try {
            observer.event(event.translated())
        } catch (thrown: Exception) {
            LOGGER.log(Level.WARNING, "an observer threw an exception", thrown)
        }
    }

    companion object {
        private val LOGGER: Logger = Logger.getLogger("netbird.tokens")

        /** For that observer, or else for the platform's log. */
        fun of(observer: Observer?): Reporter =
            if (observer == null) Reporter(::log, LOGGER.isLoggable(Level.FINE)) else Reporter(observer, true)

        private fun log(event: Event) {
            if (event.isWarning && Engine.isEnding) {
                // The platform's log closes at the same time as ours is needed for the last time.
                System.err.println("netbird.tokens: $event")
            } else {
                LOGGER.log(if (event.isWarning) Level.WARNING else Level.FINE, event.message)
            }
        }
    }
}
