import Foundation
import NetBirdTokensNative

/// What to do about a create whose answer was lost.
public enum OnUnknown: Sendable, Hashable, CaseIterable {
    /// Fail with ``ErrorKind/outcomeUnknown`` and the ids of the tokens that it may have created.
    case report

    /// Revoke those tokens and create anew. Fails with ``ErrorKind/outcomeUnknown`` all the same when that cannot be done.
    case revokeAndRetry
}

/// The settings of a ``Client``. Whatever is left nil keeps its default.
public struct Configuration: Sendable, Hashable {
    /// Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` only to this
    /// machine, unless ``allowInsecureHttp``.
    public var managementUrl: String?

    /// How long making a connection may take. Default: 10 s.
    public var connectTimeout: Duration?

    /// How long the server may be silent. Default: 30 s.
    public var readTimeout: Duration?

    /// How long a whole call may take, retries and waits included. Default: 60 s.
    public var timeout: Duration?

    /// How often a request is sent again at the most. Default: 2.
    public var maxRetries: Int?

    /// The longest first wait between two attempts; it doubles from one to the next. Default: 0.5 s.
    public var retryBaseDelay: Duration?

    /// What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s.
    public var retryMaxDelay: Duration?

    /// The largest body that is read, in bytes. Default: 64 MiB.
    public var maxResponseBytes: Int?

    /// Allows `http://` to other machines, which sends the credential in clear text. Default: false.
    public var allowInsecureHttp: Bool?

    /// Trusts these certificates (PEM, one or more) besides the platform's.
    public var caPem: String?

    /// Sends everything through this proxy (`http://host:port`), whatever the environment says. May hold a password.
    public var proxy: String?

    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count. Default: true.
    public var proxyFromEnv: Bool?

    /// Names the program, as `backup/1.2`, before the library in the `User-Agent`.
    public var userAgent: String?

    /// What to do about a create whose answer was lost. Default: ``OnUnknown/report``.
    public var onUnknown: OnUnknown?

    /// The settings given; the defaults for all others.
    public init(
        managementUrl: String? = nil,
        connectTimeout: Duration? = nil,
        readTimeout: Duration? = nil,
        timeout: Duration? = nil,
        maxRetries: Int? = nil,
        retryBaseDelay: Duration? = nil,
        retryMaxDelay: Duration? = nil,
        maxResponseBytes: Int? = nil,
        allowInsecureHttp: Bool? = nil,
        caPem: String? = nil,
        proxy: String? = nil,
        proxyFromEnv: Bool? = nil,
        userAgent: String? = nil,
        onUnknown: OnUnknown? = nil
    ) {
        self.managementUrl = managementUrl
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.retryBaseDelay = retryBaseDelay
        self.retryMaxDelay = retryMaxDelay
        self.maxResponseBytes = maxResponseBytes
        self.allowInsecureHttp = allowInsecureHttp
        self.caPem = caPem
        self.proxy = proxy
        self.proxyFromEnv = proxyFromEnv
        self.userAgent = userAgent
        self.onUnknown = onUnknown
    }

    func native(fromEnv: Bool) -> NativeOptions {
        NativeOptions(
            fromEnv: fromEnv,
            managementUrl: managementUrl,
            connectTimeout: connectTimeout?.wholeNanoseconds,
            readTimeout: readTimeout?.wholeNanoseconds,
            timeout: timeout?.wholeNanoseconds,
            maxRetries: maxRetries.map(Int64.init),
            retryBaseDelay: retryBaseDelay?.wholeNanoseconds,
            retryMaxDelay: retryMaxDelay?.wholeNanoseconds,
            maxResponseBytes: maxResponseBytes.map(Int64.init),
            allowInsecureHttp: allowInsecureHttp,
            caPem: caPem,
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

extension Configuration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings that are given.
    public var description: String {
        let given = customMirror.children.map { "\($0.label ?? ""): \($0.value)" }
        return "Configuration(\(given.joined(separator: ", ")))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The settings that are given. URLs may hold a password, so what is before an `@` is left out.
    public var customMirror: Mirror {
        let all: [(String, Any?)] = [
            ("managementUrl", managementUrl.map(withoutUser)), ("connectTimeout", connectTimeout),
            ("readTimeout", readTimeout), ("timeout", timeout), ("maxRetries", maxRetries),
            ("retryBaseDelay", retryBaseDelay), ("retryMaxDelay", retryMaxDelay),
            ("maxResponseBytes", maxResponseBytes), ("allowInsecureHttp", allowInsecureHttp),
            ("caPem", caPem.map { "\($0.utf8.count) bytes" }), ("proxy", proxy.map(withoutUser)),
            ("proxyFromEnv", proxyFromEnv), ("userAgent", userAgent), ("onUnknown", onUnknown),
        ]
        let given = all.compactMap { name, value in value.map { (label: name as String?, value: $0) } }
        return Mirror(self, children: given, displayStyle: .struct)
    }
}

/// A URL without the user and password that it may hold.
private func withoutUser(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@") else { return url }
    let scheme = url.range(of: "://").map { url[..<$0.upperBound] } ?? ""
    return "\(scheme)****\(url[at...])"
}
