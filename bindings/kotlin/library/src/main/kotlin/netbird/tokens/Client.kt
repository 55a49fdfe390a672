package netbird.tokens

import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import netbird.tokens.internal.NativeClient
import netbird.tokens.internal.NativeCreateSlot
import netbird.tokens.internal.NativeNewToken
import netbird.tokens.internal.NativeRotateToken
import netbird.tokens.internal.NativeRotationSlot

/**
 * A client of one NetBird server.
 *
 * All methods may be called from any number of threads and coroutines at once. The suspending ones need no particular
 * dispatcher and block no thread. Each has a twin that blocks the calling thread, for Java and for scripts.
 *
 * Calls that take a `userId` take null for the user that the credential belongs to.
 *
 * **Errors.** Every call may throw a [NetBirdException] of any [ErrorKind].
 *
 * **Cancellation.** A cancelled coroutine ends its call at once, with Kotlin's own `CancellationException`. An interrupted thread
 * ends a blocking call with [ErrorKind.CANCELLED]. A delete that was sent may have happened: fetch the token to check. A create
 * that was sent is finished in the background, and the token that it made is revoked, because nobody holds its secret. What
 * cannot be revoked is reported to [ClientOptions.observer].
 *
 * **Closing.** [close] and [closeAndAwait] free the client after waiting up to 5 seconds for interrupted creates. A normal exit of
 * the JVM waits for them too. Calls in progress still finish; a call after closing throws [IllegalStateException]. A client that
 * is never closed is freed by the garbage collector.
 *
 * @property managementUrl The management URL in use, without `/api` and without a trailing slash.
 */
public class Client private constructor(native: NativeClient) : BlockingCalls(native), AutoCloseable {
    public val managementUrl: String = translated { native.managementUrl() }

    /**
     * A client that authenticates with [credential], of which it makes its own copy. Nothing is sent yet.
     *
     * ```
     * val client = Credential.detect(text).use { Client(it) { managementUrl = "https://netbird.example.com" } }
     * ```
     *
     * @param credential how to authenticate
     * @param configure sets the options
     * @throws NetBirdException [ErrorKind.CONFIGURATION] or [ErrorKind.INVALID_ARGUMENT] for options that cannot be used
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public constructor(credential: Credential, configure: ClientOptions.() -> Unit = {}) :
        this(credential, ClientOptions().apply(configure))

    /**
     * A client that authenticates with [credential], of which it makes its own copy. Nothing is sent yet.
     *
     * @param credential how to authenticate
     * @param options read once, now
     * @throws NetBirdException [ErrorKind.CONFIGURATION] or [ErrorKind.INVALID_ARGUMENT] for options that cannot be used
     */
    @Throws(NetBirdException::class)
    public constructor(credential: Credential, options: ClientOptions) : this(create(credential, options, options.fromEnv))

    /**
     * A client whose options say where the credential is: [ClientOptions.tokenFile] or [ClientOptions.fromEnv]. Nothing is sent yet.
     *
     * ```
     * val client = Client { tokenFile = "/run/secrets/netbird" }
     * ```
     *
     * @param configure sets the options
     * @throws NetBirdException [ErrorKind.CONFIGURATION], [ErrorKind.INVALID_CREDENTIAL] or [ErrorKind.INVALID_ARGUMENT] for options
     *   that cannot be used
     */
    @Throws(NetBirdException::class)
    public constructor(configure: ClientOptions.() -> Unit) : this(ClientOptions().apply(configure))

    /**
     * A client whose options say where the credential is: [ClientOptions.tokenFile] or [ClientOptions.fromEnv]. Nothing is sent yet.
     *
     * @param options read once, now
     * @throws NetBirdException [ErrorKind.CONFIGURATION], [ErrorKind.INVALID_CREDENTIAL] or [ErrorKind.INVALID_ARGUMENT] for options
     *   that cannot be used
     */
    @Throws(NetBirdException::class)
    public constructor(options: ClientOptions) : this(create(null, options, options.fromEnv))

    /**
     * A handle of the same client with another time limit. It is closed on its own.
     *
     * @param timeout how long a call of the handle may take, retries included
     * @return the handle
     * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] for a limit that is not positive or longer than a day
     */
    @Throws(NetBirdException::class)
    public fun withTimeout(timeout: Duration): Client = direct { Client(it.withTimeout(timeout.inWholeNanoseconds)) }

    /**
     * A handle of the same client with another time limit, for Java. It is closed on its own.
     *
     * @param timeout how long a call of the handle may take, retries included
     * @return the handle
     * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] for a limit that is not positive or longer than a day
     */
    @Throws(NetBirdException::class)
    public fun withTimeout(timeout: java.time.Duration): Client = withTimeout(timeout.toKotlinDuration())

    /**
     * Uses another credential from the next call on, in every handle of this client. Calls in progress keep the old one.
     *
     * @param credential how to authenticate; the client makes its own copy
     * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] when it has a character that cannot be sent
     */
    @Throws(NetBirdException::class)
    public fun setCredential(credential: Credential): Unit =
        credential.handle.use { new -> direct { it.setCredential(new) } }

    /**
     * All tokens of a user, in no particular order.
     *
     * @param userId the user; null for the one that the credential belongs to
     * @return the tokens; empty if there are none
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public suspend fun listTokens(userId: String? = null): List<Token> =
        direct { it.listTokens(userId, Engine.neverCancelled) }.map { it.translated() }

    /**
     * One token of a user.
     *
     * @param tokenId the token's id
     * @param userId the user; null for the one that the credential belongs to
     * @return the token
     * @throws NetBirdException of any kind; [ErrorKind.NOT_FOUND] also when the token is another user's
     */
    @Throws(NetBirdException::class)
    public suspend fun getToken(tokenId: String, userId: String? = null): Token =
        direct { it.getToken(tokenId, userId, Engine.neverCancelled) }.translated()

    /**
     * Creates a token for a user. It is never sent twice unless the first was certainly not acted on. If its answer is lost,
     * finding out what it did may take 15 seconds beyond the call's own time.
     *
     * If the coroutine is cancelled before the secret reaches it, the token is revoked in the background. Store the secret in the
     * coroutine that creates the token: what cancels on its way out of `withContext` or `withTimeout` takes the result with it.
     *
     * @param name a name that you will recognise; not empty, need not be unique
     * @param expiresInDays the lifetime in days, 1 to 365; null for 90
     * @param userId the user who is to own it; null for the one that the credential belongs to
     * @param tag whether the name is sent as `NAME #TAG`, with ten random characters. No other token has such a name, so a token
     *   whose answer was lost can be found with certainty. [OnUnknown.REVOKE_AND_RETRY] needs it.
     * @return the token with its secret, which the server never shows again
     * @throws NetBirdException of any kind; once an answer was lost, [ErrorKind.OUTCOME_UNKNOWN] and no other
     */
    @Throws(NetBirdException::class)
    public suspend fun createToken(
        name: String,
        expiresInDays: Int? = null,
        userId: String? = null,
        tag: Boolean = false,
    ): CreatedToken =
        direct { client ->
            // What is still in the slot when it is closed is revoked.
            NativeCreateSlot().use { slot ->
                val new = NativeNewToken(name, expiresInDays?.toLong(), tag)
                client.createToken(new, userId, slot, Engine.neverCancelled)
                slot.take()
            }
        }.translated()

    /**
     * Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after an
     * attempt whose answer was lost.
     *
     * @param tokenId the token's id
     * @param userId the user; null for the one that the credential belongs to
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public suspend fun deleteToken(tokenId: String, userId: String? = null): Unit =
        direct { it.deleteToken(tokenId, userId, Engine.neverCancelled) }

    /**
     * Begins to rotate a token: finds it and creates its successor, the new token. The old one still works; [Rotation.use] does
     * the rest.
     *
     * If the coroutine is cancelled before the rotation reaches it, the new token is revoked in the background.
     *
     * @param tokenId the token's id; or else [name]
     * @param name the name of the one token that has it; the tag at the end of a token's name does not count
     * @param newName the new token's name; null for the old one's, without its tag
     * @param expiresInDays the new token's lifetime in days, 1 to 365; null for the old one's
     * @param userId the user who owns the token; null for the one that the credential belongs to
     * @param tag whether the new token's name is sent as `NAME #TAG`. Without a tag, a rotation that ended between sending the create
     *   and learning the new token's id cannot be resumed.
     * @param adopt whether this client goes on with the new token once that is proved to work. Needed to rotate the credential in use.
     * @param prepareOnly whether nothing is created yet, so that [Rotation.record] can be stored first; [Rotation.create] goes on
     * @return the rotation
     * @throws NetBirdException of any kind; [ErrorKind.CONFLICT] when several tokens have the name, with their ids. Unless it is
     *   [ErrorKind.OUTCOME_UNKNOWN], nothing has changed.
     */
    @Throws(NetBirdException::class)
    public suspend fun rotateToken(
        tokenId: String? = null,
        name: String? = null,
        newName: String? = null,
        expiresInDays: Int? = null,
        userId: String? = null,
        tag: Boolean = true,
        adopt: Boolean = false,
        prepareOnly: Boolean = false,
    ): Rotation =
        direct { client ->
            // What is still in the slot when it is closed is revoked.
            NativeRotationSlot().use { slot ->
                val rotate = NativeRotateToken(tokenId, name, newName, expiresInDays?.toLong(), tag, adopt, prepareOnly)
                client.rotateToken(rotate, userId, slot, Engine.neverCancelled)
                Rotation(slot.take())
            }
        }

    /**
     * Finishes a rotation that another process began. If the secret of the new token is stored (the record says so, or [plainToken]
     * is that secret), the old token is revoked, or kept if the record says so; if not, the new one is revoked.
     *
     * @param record the record as it was stored last
     * @param plainToken the new token's secret if you find that you hold it
     * @return the record as it is then; a finished one is returned as it is
     * @throws NetBirdException of any kind; [ErrorKind.INVALID_ARGUMENT] for a record of another server, [ErrorKind.CONFLICT] when one
     *   of the two tokens is gone, so that finishing would leave none that works
     */
    @Throws(NetBirdException::class)
    public suspend fun resumeRotation(record: RotationRecord, plainToken: Secret? = null): RotationRecord =
        direct { client -> plainToken.useNative { client.resumeRotation(record.toNative(), it, Engine.neverCancelled) } }
            .translated()

    /**
     * Audits the tokens of all users that the credential may see: its own user and every service user. Lists the users; [Audit.users]
     * then gives one result per user as it arrives. A server that answers 429 slows the audit down and fails none of it.
     *
     * @param configure sets the options
     * @return the audit
     * @throws NetBirdException for what keeps the users from being listed. A user whose tokens cannot be listed is a result.
     */
    @Throws(NetBirdException::class)
    public suspend fun auditTokens(configure: AuditOptions.() -> Unit = {}): Audit =
        auditTokens(AuditOptions().apply(configure))

    /**
     * Audits the tokens of all users that the credential may see.
     *
     * @param options read once, now
     * @return the audit
     * @throws NetBirdException for what keeps the users from being listed. A user whose tokens cannot be listed is a result.
     */
    @Throws(NetBirdException::class)
    public suspend fun auditTokens(options: AuditOptions): Audit =
        Audit(direct { it.auditTokens(options.toNative(), Engine.neverCancelled) })

    /**
     * The user that the credential belongs to. Always asks the server.
     *
     * @return the user
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public suspend fun currentUser(): User = direct { it.currentUser(Engine.neverCancelled) }.translated()

    /**
     * The users that the credential may see: all, or only its own.
     *
     * @return the users
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public suspend fun listUsers(): List<User> = direct { it.listUsers(Engine.neverCancelled) }.map { it.translated() }

    /**
     * Whether the credential works, and what is known about it. One that does not work is not an exception here: the result says
     * how the server refuses it.
     *
     * @return what is known
     * @throws NetBirdException for whatever keeps the question from being answered: the network, the server's own failure, the time
     */
    @Throws(NetBirdException::class)
    public suspend fun checkCredential(): CredentialCheck = direct { it.checkCredential(Engine.neverCancelled) }.translated()

    /**
     * Closes the client. It first waits until the interrupted creates of this client are finished, for at most 5 seconds and
     * whether or not the thread is interrupted; usually there are none. Closing twice does nothing.
     */
    override fun close() {
        handle.close { translated { it.finishInterruptedBlocking() } }
    }

    /**
     * [close] without blocking a thread. It also waits in a coroutine that is cancelled.
     *
     * @return whether all interrupted creates are finished. What could not be cleaned up was reported to [ClientOptions.observer].
     */
    public suspend fun closeAndAwait(): Boolean =
        withContext(NonCancellable) { handle.close { translated { it.finishInterrupted() } } } ?: true

    override fun toString(): String = "Client($managementUrl)"

    private inline fun <R> direct(call: (NativeClient) -> R): R = handle.use { translated { call(it) } }

    public companion object {
        /**
         * A client with the credential and the management URL from the environment; see [ClientOptions.fromEnv].
         *
         * @param configure sets the options; they win over the environment
         * @return the client; nothing is sent yet
         * @throws NetBirdException [ErrorKind.CONFIGURATION] when there is no credential or two variables disagree,
         *   [ErrorKind.INVALID_CREDENTIAL], [ErrorKind.INVALID_ARGUMENT]
         */
        @JvmStatic
        @JvmOverloads
        @Throws(NetBirdException::class)
        public fun fromEnv(configure: ClientOptions.() -> Unit = {}): Client = fromEnv(ClientOptions().apply(configure))

        /**
         * A client with the credential and the management URL from the environment; see [ClientOptions.fromEnv].
         *
         * @param options read once, now; they win over the environment
         * @return the client; nothing is sent yet
         * @throws NetBirdException [ErrorKind.CONFIGURATION] when there is no credential or two variables disagree,
         *   [ErrorKind.INVALID_CREDENTIAL], [ErrorKind.INVALID_ARGUMENT]
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun fromEnv(options: ClientOptions): Client = Client(create(null, options, true))

        private fun create(credential: Credential?, options: ClientOptions, fromEnv: Boolean): NativeClient {
            Engine.prepare()
            val reporter = Reporter.of(options.observer)
            val make = { native: netbird.tokens.internal.NativeCredential? ->
                translated { NativeClient(native, options.toNative(fromEnv), reporter, reporter.wantsRequests) }
            }
            return if (credential == null) make(null) else credential.handle.use(make)
        }
    }
}
