package netbird.tokens

import java.time.Instant
import netbird.tokens.internal.NativeCredential
import netbird.tokens.internal.NativeCredentialCheck
import netbird.tokens.internal.NativeCredentialKind
import netbird.tokens.internal.NativeCredentialState

/** How a request authenticates. */
public enum class CredentialKind {
    /** A personal access token. */
    PAT,

    /** A JWT from the account's identity provider. */
    BEARER,
}

/**
 * A credential that passed its offline check. It never prints its text, which is kept outside the Java heap and wiped by [close]
 * or, when that is forgotten, once it was collected. A client that was made with it has its own copy.
 */
public class Credential private constructor(native: NativeCredential) : AutoCloseable {
    internal val handle = Handle(native, "the credential")

    /** Which of the two it is. */
    public val kind: CredentialKind = translated { native.kind() }.translated()

    /** When a JWT expires, where it says so. A PAT does not tell: ask the server. */
    public val expiresAt: Instant? = translated { native.expiresAt() }?.toInstant()

    override fun toString(): String = "Credential($kind)"

    /** Wipes the text. */
    override fun close(): Unit = handle.close()

    public companion object {
        /**
         * A personal access token: exactly its 40 characters.
         *
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] when the prefix, the length or the checksum is wrong
         */
        @JvmStatic
        public fun pat(text: String): Credential = translated { Credential(NativeCredential.pat(text)) }

        /**
         * A JWT. Its shape and its expiry are checked; its signature is the server's to check.
         *
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] when it is no JWT or has expired
         */
        @JvmStatic
        public fun bearer(jwt: String): Credential = translated { Credential(NativeCredential.bearer(jwt)) }

        /**
         * Either of the two, as people paste them: white space and quotes around it, and a leading `Token ` or `Bearer `, are
         * taken off.
         *
         * @throws NetBirdException [ErrorKind.INVALID_CREDENTIAL] saying what it looks like instead, where that can be told
         */
        @JvmStatic
        public fun detect(text: String): Credential = translated { Credential(NativeCredential.detect(text)) }
    }
}

/** What the server makes of a credential. */
public enum class CredentialState {
    /** It authenticates, and its user may use the API. */
    WORKING,

    /** The server does not know this PAT: it was revoked, or belongs to another server. */
    UNKNOWN,

    /** The server refuses it: it has expired, or, of a JWT, is not accepted. */
    REFUSED,

    /** It authenticates, but an administrator has blocked its user. */
    BLOCKED,

    /** It authenticates, but its user still waits for an administrator's approval. */
    PENDING_APPROVAL,

    /** It authenticates, but the role of its user may not even ask who it is. */
    FORBIDDEN,
}

/** What there is to know about a credential. */
@ConsistentCopyVisibility
public data class CredentialCheck internal constructor(
    /** Whether it works, and why not. */
    val state: CredentialState,
    /** Whether it is a PAT or a JWT. */
    val kind: CredentialKind,
    /** Whose it is. Known of a working one. */
    val user: User?,
    /**
     * Which of the user's tokens it is. Null for a JWT, for a role that may not list its own tokens, and where it could not be
     * told from another token that was used at the same time.
     */
    val token: Token?,
    /** When it stops working, where that is known. */
    val expiresAt: Instant?,
    /** What the server said of one that does not work. */
    val error: NetBirdException?,
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
