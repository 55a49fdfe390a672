package netbird.tokens

import kotlin.time.Duration
import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.NativeClient

/**
 * A client of one NetBird server.
 *
 * All methods may be called from any number of threads and coroutines at once. The suspending ones need no particular
 * dispatcher and block no thread. Each has a twin that blocks the calling thread, for Java and for scripts.
 *
 * Calls that take a `userId` take null for the user that the credential belongs to.
 *
 * **Cancellation.** Cancelling a coroutine drops its call and ends its request at once; interrupting a thread ends a blocking
 * call with [ErrorKind.CANCELLED]. A create or delete that was sent may then have happened: list the tokens to see.
 *
 * **Closing.** [close] frees the client; calls under way still finish, and a call after it is an [IllegalStateException]. A client
 * that is never closed is freed once it was collected.
 *
 * Every call may throw a [NetBirdException] of any [ErrorKind].
 */
public class Client private constructor(native: NativeClient) : AutoCloseable {
    private val handle = Handle(native, "the client")

    /**
     * A client that authenticates with [credential]. Nothing is sent yet.
     *
     * ```
     * Client(Credential.detect(text)) { managementUrl = "https://netbird.example.com" }.use { client -> … }
     * ```
     *
     * @throws NetBirdException [ErrorKind.CONFIGURATION] or [ErrorKind.INVALID_ARGUMENT] for options that cannot be used
     */
    @JvmOverloads
    public constructor(credential: Credential, configure: ClientOptions.() -> Unit = {}) :
        this(create(credential, ClientOptions().apply(configure)))

    /** The management URL in use, without `/api` and without a slash at its end. */
    public val managementUrl: String get() = direct { it.managementUrl() }

    /** A handle of the same client, to be closed on its own, whose calls may take this long, retries included. */
    public fun withTimeout(timeout: Duration): Client =
        direct { Client(it.withTimeout(timeout.inWholeNanoseconds)) }

    /** Uses another credential from the next call on, in every handle of this client. Calls under way end with the old one. */
    public fun setCredential(credential: Credential): Unit =
        credential.handle.use { new -> direct { it.setCredential(new) } }

    /** All tokens of a user, in no particular order. */
    public suspend fun listTokens(userId: String? = null): List<Token> =
        direct { it.listTokens(userId, Engine.neverCancelled) }.map { it.translated() }

    /** One token of a user. [ErrorKind.NOT_FOUND] also when the token is another user's. */
    public suspend fun getToken(tokenId: String, userId: String? = null): Token =
        direct { it.getToken(tokenId, userId, Engine.neverCancelled) }.translated()

    /**
     * Creates a token for a user, with a lifetime of 1 to 365 days. It is never sent twice unless the first cannot have been
     * acted on. When its answer was lost, finding out what it did may take 15 seconds beyond the call's own time.
     */
    public suspend fun createToken(
        name: String,
        expiresInDays: Int = DEFAULT_EXPIRES_IN_DAYS,
        userId: String? = null,
    ): CreatedToken = direct { it.createToken(name, expiresInDays.toLong(), userId, Engine.neverCancelled) }.translated()

    /** Deletes (revokes) a token of a user. */
    public suspend fun deleteToken(tokenId: String, userId: String? = null): Unit =
        direct { it.deleteToken(tokenId, userId, Engine.neverCancelled) }

    /** The user that the credential belongs to. Always asks the server. */
    public suspend fun currentUser(): User = direct { it.currentUser(Engine.neverCancelled) }.translated()

    /** The users that the credential may see: all, or only its own. */
    public suspend fun listUsers(): List<User> = direct { it.listUsers(Engine.neverCancelled) }.map { it.translated() }

    /**
     * Whether the credential works, and what there is to know about it. One that does not is no exception here: the result says
     * how the server refuses it.
     */
    public suspend fun checkCredential(): CredentialCheck = direct { it.checkCredential(Engine.neverCancelled) }.translated()

    /** [listTokens], blocking this thread. */
    @JvmOverloads
    public fun listTokensBlocking(userId: String? = null): List<Token> =
        interruptible { client, cancel -> client.listTokensBlocking(userId, cancel) }.map { it.translated() }

    /** [getToken], blocking this thread. */
    @JvmOverloads
    public fun getTokenBlocking(tokenId: String, userId: String? = null): Token =
        interruptible { client, cancel -> client.getTokenBlocking(tokenId, userId, cancel) }.translated()

    /** [createToken], blocking this thread. */
    @JvmOverloads
    public fun createTokenBlocking(
        name: String,
        expiresInDays: Int = DEFAULT_EXPIRES_IN_DAYS,
        userId: String? = null,
    ): CreatedToken =
        interruptible { client, cancel -> client.createTokenBlocking(name, expiresInDays.toLong(), userId, cancel) }
            .translated()

    /** [deleteToken], blocking this thread. */
    @JvmOverloads
    public fun deleteTokenBlocking(tokenId: String, userId: String? = null): Unit =
        interruptible { client, cancel -> client.deleteTokenBlocking(tokenId, userId, cancel) }

    /** [currentUser], blocking this thread. */
    public fun currentUserBlocking(): User =
        interruptible { client, cancel -> client.currentUserBlocking(cancel) }.translated()

    /** [listUsers], blocking this thread. */
    public fun listUsersBlocking(): List<User> =
        interruptible { client, cancel -> client.listUsersBlocking(cancel) }.map { it.translated() }

    /** [checkCredential], blocking this thread. */
    public fun checkCredentialBlocking(): CredentialCheck =
        interruptible { client, cancel -> client.checkCredentialBlocking(cancel) }.translated()

    /** Frees the client. Calls under way still finish. */
    override fun close(): Unit = handle.close()

    override fun toString(): String = "Client"

    private inline fun <R> direct(call: (NativeClient) -> R): R = handle.use { translated { call(it) } }

    private inline fun <R> interruptible(crossinline call: (NativeClient, NativeCancel) -> R): R =
        handle.use { client -> translated { Interruptible.run { cancel -> call(client, cancel) } } }

    public companion object {
        /** The lifetime that a token gets when none is said. */
        public const val DEFAULT_EXPIRES_IN_DAYS: Int = 90

        /**
         * A client with the credential and the management URL that the environment holds; see [ClientOptions.fromEnv].
         *
         * @throws NetBirdException [ErrorKind.CONFIGURATION] when there is no credential or two variables disagree
         */
        @JvmStatic
        @JvmOverloads
        public fun fromEnv(configure: ClientOptions.() -> Unit = {}): Client {
            val options = ClientOptions()
            options.fromEnv = true
            return Client(create(null, options.apply(configure)))
        }

        private fun create(credential: Credential?, options: ClientOptions): NativeClient {
            Engine.prepare()
            return when (credential) {
                null -> translated { NativeClient(null, options.toNative()) }
                else -> credential.handle.use { translated { NativeClient(it, options.toNative()) } }
            }
        }
    }
}
