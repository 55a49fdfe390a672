//! The control API: the methods of [`MockServer`](crate::MockServer) as JSON over HTTP.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Framing, Request, Response};
use crate::paths::decode_segment;
use crate::shared::Core;
use crate::time;
use crate::world::{LoginEndpoint, SeededToken, WorldError};

/// Why a control call failed.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the path is not well encoded")]
    Path,
    #[error("the body: {0}")]
    Body(serde_json::Error),
    #[error("{0}")]
    NotFound(String),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error("the answer: {0}")]
    Answer(serde_json::Error),
}

impl Refusal {
    fn status(&self) -> u16 {
        match self {
            Self::Path | Self::Body(_) => 400,
            Self::NotFound(_) => 404,
            Self::World(_) => 422,
            Self::Answer(_) => 500,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JwtOrder {
    user_id: String,
    #[serde(default = "an_hour")]
    valid_for_secs: i64,
}

fn an_hour() -> i64 {
    3600
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    now: Option<String>,
    step_secs: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceOrder {
    secs: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveOrder {
    user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HangOrder {
    endpoint: LoginEndpoint,
}

#[derive(Serialize)]
struct Reset {
    url: String,
    seeded: Vec<SeededToken>,
}

/// Answers a control request.
pub(crate) async fn answer(core: &Core, request: &Request) -> Response {
    let path = request.path();
    if request.method == "GET" && path == "/ca.pem" {
        return respond(200, "application/x-pem-file", core.ca_pem());
    }
    let (status, body) = match run(core, request, path).await {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status(), json!({ "error": refusal.to_string() })),
    };
    respond(status, "application/json", format!("{body}\n"))
}

fn respond(status: u16, media_type: &'static str, body: String) -> Response {
    let mut response = Response::new(status).field("Content-Type", media_type).body(body);
    response.framing = Framing::Length;
    response
}

async fn run(core: &Core, request: &Request, path: &str) -> Result<Value, Refusal> {
    let segments: Option<Vec<String>> = path.trim_matches('/').split('/').map(decode_segment).collect();
    let segments = segments.ok_or(Refusal::Path)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => Ok(json!({
            "ok": true,
            "url": core.url(),
            "control_url": core.control_url(),
            "server_version": core.state().version,
        })),
        ("GET", ["ca"]) => Ok(json!({ "ca_pem": core.ca_pem() })),
        ("POST", ["reset"]) => {
            let seeded = core.reset(read(request)?).await?;
            to_json(&Reset { url: core.url(), seeded })
        }
        ("GET", ["users"]) => {
            let state = core.state();
            let ids: Vec<&str> = state.users().map(|(_, user)| user.id.as_str()).collect();
            Ok(json!({ "users": ids }))
        }
        ("POST", ["users"]) => {
            let user: crate::world::UserSeed = read(request)?;
            let id = user.id.clone();
            let seeded = core.state().add_user(user)?;
            Ok(json!({ "id": id, "seeded": to_json(&seeded)? }))
        }
        ("GET", ["users", user, "tokens"]) => {
            let tokens = core.state().stored_tokens(user);
            to_json(&tokens.ok_or_else(|| Refusal::NotFound(format!("there is no user `{user}`")))?)
        }
        ("POST", ["users", user, "tokens"]) => {
            let token = read(request)?;
            to_json(&core.state().add_token(user, token)?)
        }
        ("GET", ["tokens", token, "plain"]) => {
            let plain = core.state().plain_of(token);
            let plain = plain.ok_or_else(|| Refusal::NotFound(format!("there is no token `{token}`")))?;
            Ok(json!({ "plain": plain }))
        }
        ("POST", ["jwt"]) => {
            let order: JwtOrder = read(request)?;
            let jwt = core.state().issue_jwt(&order.user_id, order.valid_for_secs);
            Ok(json!({ "jwt": jwt }))
        }
        ("GET", ["logins"]) => to_json(&core.state().logins()),
        ("POST", ["logins", code, "approve"]) => {
            let order: ApproveOrder = read(request)?;
            core.state().approve_login(code, &order.user_id)?;
            Ok(json!({}))
        }
        ("POST", ["logins", code, "deny"]) => {
            core.state().deny_login(code)?;
            Ok(json!({}))
        }
        ("POST", ["logins", code, "expire"]) => {
            core.state().expire_login(code)?;
            Ok(json!({}))
        }
        ("POST", ["identity-provider", "hang"]) => {
            let order: HangOrder = read(request)?;
            core.state().provider()?.hang(order.endpoint);
            Ok(json!({}))
        }
        ("POST", ["identity-provider", "restart"]) => {
            core.restart_identity_provider()?;
            Ok(json!({}))
        }
        ("GET", ["clock"]) => Ok(clock(core)),
        ("PUT", ["clock"]) => {
            let order: ClockOrder = read(request)?;
            let now = order.now.map(|now| time::parse(&now, "now")).transpose()?;
            {
                let clock = &mut core.state().clock;
                if let Some(now) = now {
                    clock.set(now);
                }
                if let Some(step) = order.step_secs {
                    clock.set_step(step);
                }
            }
            Ok(clock(core))
        }
        ("POST", ["clock", "advance"]) => {
            let order: AdvanceOrder = read(request)?;
            core.state().clock.advance(order.secs);
            Ok(clock(core))
        }
        ("GET", ["faults"]) => to_json(&core.state().faults.list()),
        ("POST", ["faults"]) => {
            let fault = read(request)?;
            core.state().faults.push(fault);
            Ok(json!({}))
        }
        ("DELETE", ["faults"]) => {
            core.state().faults.clear();
            Ok(json!({}))
        }
        ("POST", ["release-held"]) => {
            core.release_held();
            Ok(json!({}))
        }
        ("GET", ["requests"]) => to_json(&core.state().log.list()),
        ("POST", ["requests", "take"]) => to_json(&core.state().log.take()),
        ("POST", ["close-idle"]) => Ok(json!({ "closed": core.close_idle().await })),
        _ => Err(Refusal::NotFound(format!("no such call: {} {path}", request.method))),
    }
}

fn clock(core: &Core) -> Value {
    let clock = core.state().clock.clone();
    json!({ "now": time::go_format(clock.now(), jiff::tz::Offset::UTC), "step_secs": clock.step() })
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body).map_err(Refusal::Body)
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(Refusal::Answer)
}
