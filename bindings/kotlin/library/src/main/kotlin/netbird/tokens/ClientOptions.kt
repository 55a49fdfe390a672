package netbird.tokens

import kotlin.time.Duration
import netbird.tokens.internal.NativeOnUnknown
import netbird.tokens.internal.NativeOptions

/** What to do about a create whose answer was lost. */
public enum class OnUnknown {
    /** Fail with [ErrorKind.OUTCOME_UNKNOWN] and the ids of the tokens that it may have created. */
    REPORT,

    /** Revoke those tokens and create anew. Fails with [ErrorKind.OUTCOME_UNKNOWN] all the same when that cannot be done. */
    REVOKE_AND_RETRY,
}

/** The settings of a [Client] to be. Whatever is left null keeps its default. */
public class ClientOptions internal constructor() {
    /**
     * Takes what is not given explicitly from the environment: the credential from `NB_PAT`, then `NETBIRD_API_TOKEN`,
     * `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree are an error
     * that names both. Default: false.
     */
    public var fromEnv: Boolean = false

    /**
     * Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` only to this
     * machine, unless [allowInsecureHttp].
     */
    public var managementUrl: String? = null

    /** How long making a connection may take. Default: 10 s. */
    public var connectTimeout: Duration? = null

    /** How long the server may be silent. Default: 30 s. */
    public var readTimeout: Duration? = null

    /** How long a whole call may take, retries and waits included. Default: 60 s. */
    public var timeout: Duration? = null

    /** How often a request is sent again at the most. Default: 2. */
    public var maxRetries: Int? = null

    /** The longest first wait between two attempts; it doubles from one to the next. Default: 0.5 s. */
    public var retryBaseDelay: Duration? = null

    /** What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s. */
    public var retryMaxDelay: Duration? = null

    /** The largest body that is read, in bytes. Default: 64 MiB. */
    public var maxResponseBytes: Long? = null

    /** Allows `http://` to other machines, which sends the credential in clear text. Default: false. */
    public var allowInsecureHttp: Boolean? = null

    /** Trusts these certificates (PEM, one or more) besides the platform's. */
    public var caPem: String? = null

    /** Sends everything through this proxy (`http://host:port`), whatever the environment says. */
    public var proxy: String? = null

    /** Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count. Default: true. */
    public var proxyFromEnv: Boolean? = null

    /** Names the program, as `backup/1.2`, before the library in the `User-Agent`. */
    public var userAgent: String? = null

    /** What to do about a create whose answer was lost. Default: [OnUnknown.REPORT]. */
    public var onUnknown: OnUnknown? = null

    internal fun toNative(): NativeOptions =
        NativeOptions(
            fromEnv = fromEnv,
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
            onUnknown =
                when (onUnknown) {
                    null -> null
                    OnUnknown.REPORT -> NativeOnUnknown.REPORT
                    OnUnknown.REVOKE_AND_RETRY -> NativeOnUnknown.REVOKE_AND_RETRY
                },
        )
}
