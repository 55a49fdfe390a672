package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeLoginSession

/**
 * What a login gives: tokens of the person who approved it. [credential] makes a credential of it.
 *
 * A client with that credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30
 * seconds before its expiry) starts one refresh for all threads and clients, in the background, and no call waits for it. A refresh
 * that fails changes nothing: the token is used until it expires, and then calls throw [ErrorKind.UNAUTHORIZED], whose message says to
 * log in again. What becomes of a refresh is reported to the observer that the login was begun with.
 *
 * It never prints its tokens, which are kept outside the Java heap.
 *
 * @property managementUrl The server whose API it is for, without `/api` and without a trailing slash.
 * @property issuer The identity provider that it came from, without a trailing slash.
 */
public class LoginSession internal constructor(native: NativeLoginSession) : AutoCloseable {
    private val handle = Handle(native, "the session")

    public val managementUrl: String = translated { native.managementUrl() }

    public val issuer: String = translated { native.issuer() }

    /** When the token that the session has now expires, by this machine's clock. */
    public val expiresAt: Instant get() = direct { it.expiresAt() }.toInstant()

    /**
     * Whether the token is close to its expiry and can be refreshed. A program that ends soon calls [refresh] then, and exports the
     * session again.
     */
    public val needsRefresh: Boolean get() = direct { it.needsRefresh() }

    /**
     * A bearer credential that follows the session's refreshes, for [Client] and [Client.setCredential]. A client that is given no
     * management URL uses the session's, and one of another server refuses it.
     *
     * @return a credential of its own, which can be closed once a client has it, and which outlives the session's handle
     */
    @Throws(NetBirdException::class)
    public fun credential(): Credential = Credential(direct { it.credential() })

    /**
     * Refreshes now, or waits for the refresh that is under way: no longer than [ClientOptions.timeout] of the login, and at most 30
     * seconds. Whatever happens, the session keeps a token. If the coroutine is cancelled, the refresh goes on.
     *
     * @throws NetBirdException [ErrorKind.UNAUTHORIZED] when the identity provider has ended the session; [ErrorKind.INVALID_ARGUMENT]
     *   when it has no refresh token; or of any kind
     */
    @Throws(NetBirdException::class)
    public suspend fun refresh(): Unit = direct { it.refresh(Engine.neverCancelled) }

    /**
     * [refresh], blocking this thread. An interrupt of the thread ends it with [ErrorKind.CANCELLED], and the refresh goes on.
     *
     * @throws NetBirdException as for [refresh]
     */
    @Throws(NetBirdException::class)
    public fun refreshBlocking(): Unit =
        handle.use { session -> translated { Interruptible.run { cancel -> session.refreshBlocking(cancel) } } }

    /**
     * From now on calls start no refresh: only [refresh] does. For a program that ends soon: where the identity provider accepts a
     * refresh token once, a refresh that the program does not outlive would lose the session.
     */
    public fun refreshOnRequest(): Unit = direct { it.refreshOnRequest() }

    /**
     * The session as it is now, as JSON text for [restore]. Whoever has it can act as the person: keep it in the system's keyring, or in
     * a file that only its owner can read. Export it again after a refresh, which may change the refresh token.
     *
     * @return a secret of its own
     */
    @Throws(NetBirdException::class)
    public fun export(): Secret = Secret(direct { it.exportText() })

    /** Lets go of the session. Clients and credentials that came from it keep it. */
    override fun close(): Unit = handle.close()

    override fun toString(): String = "LoginSession($managementUrl)"

    private inline fun <R> direct(call: (NativeLoginSession) -> R): R = handle.use { translated { call(it) } }

    public companion object {
        /**
         * Takes up a session that [export] gave, perhaps in another process. Nothing is sent.
         *
         * @param text the exported text; this [String] cannot be wiped
         * @param configure sets the options, as for [startLogin]; the management URL may be left out
         * @return the session
         * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] for a text that is not an exported session and for one of another server;
         *   [ErrorKind.CONFIGURATION]. No message shows its tokens.
         */
        @JvmSynthetic
        @Throws(NetBirdException::class)
        public fun restore(text: String, configure: ClientOptions.() -> Unit = {}): LoginSession =
            restore(text, ClientOptions().apply(configure))

        /**
         * Takes up a session that [export] gave, perhaps in another process. Nothing is sent.
         *
         * @param text the exported text; this [String] cannot be wiped
         * @param options as for [startLogin], read once, now; the management URL may be left out
         * @return the session
         * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] for a text that is not an exported session and for one of another server;
         *   [ErrorKind.CONFIGURATION]. No message shows its tokens.
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun restore(text: String, options: ClientOptions): LoginSession {
            Engine.prepare()
            val reporter = Reporter.of(options.observer)
            return LoginSession(
                translated {
                    NativeLoginSession.restore(text, options.toNative(options.fromEnv), reporter, reporter.wantsRequests)
                },
            )
        }
    }
}
