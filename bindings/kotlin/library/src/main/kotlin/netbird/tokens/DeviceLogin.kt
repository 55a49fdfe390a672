@file:JvmName("Login")

package netbird.tokens

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.NativeDeviceLogin
import netbird.tokens.internal.NativeOptions
import netbird.tokens.internal.startLogin as nativeStartLogin
import netbird.tokens.internal.startLoginBlocking as nativeStartLoginBlocking

/**
 * Begins to log a person in by the OAuth2 device flow (RFC 8628). Show the person the address and the code of the login, and then call
 * [DeviceLogin.wait].
 *
 * ```
 * val login = startLogin { managementUrl = "https://netbird.example.com" }
 * println("Open ${login.verificationUri} and enter ${login.userCode}")
 * val client = login.wait().credential().use { Client(it) }
 * ```
 *
 * It asks the identity provider for its document and for a code, within [ClientOptions.timeout]. A server with the embedded identity
 * provider needs no [LoginOptions]. Cancelling the coroutine leaves at most a code that expires unused.
 *
 * @param login the options of the login
 * @param configure sets those of a client that apply: where the server is ([ClientOptions.fromEnv] takes it from the environment, and no
 *   credential from there), time limits, retries, TLS, proxies, and the observer, which is also told of the session's refreshes.
 *   [ClientOptions.tokenFile] and [ClientOptions.onUnknown] do not apply and are refused.
 * @return the login
 * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] for an option that cannot be used; [ErrorKind.UNEXPECTED_RESPONSE] where the
 *   identity provider's document is missing, names endpoints on another host or in clear text, or offers no device flow;
 *   [ErrorKind.REJECTED] when the provider refuses the client, the scope or the audience; or of any kind
 */
@JvmSynthetic
@Throws(NetBirdException::class)
public suspend fun startLogin(
    login: LoginOptions = LoginOptions(),
    configure: ClientOptions.() -> Unit = {},
): DeviceLogin = startLogin(ClientOptions().apply(configure), login)

/**
 * Begins to log a person in; see the other [startLogin].
 *
 * @param options those of a client that apply, read once, now
 * @param login the options of the login
 * @return the login
 * @throws NetBirdException of any kind
 */
@JvmSynthetic
@Throws(NetBirdException::class)
public suspend fun startLogin(options: ClientOptions, login: LoginOptions = LoginOptions()): DeviceLogin =
    begin(options) { native, reporter ->
        nativeStartLogin(native, login.toNative(), reporter, reporter.wantsRequests, Engine.neverCancelled)
    }

/**
 * [startLogin], blocking this thread. An interrupt of the thread ends it with [ErrorKind.CANCELLED].
 *
 * @param options those of a client that apply, read once, now
 * @param login the options of the login
 * @return the login
 * @throws NetBirdException of any kind
 */
@JvmOverloads
@Throws(NetBirdException::class)
public fun startLoginBlocking(options: ClientOptions, login: LoginOptions = LoginOptions()): DeviceLogin =
    begin(options) { native, reporter ->
        Interruptible.run { cancel ->
            nativeStartLoginBlocking(native, login.toNative(), reporter, reporter.wantsRequests, cancel)
        }
    }

private inline fun begin(
    options: ClientOptions,
    start: (NativeOptions, Reporter) -> NativeDeviceLogin,
): DeviceLogin {
    Engine.prepare()
    return DeviceLogin(translated { start(options.toNative(options.fromEnv), Reporter.of(options.observer)) })
}

/**
 * A login that waits for a person's approval. [startLogin] makes it.
 *
 * It may be used by any number of threads and coroutines; the server is asked no more often for that. One that is closed or forgotten
 * leaves a code that expires unused.
 *
 * @property verificationUri The page that the person opens, in any browser, on any machine. Safe to print and to open.
 * @property verificationUriComplete The same page with the code filled in, for a link or a QR code. Null if the identity provider gives
 *   none.
 * @property userCode The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves.
 * @property expiresAt Until when the person can approve, by this machine's clock.
 */
public class DeviceLogin internal constructor(native: NativeDeviceLogin) : AutoCloseable {
    private val handle = Handle(native, "the login")

    public val verificationUri: String = translated { native.verificationUri() }

    public val verificationUriComplete: String? = translated { native.verificationUriComplete() }

    public val userCode: String = translated { native.userCode() }

    public val expiresAt: Instant = translated { native.expiresAt() }.toInstant()

    /** How often the server may be asked: 5 seconds, unless it said otherwise. It grows when the server asks for that. */
    public val interval: Duration get() = direct { it.interval() }.nanoseconds

    /**
     * Asks the server whether the person has decided, if the interval has passed since the last time, the first time at once; otherwise
     * nothing is sent. For programs with a loop of their own.
     *
     * An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.
     *
     * @return the session; null while nothing was decided
     * @throws NetBirdException [ErrorKind.FORBIDDEN] when the login was denied; [ErrorKind.TIMEOUT] when nobody approved it in time;
     *   [ErrorKind.REJECTED] when the identity provider refuses it for another reason; [ErrorKind.UNEXPECTED_RESPONSE] for an answer that
     *   cannot be used
     */
    @Throws(NetBirdException::class)
    public suspend fun poll(): LoginSession? = direct { it.poll(Engine.neverCancelled) }?.let(::LoginSession)

    /**
     * Polls until the person has decided or the code has expired, whatever [ClientOptions.timeout] says, which limits each request.
     *
     * Cancelling the coroutine ends the wait at once. The login can then be waited for again, and a session that came at that moment is
     * not lost.
     *
     * @return the session
     * @throws NetBirdException as for [poll]
     */
    @Throws(NetBirdException::class)
    public suspend fun wait(): LoginSession = LoginSession(direct { it.waitForSession(Engine.neverCancelled) })

    /**
     * [poll], blocking this thread.
     *
     * @return the session; null while nothing was decided
     * @throws NetBirdException as for [poll]
     */
    @Throws(NetBirdException::class)
    public fun pollBlocking(): LoginSession? =
        interruptible { login, cancel -> login.pollBlocking(cancel) }?.let(::LoginSession)

    /**
     * [wait], blocking this thread. An interrupt of the thread ends it with [ErrorKind.CANCELLED]; the login can then be waited for
     * again.
     *
     * @return the session
     * @throws NetBirdException as for [poll]
     */
    @Throws(NetBirdException::class)
    public fun waitBlocking(): LoginSession =
        LoginSession(interruptible { login, cancel -> login.waitForSessionBlocking(cancel) })

    /** Lets go of the login. Sessions that it gave stay. */
    override fun close(): Unit = handle.close()

    override fun toString(): String = "DeviceLogin($verificationUri, until $expiresAt)"

    private inline fun <R> direct(call: (NativeDeviceLogin) -> R): R = handle.use { translated { call(it) } }

    private inline fun <R> interruptible(crossinline call: (NativeDeviceLogin, NativeCancel) -> R): R =
        handle.use { login -> translated { Interruptible.run { cancel -> call(login, cancel) } } }
}
