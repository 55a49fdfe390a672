package netbird.tokens

import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import netbird.tokens.internal.NativeOnUnknown
import netbird.tokens.internal.NativeOptions

/** What to do about a create whose answer was lost. */
public enum class OnUnknown {
    /** Fail with [ErrorKind.OUTCOME_UNKNOWN], which says what to look for. */
    REPORT,

    /**
     * Find the token by its tagged name, revoke it and create another one. Needs the `tag` of [Client.createToken], because
     * without a tag nothing proves which token the call made. Fails with [ErrorKind.OUTCOME_UNKNOWN] if the token is not found.
     */
    REVOKE_AND_RETRY,
}

/**
 * The options of a [Client]. What is left null keeps its default.
 *
 * Kotlin sets the properties; for Java there are setters that take `java.time.Duration`.
 *
 * @property fromEnv Takes what is not given explicitly from the environment: the credential from `NB_PAT`, then
 *   `NETBIRD_API_TOKEN`, `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree
 *   are an error that names both. Default: false.
 * @property tokenFile Path of a file that holds the credential, in place of a [Credential]. It is followed: when the server refuses
 *   the credential and the file holds another one by then, the client goes on with that one, and the call is repeated once.
 * @property managementUrl Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`.
 *   `http://` is accepted for this machine only, unless [allowInsecureHttp].
 * @property connectTimeout How long making a connection may take. Default: 10 s.
 * @property readTimeout How long the server may be silent. Default: 30 s.
 * @property timeout How long a whole call may take, retries and waits included. Default: 60 s.
 * @property maxRetries Maximum number of retries of one request. Default: 2.
 * @property retryBaseDelay Base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts
 *   here and doubles. Default: 0.5 s.
 * @property retryMaxDelay Maximum backoff, unless the server asks for more. Default: 8 s.
 * @property maxResponseBytes The largest body that is read, in bytes. Default: 64 MiB.
 * @property allowInsecureHttp Allows `http://` to other machines and `http://` through a proxy. Both send the credential in clear
 *   text. Default: false.
 * @property caPem Trusts these certificates (PEM text, one or more) in addition to the platform's.
 * @property proxy Sends everything through this proxy (`http://host:port`), whatever the environment says.
 * @property proxyFromEnv Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply. Default: true.
 * @property userAgent Prefix for the `User-Agent`, for example `backup/1.2`.
 * @property onUnknown What to do about a create whose answer was lost. Default: [OnUnknown.REPORT].
 * @property observer Receives the client's events. Default: the `java.util.logging` logger `netbird.tokens` gets it, warnings at
 *   `WARNING`, the rest at `FINE`; requests only if that level is enabled when the client is made.
 */
public class ClientOptions {
    public var fromEnv: Boolean = false

    public var tokenFile: String? = null

    public var managementUrl: String? = null

    public var connectTimeout: Duration? = null

    public var readTimeout: Duration? = null

    public var timeout: Duration? = null

    public var maxRetries: Int? = null

    public var retryBaseDelay: Duration? = null

    public var retryMaxDelay: Duration? = null

    public var maxResponseBytes: Long? = null

    public var allowInsecureHttp: Boolean? = null

    public var caPem: String? = null

    public var proxy: String? = null

    public var proxyFromEnv: Boolean? = null

    public var userAgent: String? = null

    public var onUnknown: OnUnknown? = null

    public var observer: Observer? = null

    /**
     * Sets [connectTimeout], for Java.
     *
     * @param limit how long making a connection may take; null for the default
     */
    public fun setConnectTimeout(limit: java.time.Duration?) {
        connectTimeout = limit?.toKotlinDuration()
    }

    /**
     * Sets [readTimeout], for Java.
     *
     * @param limit how long the server may be silent; null for the default
     */
    public fun setReadTimeout(limit: java.time.Duration?) {
        readTimeout = limit?.toKotlinDuration()
    }

    /**
     * Sets [timeout], for Java.
     *
     * @param limit how long a whole call may take; null for the default
     */
    public fun setTimeout(limit: java.time.Duration?) {
        timeout = limit?.toKotlinDuration()
    }

    /**
     * Sets [retryBaseDelay], for Java.
     *
     * @param delay the base of the exponential backoff; null for the default
     */
    public fun setRetryBaseDelay(delay: java.time.Duration?) {
        retryBaseDelay = delay?.toKotlinDuration()
    }

    /**
     * Sets [retryMaxDelay], for Java.
     *
     * @param delay the maximum backoff; null for the default
     */
    public fun setRetryMaxDelay(delay: java.time.Duration?) {
        retryMaxDelay = delay?.toKotlinDuration()
    }

    internal fun toNative(fromEnv: Boolean): NativeOptions =
        NativeOptions(
            fromEnv = fromEnv,
            tokenFile = tokenFile,
            managementUrl = managementUrl,
            connectTimeout = connectTimeout?.inWholeNanoseconds,
            readTimeout = readTimeout?.inWholeNanoseconds,
            timeout = timeout?.inWholeNanoseconds,
            maxRetries = maxRetries?.toLong(),
            retryBaseDelay = retryBaseDelay?.inWholeNanoseconds,
            retryMaxDelay = retryMaxDelay?.inWholeNanoseconds,
            maxResponseBytes = maxResponseBytes,
            allowInsecureHttp = allowInsecureHttp,
            caPem = caPem,
            proxy = proxy,
            proxyFromEnv = proxyFromEnv,
            userAgent = userAgent,
            onUnknown = onUnknown?.toNative(),
        )
}

private fun OnUnknown.toNative(): NativeOnUnknown =
    when (this) {
        OnUnknown.REPORT -> NativeOnUnknown.REPORT
        OnUnknown.REVOKE_AND_RETRY -> NativeOnUnknown.REVOKE_AND_RETRY
    }
