import NetBirdTokensNative

/// What to do about a create whose answer was lost.
public enum OnUnknown: Sendable, Hashable, CaseIterable {
    /// Fail with ``ErrorKind/outcomeUnknown``, which says what to look for.
    case report

    /// Find the token by its tagged name, revoke it and create another one.
    ///
    /// Needs `tag: true` in ``Client/createToken(name:expiresInDays:tag:userID:)``, because without a tag nothing proves which
    /// token the call made. Fails with ``ErrorKind/outcomeUnknown`` if the token is not found.
    case revokeAndRetry
}

/// The options of a ``Client``. An option that is nil keeps its default.
///
/// They are checked when the client is made: one that cannot be meant, for example a timeout of zero, is a ``NetBirdError`` of
/// the kind ``ErrorKind/invalidArgument`` that names the option.
public struct ClientOptions: Sendable, Hashable {
    /// Path of a file that holds the credential, in place of a ``Credential``.
    ///
    /// The file is followed: when the server refuses the credential and the file holds another one by then, the client goes on
    /// with that one, and the call is repeated once.
    public var tokenFile: String?

    /// Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`.
    ///
    /// `http://` is accepted for this machine only, unless ``allowInsecureHTTP``.
    public var managementURL: String?

    /// How long making a connection may take. Default: 10 s.
    public var connectTimeout: Duration?

    /// How long the server may be silent. Default: 30 s.
    public var readTimeout: Duration?

    /// How long a whole call may take, retries and waits included. Default: 60 s.
    public var timeout: Duration?

    /// Maximum number of retries of one request. Default: 2.
    public var maxRetries: Int?

    /// Base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts here and doubles.
    /// Default: 0.5 s.
    public var retryBaseDelay: Duration?

    /// Maximum backoff, unless the server asks for more. Default: 8 s.
    public var retryMaxDelay: Duration?

    /// The largest body that is read, in bytes. Default: 64 MiB.
    public var maxResponseBytes: Int?

    /// Allows `http://` to other machines and `http://` through a proxy. Both send the credential in clear text. Default: false.
    public var allowInsecureHTTP: Bool?

    /// Certificates (PEM text, one or more) to trust in addition to the platform's.
    public var caPEM: String?

    /// Sends everything through this proxy (`http://host:port`), whatever the environment says. May contain a password.
    public var proxy: String?

    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply. Default: true.
    public var proxyFromEnv: Bool?

    /// Prefix for the `User-Agent`, for example `backup/1.2`.
    public var userAgent: String?

    /// What to do about a create whose answer was lost. Default: ``OnUnknown/report``.
    public var onUnknown: OnUnknown?

    /// Options with these values; the others keep their defaults.
    ///
    /// - Parameters:
    ///   - tokenFile: Path of a file that holds the credential.
    ///   - managementURL: Where the server is.
    ///   - connectTimeout: How long making a connection may take.
    ///   - readTimeout: How long the server may be silent.
    ///   - timeout: How long a whole call may take.
    ///   - maxRetries: Maximum number of retries of one request.
    ///   - retryBaseDelay: Base of the exponential backoff.
    ///   - retryMaxDelay: Maximum backoff.
    ///   - maxResponseBytes: The largest body that is read.
    ///   - allowInsecureHTTP: Whether `http://` is allowed to other machines.
    ///   - caPEM: Certificates to trust in addition to the platform's.
    ///   - proxy: The proxy to send everything through.
    ///   - proxyFromEnv: Whether the environment's proxy variables apply.
    ///   - userAgent: Prefix for the `User-Agent`.
    ///   - onUnknown: What to do about a create whose answer was lost.
    public init(
        tokenFile: String? = nil,
        managementURL: String? = nil,
        connectTimeout: Duration? = nil,
        readTimeout: Duration? = nil,
        timeout: Duration? = nil,
        maxRetries: Int? = nil,
        retryBaseDelay: Duration? = nil,
        retryMaxDelay: Duration? = nil,
        maxResponseBytes: Int? = nil,
        allowInsecureHTTP: Bool? = nil,
        caPEM: String? = nil,
        proxy: String? = nil,
        proxyFromEnv: Bool? = nil,
        userAgent: String? = nil,
        onUnknown: OnUnknown? = nil
    ) {
        self.tokenFile = tokenFile
        self.managementURL = managementURL
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.retryBaseDelay = retryBaseDelay
        self.retryMaxDelay = retryMaxDelay
        self.maxResponseBytes = maxResponseBytes
        self.allowInsecureHTTP = allowInsecureHTTP
        self.caPEM = caPEM
        self.proxy = proxy
        self.proxyFromEnv = proxyFromEnv
        self.userAgent = userAgent
        self.onUnknown = onUnknown
    }

    func native(fromEnv: Bool) -> NativeOptions {
        NativeOptions(
            fromEnv: fromEnv,
            tokenFile: tokenFile,
            managementUrl: managementURL,
            connectTimeout: connectTimeout?.wholeNanoseconds,
            readTimeout: readTimeout?.wholeNanoseconds,
            timeout: timeout?.wholeNanoseconds,
            maxRetries: maxRetries.map(Int64.init),
            retryBaseDelay: retryBaseDelay?.wholeNanoseconds,
            retryMaxDelay: retryMaxDelay?.wholeNanoseconds,
            maxResponseBytes: maxResponseBytes.map(Int64.init),
            allowInsecureHttp: allowInsecureHTTP,
            caPem: caPEM,
            proxy: proxy,
            proxyFromEnv: proxyFromEnv,
            userAgent: userAgent,
            onUnknown: onUnknown.map { choice in
                switch choice {
                case .report: .report
                case .revokeAndRetry: .revokeAndRetry
                }
            }
        )
    }
}

extension ClientOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The options that are set.
    public var description: String {
        let given = customMirror.children.map { "\($0.label ?? ""): \($0.value)" }
        return "ClientOptions(\(given.joined(separator: ", ")))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The options that are set. A URL may contain a password, so whatever precedes an `@` is masked.
    public var customMirror: Mirror {
        let all: [(String, Any?)] = [
            ("tokenFile", tokenFile), ("managementURL", managementURL.map(withoutUser)),
            ("connectTimeout", connectTimeout), ("readTimeout", readTimeout), ("timeout", timeout), ("maxRetries", maxRetries),
            ("retryBaseDelay", retryBaseDelay), ("retryMaxDelay", retryMaxDelay),
            ("maxResponseBytes", maxResponseBytes), ("allowInsecureHTTP", allowInsecureHTTP),
            ("caPEM", caPEM.map { "\($0.utf8.count) bytes" }), ("proxy", proxy.map(withoutUser)),
            ("proxyFromEnv", proxyFromEnv), ("userAgent", userAgent), ("onUnknown", onUnknown),
        ]
        let given = all.compactMap { name, value in value.map { (label: name as String?, value: $0) } }
        return Mirror(self, children: given, displayStyle: .struct)
    }
}

/// A URL without the user and password that it may contain.
private func withoutUser(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@") else { return url }
    let scheme = url.range(of: "://").map { url[..<$0.upperBound] } ?? ""
    return "\(scheme)****\(url[at...])"
}
