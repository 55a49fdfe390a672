package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeCredential
import netbird.tokens.internal.NativeCredentialCheck
import netbird.tokens.internal.NativeCredentialKind
import netbird.tokens.internal.NativeCredentialState

/** How a request authenticates. */
public enum class CredentialKind {
    /** A personal access token (PAT). */
    PAT,

    /** A JWT from the account's identity provider. */
    BEARER,
}

/**
 * A credential that passed its offline check. It never prints its text, which is kept outside the Java heap and wiped by [close] or
 * else by the garbage collector. A client that was made with it has its own copy.
 *
 * @property kind Whether it is a PAT or a JWT.
 * @property expiresAt When a JWT expires, where it says so. A PAT does not say: ask the server.
 */
public class Credential internal constructor(native: NativeCredential) : AutoCloseable {
    internal val handle = Handle(native, "the credential")

    public val kind: CredentialKind = translated { native.kind() }.translated()

    public val expiresAt: Instant? = translated { native.expiresAt() }?.toInstant()

    override fun toString(): String = "Credential($kind)"

    /** Wipes the text. */
    override fun close(): Unit = handle.close()

    public companion object {
        /**
         * A personal access token.
         *
         * @param text exactly its 40 characters
         * @return the credential
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] when the prefix, the length or the checksum is wrong
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun pat(text: String): Credential = translated { Credential(NativeCredential.pat(text)) }

        /**
         * A JWT. Its shape is checked; its signature and its expiry are the server's to check.
         *
         * @param jwt the JWT
         * @return the credential
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] when it is not a JWT
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun bearer(jwt: String): Credential = translated { Credential(NativeCredential.bearer(jwt)) }

        /**
         * A PAT or a JWT, as people paste them: white space and quotes around it, and a leading `Token ` or `Bearer `, are removed.
         *
         * @param text the PAT or JWT
         * @return the credential
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] saying what it looks like instead, where that can be recognised
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun detect(text: String): Credential = translated { Credential(NativeCredential.detect(text)) }
    }
}

/** Whether a credential works, and if not, how the server refuses it. */
public enum class CredentialState {
    /** It authenticates, and its user may use the API. */
    WORKING,

    /** The server does not know this PAT: it was revoked, or belongs to another server. */
    UNKNOWN,

    /** The server refuses it: it has expired, or, for a JWT, is not accepted. */
    REFUSED,

    /** It authenticates, but an administrator has blocked its user. */
    BLOCKED,

    /** It authenticates, but its user is waiting for an administrator's approval. */
    PENDING_APPROVAL,

    /** It authenticates, but its user's role does not allow asking who it is. */
    FORBIDDEN,
}

/**
 * What is known about a credential.
 *
 * @property state Whether it works, and if not, how the server refuses it.
 * @property kind Whether it is a PAT or a JWT.
 * @property user The user that it belongs to. Known for one that works.
 * @property token Which of the user's tokens it is. Null for a JWT, for a role that is not allowed to list its own tokens, and if
 *   another token was used at the same time.
 * @property expiresAt When it stops working, where that is known.
 * @property error The server's refusal of one that does not work.
 */
public data class CredentialCheck(
    val state: CredentialState,
    val kind: CredentialKind,
    val user: User? = null,
    val token: Token? = null,
    val expiresAt: Instant? = null,
    val error: NetBirdException? = null,
)

internal fun NativeCredentialCheck.translated(): CredentialCheck =
    CredentialCheck(
        state = state.translated(),
        kind = kind.translated(),
        user = user?.translated(),
        token = token?.translated(),
        expiresAt = expiresAt?.toInstant(),
        error = failure?.translated(),
    )

internal fun NativeCredentialKind.translated(): CredentialKind =
    when (this) {
        NativeCredentialKind.PAT -> CredentialKind.PAT
        NativeCredentialKind.BEARER -> CredentialKind.BEARER
    }

internal fun NativeCredentialState.translated(): CredentialState =
    when (this) {
        NativeCredentialState.WORKING -> CredentialState.WORKING
        NativeCredentialState.UNKNOWN -> CredentialState.UNKNOWN
        NativeCredentialState.REFUSED -> CredentialState.REFUSED
        NativeCredentialState.BLOCKED -> CredentialState.BLOCKED
        NativeCredentialState.PENDING_APPROVAL -> CredentialState.PENDING_APPROVAL
        NativeCredentialState.FORBIDDEN -> CredentialState.FORBIDDEN
    }
