package netbird.tokens.adapter

import kotlin.time.Duration.Companion.milliseconds
import netbird.tokens.ClientOptions
import netbird.tokens.OnUnknown
import org.json.JSONObject

/** A client's options, without the credential. */
fun clientOptions(given: JSONObject): ClientOptions =
    ClientOptions().apply {
        for (name in given.keySet()) {
            val duration by lazy { given.getLong(name).milliseconds }
            when (name) {
                "pat", "bearer", "detect", "session" -> Unit
                "token_file" -> tokenFile = given.getString(name)
                "management_url" -> managementUrl = given.getString(name)
                "from_env" -> fromEnv = given.getBoolean(name)
                "connect_timeout_ms" -> connectTimeout = duration
                "read_timeout_ms" -> readTimeout = duration
                "timeout_ms" -> timeout = duration
                "max_retries" -> maxRetries = given.getInt(name)
                "retry_base_delay_ms" -> retryBaseDelay = duration
                "retry_max_delay_ms" -> retryMaxDelay = duration
                "max_response_bytes" -> maxResponseBytes = given.getLong(name)
                "allow_insecure_http" -> allowInsecureHttp = given.getBoolean(name)
                "ca_pem" -> caPem = given.getString(name)
                "proxy" -> proxy = given.getString(name)
                "proxy_from_env" -> proxyFromEnv = given.getBoolean(name)
                "user_agent" -> userAgent = given.getString(name)
                "on_unknown" -> onUnknown = OnUnknown.valueOf(given.getString(name).uppercase())
                else -> throw UnsupportedOperationException("no such option: $name")
            }
        }
    }
