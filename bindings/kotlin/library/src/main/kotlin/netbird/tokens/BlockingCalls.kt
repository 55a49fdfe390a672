package netbird.tokens

import netbird.tokens.internal.NativeCancel
import netbird.tokens.internal.NativeClient
import netbird.tokens.internal.NativeNewToken
import netbird.tokens.internal.NativeRotateToken

/**
 * The calls of a [Client] that block the calling thread, for Java and for scripts. What the client says about errors and interrupted
 * threads holds for them.
 */
public sealed class BlockingCalls(native: NativeClient) {
    internal val handle: Handle<NativeClient> = Handle(native, "the client")

    /**
     * [Client.listTokens], blocking this thread.
     *
     * @param userId the user; null for the one that the credential belongs to
     * @return the tokens; empty if there are none
     * @throws NetBirdException of any kind
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun listTokensBlocking(userId: String? = null): List<Token> =
        interruptible { client, cancel -> client.listTokensBlocking(userId, cancel) }.map { it.translated() }

    /**
     * [Client.getToken], blocking this thread.
     *
     * @param tokenId the token's id
     * @param userId the user; null for the one that the credential belongs to
     * @return the token
     * @throws NetBirdException of any kind; [ErrorKind.NOT_FOUND] also when the token is another user's
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun getTokenBlocking(tokenId: String, userId: String? = null): Token =
        interruptible { client, cancel -> client.getTokenBlocking(tokenId, userId, cancel) }.translated()

    /**
     * [Client.createToken], blocking this thread.
     *
     * @param name a name that you will recognise; not empty, need not be unique
     * @param expiresInDays the lifetime in days, 1 to 365; null for 90
     * @param userId the user who is to own it; null for the one that the credential belongs to
     * @param tag whether the name is sent as `NAME #TAG`, see [Client.createToken]
     * @return the token with its secret, which the server never shows again
     * @throws NetBirdException of any kind; once an answer was lost, [ErrorKind.OUTCOME_UNKNOWN] and no other
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun createTokenBlocking(
        name: String,
        expiresInDays: Int? = null,
        userId: String? = null,
        tag: Boolean = false,
    ): CreatedToken {
        val new = NativeNewToken(name, expiresInDays?.toLong(), tag)
        return interruptible { client, cancel -> client.createTokenBlocking(new, userId, cancel) }.translated()
    }

    /**
     * [Client.deleteToken], blocking this thread.
     *
     * @param tokenId the token's id
     * @param userId the user; null for the one that the credential belongs to
     * @throws NetBirdException of any kind
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun deleteTokenBlocking(tokenId: String, userId: String? = null): Unit =
        interruptible { client, cancel -> client.deleteTokenBlocking(tokenId, userId, cancel) }

    /**
     * [Client.rotateToken], blocking this thread. [Rotation.useBlocking] does the rest.
     *
     * @param tokenId the token's id; or else [name]
     * @param name the name of the one token that has it; the tag at the end of a token's name does not count
     * @param newName the new token's name; null for the old one's, without its tag
     * @param expiresInDays the new token's lifetime in days, 1 to 365; null for the old one's
     * @param userId the user who owns the token; null for the one that the credential belongs to
     * @param tag whether the new token's name is sent as `NAME #TAG`, see [Client.rotateToken]
     * @param adopt whether this client goes on with the new token once that is proved to work
     * @param prepareOnly whether nothing is created yet; [Rotation.createBlocking] goes on
     * @return the rotation
     * @throws NetBirdException as for [Client.rotateToken]
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun rotateTokenBlocking(
        tokenId: String? = null,
        name: String? = null,
        newName: String? = null,
        expiresInDays: Int? = null,
        userId: String? = null,
        tag: Boolean = true,
        adopt: Boolean = false,
        prepareOnly: Boolean = false,
    ): Rotation {
        val rotate = NativeRotateToken(tokenId, name, newName, expiresInDays?.toLong(), tag, adopt, prepareOnly)
        return Rotation(interruptible { client, cancel -> client.rotateTokenBlocking(rotate, userId, cancel) })
    }

    /**
     * [Client.resumeRotation], blocking this thread.
     *
     * @param record the record as it was stored last
     * @param plainToken the new token's secret if you find that you hold it
     * @return the record as it is then
     * @throws NetBirdException as for [Client.resumeRotation]
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun resumeRotationBlocking(record: RotationRecord, plainToken: Secret? = null): RotationRecord =
        plainToken.useNative { secret ->
            interruptible { client, cancel -> client.resumeRotationBlocking(record.toNative(), secret, cancel) }
        }.translated()

    /**
     * [Client.auditTokens], blocking this thread. [Audit.usersBlocking] then gives the results.
     *
     * @param configure sets the options
     * @return the audit
     * @throws NetBirdException as for [Client.auditTokens]
     */
    @JvmOverloads
    @Throws(NetBirdException::class)
    public fun auditTokensBlocking(configure: AuditOptions.() -> Unit = {}): Audit =
        auditTokensBlocking(AuditOptions().apply(configure))

    /**
     * [Client.auditTokens], blocking this thread. [Audit.usersBlocking] then gives the results.
     *
     * @param options read once, now
     * @return the audit
     * @throws NetBirdException as for [Client.auditTokens]
     */
    @Throws(NetBirdException::class)
    public fun auditTokensBlocking(options: AuditOptions): Audit =
        Audit(interruptible { client, cancel -> client.auditTokensBlocking(options.toNative(), cancel) })

    /**
     * [Client.currentUser], blocking this thread.
     *
     * @return the user
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public fun currentUserBlocking(): User =
        interruptible { client, cancel -> client.currentUserBlocking(cancel) }.translated()

    /**
     * [Client.listUsers], blocking this thread.
     *
     * @return the users
     * @throws NetBirdException of any kind
     */
    @Throws(NetBirdException::class)
    public fun listUsersBlocking(): List<User> =
        interruptible { client, cancel -> client.listUsersBlocking(cancel) }.map { it.translated() }

    /**
     * [Client.checkCredential], blocking this thread.
     *
     * @return what is known
     * @throws NetBirdException for whatever keeps the question from being answered: the network, the server's own failure, the time
     */
    @Throws(NetBirdException::class)
    public fun checkCredentialBlocking(): CredentialCheck =
        interruptible { client, cancel -> client.checkCredentialBlocking(cancel) }.translated()

    private inline fun <R> interruptible(crossinline call: (NativeClient, NativeCancel) -> R): R =
        handle.use { client -> translated { Interruptible.run { cancel -> call(client, cancel) } } }
}
