package netbird.tokens

import netbird.tokens.internal.NativeLoginOptions

/**
 * The options of a login. What is left null keeps its default, which fits a self-hosted server with the embedded identity provider.
 *
 * @property issuer The identity provider: the URL below which its `/.well-known/openid-configuration` is. Default: the management URL
 *   and `/oauth2`, where the embedded one is.
 * @property clientId The client that the identity provider knows this program as, a public one that may use the device flow. Default:
 *   `netbird-cli`, which the embedded one has.
 * @property audience The audience to ask for, where the identity provider needs one. Default: none is sent.
 * @property scope What to ask for, separated by spaces. Without `openid` a login fails; without `offline_access` the session cannot be
 *   refreshed. Default: `openid profile email offline_access`.
 * @property endpointHost One host besides the issuer's on which the identity provider may have endpoints. Default: none.
 */
public class LoginOptions {
    public var issuer: String? = null

    public var clientId: String? = null

    public var audience: String? = null

    public var scope: String? = null

    public var endpointHost: String? = null

    internal fun toNative(): NativeLoginOptions =
        NativeLoginOptions(
            issuer = issuer,
            clientId = clientId,
            audience = audience,
            scope = scope,
            endpointHost = endpointHost,
        )
}
