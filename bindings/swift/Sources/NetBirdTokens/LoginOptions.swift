import NetBirdTokensNative

/// The options of a login. What is nil keeps its default, which fits a self-hosted server with the embedded identity provider.
public struct LoginOptions: Sendable, Hashable {
    /// The identity provider: the URL below which its `/.well-known/openid-configuration` is. Default: the management URL and
    /// `/oauth2`, where the embedded one is.
    public var issuer: String?

    /// The client that the identity provider knows this program as, a public one that may use the device flow. Default:
    /// `netbird-cli`, which the embedded one has.
    public var clientID: String?

    /// The audience to ask for, where the identity provider needs one. Default: none is sent.
    public var audience: String?

    /// What to ask for, separated by spaces. Without `openid` a login fails; without `offline_access` the session cannot be
    /// refreshed. Default: `openid profile email offline_access`.
    public var scope: String?

    /// One host besides the issuer's on which the identity provider may have endpoints. Default: none.
    public var endpointHost: String?

    /// Makes options; what is not given keeps its default.
    public init(
        issuer: String? = nil,
        clientID: String? = nil,
        audience: String? = nil,
        scope: String? = nil,
        endpointHost: String? = nil
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.audience = audience
        self.scope = scope
        self.endpointHost = endpointHost
    }

    var native: NativeLoginOptions {
        NativeLoginOptions(
            issuer: issuer,
            clientId: clientID,
            audience: audience,
            scope: scope,
            endpointHost: endpointHost
        )
    }
}
