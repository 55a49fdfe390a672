//! The identity provider under `/oauth2`: discovery, device authorization, tokens, and the page where a person decides.

mod answers;
mod decide;
mod form;
mod login;
mod page;
mod tokens;

use serde_json::json;

use crate::http::{Request, Response};
use crate::paths::Target;
use crate::state::State;
use crate::world::LoginEndpoint;

use answers::{refuse, respond};
use form::Form;
pub(crate) use login::Provider;

const DISCOVERY: &str = "/oauth2/.well-known/openid-configuration";
const DEVICE_CODE: &str = "/oauth2/device/code";
const TOKEN: &str = "/oauth2/token";
const KEYS: &str = "/oauth2/keys";
const PAGE: &str = "/oauth2/device";

/// Whether this request gets no answer, because the endpoint hangs or begins to.
pub(crate) fn hangs(state: &mut State, request: &Request) -> bool {
    let Some(provider) = &mut state.identity else { return false };
    let endpoint = match (request.method.as_str(), request.path()) {
        ("GET", DISCOVERY) => LoginEndpoint::Discovery,
        ("POST", DEVICE_CODE) => LoginEndpoint::Device,
        ("POST", TOKEN) => LoginEndpoint::Token,
        _ => return false,
    };
    if endpoint == LoginEndpoint::Token && tokens::springs_the_trap(provider, &Form::of_body(request)) {
        provider.hang(endpoint);
    }
    provider.is_hung(endpoint)
}

/// Answers a request to the identity provider. `None` if the world has no provider, or the path is outside `/oauth2/`.
pub(crate) fn answer(state: &mut State, url: impl FnOnce() -> String, request: &Request) -> Option<Response> {
    state.identity.as_ref()?;
    let path = request.path();
    if !path.starts_with("/oauth2/") {
        return None;
    }
    let issuer = format!("{}/oauth2", url());
    Some(match (request.method.as_str(), path) {
        ("GET", DISCOVERY) => discovery(state, &issuer),
        ("POST", DEVICE_CODE) => device_code(state, &issuer, &Form::of_body(request)),
        ("POST", TOKEN) => tokens::answer(state, &issuer, &Form::of_body(request)),
        // The JWTs are signed with a secret key, so no public key belongs to them.
        ("GET", KEYS) => respond(200, &json!({ "keys": [] })),
        ("GET", PAGE) => {
            let form = Target::parse(&request.target).ok().map(Form::of_query);
            page::show(state, &form.and_then(|form| form.get("user_code")).unwrap_or_default())
        }
        ("POST", PAGE) => page::decide(state, &Form::of_body(request)),
        _ => Response::new(404).field("Content-Type", "text/plain; charset=utf-8").body("404 page not found\n"),
    })
}

fn discovery(state: &State, own: &str) -> Response {
    let settings = state.identity.as_ref().map(|provider| &provider.settings);
    let issuer = settings.and_then(|settings| settings.issuer.as_deref()).unwrap_or(own);
    let base = settings.and_then(|settings| settings.endpoints.as_deref()).unwrap_or(own);
    respond(
        200,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{base}/auth"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/keys"),
            "device_authorization_endpoint": format!("{base}/device/code"),
            "grant_types_supported": [
                "authorization_code",
                "client_credentials",
                "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
            "scopes_supported": ["openid", "email", "groups", "profile", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }),
    )
}

fn device_code(state: &mut State, own: &str, form: &Form) -> Response {
    let now = state.now();
    let Some(provider) = &mut state.identity else { return Response::new(404) };
    let Some(client_id) = form.get("client_id") else {
        return refuse(400, "invalid_request", Some("No client id received."));
    };
    let (interval, expires_in) = (provider.settings.interval_secs, provider.settings.expires_in_secs);
    let base = provider.settings.endpoints.clone().unwrap_or_else(|| own.to_owned());
    let login = provider.start(now, client_id, form.text("scope"), form.get("audience"));
    respond(
        200,
        &json!({
            "device_code": login.device_code,
            "user_code": login.user_code,
            "verification_uri": format!("{base}/device"),
            "verification_uri_complete": format!("{base}/device?user_code={}", login.user_code),
            "expires_in": expires_in,
            "interval": interval,
        }),
    )
    .field("Cache-Control", "no-store")
}
