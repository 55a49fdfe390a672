//! The token endpoint: polls and refreshes.

use serde_json::{Value, json};

use super::answers::{refuse, respond};
use super::form::Form;
use super::login::{Decision, Poll, Provider, Session};
use crate::http::Response;
use crate::random;
use crate::state::State;
use crate::world::Refresh;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const REFRESH_GRANT: &str = "refresh_token";
const OPAQUE: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Whether this request to the token endpoint makes it hang.
pub(super) fn springs_the_trap(provider: &Provider, form: &Form) -> bool {
    provider.settings.refresh == Refresh::Hangs && form.text("grant_type") == REFRESH_GRANT
}

pub(super) fn answer(state: &mut State, issuer: &str, form: &Form) -> Response {
    match form.text("grant_type").as_str() {
        DEVICE_GRANT => poll(state, issuer, form),
        REFRESH_GRANT => refresh(state, issuer, form),
        _ => refuse(400, "unsupported_grant_type", None),
    }
}

fn poll(state: &mut State, issuer: &str, form: &Form) -> Response {
    let now = state.now();
    let Some(provider) = &mut state.identity else { return Response::new(404) };
    let code = form.text("device_code");
    let Some(at) = provider.logins.iter().position(|login| login.device_code == code) else {
        return refuse(400, "invalid_request", Some("Invalid Device code."));
    };
    match provider.poll(at, now) {
        Poll::Pending => refuse(400, "authorization_pending", None),
        Poll::TooEarly => refuse(400, "slow_down", None),
        Poll::Denied => refuse(400, "access_denied", None),
        Poll::Expired => refuse(400, "expired_token", None),
        Poll::Approved => {
            let login = &provider.logins[at];
            if let Some(granted) = &login.granted {
                return respond(200, granted);
            }
            let Decision::Approved { user_id } = &login.decision else { return Response::new(500) };
            let session = Session {
                refresh_token: random::text(OPAQUE, 80),
                user_id: user_id.clone(),
                client_id: login.client_id.clone(),
                audience: login.audience.clone(),
            };
            let offline = login.scope.split(' ').any(|scope| scope == "offline_access");
            let granted = grant(state, issuer, session, offline);
            if let Some(provider) = &mut state.identity {
                provider.logins[at].granted = Some(granted.clone());
            }
            respond(200, &granted)
        }
    }
}

fn refresh(state: &mut State, issuer: &str, form: &Form) -> Response {
    let Some(provider) = &mut state.identity else { return Response::new(404) };
    if !provider.settings.clients.contains(&form.text("client_id")) {
        return refuse(401, "invalid_client", Some("Invalid client credentials."));
    }
    let token = form.text("refresh_token");
    let known = provider.sessions.iter().position(|session| session.refresh_token == token);
    match known.filter(|_| provider.settings.refresh != Refresh::Fails) {
        None => refuse(400, "invalid_grant", Some("Refresh token is invalid or has already been claimed.")),
        Some(at) => {
            let old = provider.sessions.remove(at);
            let granted = grant(state, issuer, Session { refresh_token: random::text(OPAQUE, 80), ..old }, true);
            respond(200, &granted)
        }
    }
}

/// New tokens for this session, which is remembered if it can be refreshed.
fn grant(state: &mut State, issuer: &str, session: Session, offline: bool) -> Value {
    let settings = state.identity.as_ref().map(|provider| provider.settings.clone()).unwrap_or_default();
    let lifetime = settings.token_lifetime_secs;
    let audience = |asked: Option<&String>| asked.unwrap_or(&session.client_id).clone();
    let jwt = |audience: &str| state.issue_login_jwt(&session.user_id, issuer, audience, i64::from(lifetime));
    let access_token =
        if settings.access_token_is_jwt { jwt(&audience(session.audience.as_ref())) } else { random::text(OPAQUE, 60) };
    let mut answer = json!({ "access_token": access_token, "token_type": "bearer", "expires_in": lifetime });
    if offline {
        answer["refresh_token"] = session.refresh_token.as_str().into();
    }
    if settings.id_token {
        answer["id_token"] = jwt(&session.client_id).into();
    }
    if let Some(provider) = &mut state.identity {
        let secrets = ["access_token", "refresh_token", "id_token"];
        provider.id_tokens.extend(answer["id_token"].as_str().map(str::to_owned));
        provider.issued.extend(secrets.iter().filter_map(|name| answer[*name].as_str().map(str::to_owned)));
        if offline {
            provider.sessions.push(session);
        }
    }
    answer
}
