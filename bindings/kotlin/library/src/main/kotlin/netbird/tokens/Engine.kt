package netbird.tokens

import com.sun.jna.Callback
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.uniffiCallbackInterfaceNativeObserver
import netbird.tokens.internal.uniffiRustFutureContinuationCallbackImpl
import netbird.tokens.internal.waitBeforeExit

/** The native library's background thread, and its place in the JVM. */
internal object Engine {
    /** Whether the JVM is shutting down. */
    @Volatile
    var isEnding: Boolean = false
        private set

    /** What suspending calls are not cancelled by: their own coroutine drops them. */
    val neverCancelled: NativeCancel

    init {
        keepAttached(uniffiRustFutureContinuationCallbackImpl)
        keepAttached(uniffiCallbackInterfaceNativeObserver.event)
        keepAttached(uniffiCallbackInterfaceNativeObserver.uniffiFree)
        neverCancelled = NativeCancel()
        try {
            Runtime.getRuntime().addShutdownHook(Thread(::end, "netbird-tokens-exit"))
        } catch (ending: IllegalStateException) {
            // The JVM is shutting down already. The native library waits on its own when the process exits.
        }
    }

    /** Attaches the thread once, as a daemon: by default it becomes a new Java thread for each call that it completes. */
    private fun keepAttached(callback: Callback) =
        Native.setCallbackThreadInitializer(callback, CallbackThreadInitializer(true, false, "netbird-tokens"))

    /** Waits for interrupted creates as long as observers can still be called: native code outlives the JVM. */
    private fun end() {
        isEnding = true
        waitBeforeExit()
    }

    /** Makes sure that the above was done. */
    fun prepare() = Unit
}
