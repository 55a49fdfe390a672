//! Authentication: the `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::errors::ApiError;
use crate::http::Request;
use crate::jwt::AUDIENCE;
use crate::pat;
use crate::state::{State, UserKey};
use crate::world::ServerVersion;

/// Clients with this in `User-Agent` are not rate limited.
const UNLIMITED_AGENT: &str = "terraform";

fn token_invalid() -> ApiError {
    ApiError::new(401, "token invalid")
}

/// The user who the request's credential belongs to. A token that authenticates is marked as used.
pub(crate) fn authenticate(state: &mut State, request: &Request) -> Result<UserKey, ApiError> {
    let header = request.header("authorization").unwrap_or_default();
    let parts: Vec<&str> = header.split(' ').collect();
    let scheme = parts[0].to_ascii_lowercase();
    let is_pat = parts.get(1).is_some_and(|text| text.starts_with(pat::PREFIX));
    match (scheme.as_str(), parts.as_slice()) {
        ("bearer", [_, token]) if !is_pat => jwt(state, token),
        ("token" | "bearer", [_, plain]) => personal_access_token(state, request, plain),
        ("token" | "bearer", _) => Err(token_invalid()),
        _ => Err(ApiError::new(401, "no valid authentication provided")),
    }
}

fn jwt(state: &State, token: &str) -> Result<UserKey, ApiError> {
    let (id, audience) = state.jwt.check(token, state.now()).ok_or_else(token_invalid)?;
    let wanted = state.identity.as_ref().and_then(|provider| provider.settings.required_audience.as_ref());
    if audience != AUDIENCE && wanted.is_some_and(|wanted| *wanted != audience) {
        return Err(token_invalid());
    }
    state.find_user(&id).ok_or_else(token_invalid)
}

fn personal_access_token(state: &mut State, request: &Request, plain: &str) -> Result<UserKey, ApiError> {
    let digest = pat::digest_of(plain);
    let now = state.now();
    let agent = request.header("user-agent").unwrap_or_default();
    if !agent.to_ascii_lowercase().contains(UNLIMITED_AGENT)
        && let Some(limiter) = &mut state.limiter
        && !limiter.allow(digest, now)
    {
        return Err(ApiError::new(429, "too many requests"));
    }
    if !pat::is_well_formed(plain) {
        return Err(token_invalid());
    }
    let Some((user, token)) = state.find_pat(&digest) else {
        if state.version < ServerVersion::Current {
            return Err(token_invalid());
        }
        let hash = STANDARD.encode(digest);
        return Err(ApiError::new(404, format!("invalid token: pat: {hash} not found")));
    };
    if token.has_expired(now) {
        return Err(token_invalid());
    }
    state.mark_used(&digest);
    Ok(user)
}
