import NetBirdTokens

/// A client's options, without the credential and `from_env`.
func clientOptions(_ options: Arguments) throws -> ClientOptions {
    let milliseconds = { (name: String) in try options.wholeNumber(name).map { Duration.milliseconds($0) } }
    for name in options.names where !Adapter.options.contains(name) { throw Refused("there is no option \(name)") }
    let onUnknown: OnUnknown? =
        switch try options.text("on_unknown") {
        case nil: nil
        case "report": .report
        case "revoke_and_retry": .revokeAndRetry
        case .some(let other): throw Refused("on_unknown cannot be \(other)")
        }
    return ClientOptions(
        tokenFile: try options.text("token_file"),
        managementURL: try options.text("management_url"),
        connectTimeout: try milliseconds("connect_timeout_ms"),
        readTimeout: try milliseconds("read_timeout_ms"),
        timeout: try milliseconds("timeout_ms"),
        maxRetries: try options.wholeNumber("max_retries"),
        retryBaseDelay: try milliseconds("retry_base_delay_ms"),
        retryMaxDelay: try milliseconds("retry_max_delay_ms"),
        maxResponseBytes: try options.wholeNumber("max_response_bytes"),
        allowInsecureHTTP: try options.flag("allow_insecure_http"),
        caPEM: try options.text("ca_pem"),
        proxy: try options.text("proxy"),
        proxyFromEnv: try options.flag("proxy_from_env"),
        userAgent: try options.text("user_agent"),
        onUnknown: onUnknown
    )
}

/// A client with these options.
func makeClient(_ options: Arguments, _ credential: Credential?) throws -> Client {
    let clientOptions = try clientOptions(options)
    if try options.flag("from_env") == true {
        return try Client.fromEnv(credential: credential, options: clientOptions)
    }
    guard let credential else { return try Client(options: clientOptions) }
    return try Client(credential: credential, options: clientOptions)
}
