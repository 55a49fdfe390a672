package netbird.tokens

import netbird.tokens.internal.NativeSecret

/**
 * A secret. It is kept outside the Java heap, prints as `nbp_****` (or `****` if it is not a PAT), is compared in constant time, and
 * is wiped from memory by [close] or else by the garbage collector.
 *
 * [expose] is the only way to read it. The [String] that it returns cannot be wiped and is yours to guard.
 */
public class Secret internal constructor(native: NativeSecret) : AutoCloseable {
    internal val handle = Handle(native, "the secret")
    private val mask = translated { native.masked() }

    /**
     * The plain text.
     *
     * @return a text that nothing can wipe: keep it nowhere
     * @throws IllegalStateException after [close]
     * @throws NetBirdException [ErrorKind.INTERNAL] alone
     */
    @Throws(NetBirdException::class)
    public fun expose(): String = handle.use { translated { it.expose() } }

    /**
     * Whether both hold the same text, compared in constant time. A closed one is equal only to itself.
     *
     * @param other what to compare it with
     * @return whether it is a secret with the same text
     */
    override fun equals(other: Any?): Boolean =
        this === other || (other is Secret && handle.isOpen && other.handle.isOpen && sameText(other))

    private fun sameText(other: Secret): Boolean =
        handle.use { mine -> other.handle.use { theirs -> translated { mine.isEqual(theirs) } } }

    /**
     * The same for all secrets, since a hash of the text would reveal something about it.
     *
     * @return a constant
     */
    override fun hashCode(): Int = Secret::class.hashCode()

    /**
     * The mask.
     *
     * @return `nbp_****` or `****`
     */
    override fun toString(): String = mask

    /** Wipes the text. */
    override fun close(): Unit = handle.close()

    public companion object {
        /**
         * A secret from its text, for [Client.resumeRotation].
         *
         * @param text the plain text; this [String] cannot be wiped
         * @return the secret
         */
        @JvmStatic
        public fun of(text: String): Secret = translated { Secret(NativeSecret.fromText(text)) }
    }
}

/** Runs a call with the native secret, or without one. */
internal inline fun <R> Secret?.useNative(call: (NativeSecret?) -> R): R = if (this == null) call(null) else handle.use(call)
