package netbird.tokens

import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.uniffiRustFutureContinuationCallbackImpl

/** The native library's background thread, as the Java machine sees it. */
internal object Engine {
    init {
        // Attached once and for all, as a daemon: by default it would be made a new Java thread for each call that it completes.
        Native.setCallbackThreadInitializer(
            uniffiRustFutureContinuationCallbackImpl,
            CallbackThreadInitializer(true, false, "netbird-tokens"),
        )
    }

    /** What suspending calls are not cancelled by: their own coroutine drops them. */
    val neverCancelled: NativeCancel = NativeCancel()

    /** Makes sure that the above was done. */
    fun prepare() = Unit
}
