//! What an audit says about one user's tokens.

use std::ffi::{CString, c_char};

use netbird_tokens::{AuditedToken, Timestamp, TokenState, UserAudit};
use serde::Serialize;

use crate::error::nbt_error;
use crate::json::Json;
use crate::text::{c_string, pointer};
use crate::token::nbt_token;
use crate::user::nbt_user;
use crate::{guard, json, text, time};

/// What an audit says about a token. In the order in which the first that applies becomes a token's state.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_token_state {
    /// There is no token, or no such finding.
    NBT_TOKEN_STATE_NONE = 0,
    /// The server refuses it.
    NBT_TOKEN_STATE_EXPIRED = 1,
    /// It expires soon; see `nbt_audit_options_set_expiring_within_ms`.
    NBT_TOKEN_STATE_EXPIRING = 2,
    /// It was not used for long, or never used and created that long ago; see `nbt_audit_options_set_unused_for_ms`.
    NBT_TOKEN_STATE_UNUSED = 3,
    /// It was never used, and not created that long ago.
    NBT_TOKEN_STATE_NEVER_USED = 4,
    /// None of the others.
    NBT_TOKEN_STATE_HEALTHY = 5,
}

impl From<TokenState> for nbt_token_state {
    fn from(state: TokenState) -> Self {
        match state {
            TokenState::Expired => nbt_token_state::NBT_TOKEN_STATE_EXPIRED,
            TokenState::Expiring => nbt_token_state::NBT_TOKEN_STATE_EXPIRING,
            TokenState::Unused => nbt_token_state::NBT_TOKEN_STATE_UNUSED,
            TokenState::NeverUsed => nbt_token_state::NBT_TOKEN_STATE_NEVER_USED,
            TokenState::Healthy => nbt_token_state::NBT_TOKEN_STATE_HEALTHY,
        }
    }
}

/// A token and what the audit says about it.
#[derive(Serialize)]
pub struct nbt_audited_token {
    token: nbt_token,
    state: TokenState,
    findings: Vec<TokenState>,
    #[serde(serialize_with = "text::serialize")]
    reason: CString,
}

impl nbt_audited_token {
    fn new(audited: AuditedToken) -> Self {
        nbt_audited_token {
            token: nbt_token::new(audited.token),
            state: audited.state,
            findings: audited.findings,
            reason: c_string(&audited.reason),
        }
    }
}

/// One user's tokens, audited.
#[derive(Serialize)]
pub struct nbt_user_audit {
    user: nbt_user,
    tokens: Box<[nbt_audited_token]>,
    error: Option<Box<nbt_error>>,
    as_of: Timestamp,
    #[serde(skip)]
    json: Json,
}

impl nbt_user_audit {
    pub(crate) fn new(audited: UserAudit) -> Box<Self> {
        Box::new(nbt_user_audit {
            user: nbt_user::new(audited.user),
            tokens: audited.tokens.into_iter().map(nbt_audited_token::new).collect(),
            error: audited.error.map(nbt_error::new),
            as_of: audited.as_of,
            json: Json::default(),
        })
    }
}

/// The stable name of a state, the same in every language: `never_used` for `NBT_TOKEN_STATE_NEVER_USED`.
///
/// @param state one of `nbt_token_state`; any other number is allowed
/// @return the name, `none` for `NBT_TOKEN_STATE_NONE` and for a number that is not a state; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_state_name(state: u32) -> *const c_char {
    guard::infallible(c"none".as_ptr(), || {
        let known = TokenState::ALL.iter().find(|known| nbt_token_state::from(**known) as u32 == state);
        known.map_or(c"none", |known| name(*known)).as_ptr()
    })
}

/// [`TokenState::name`] with a NUL at its end.
fn name(state: TokenState) -> &'static std::ffi::CStr {
    match state {
        TokenState::Expired => c"expired",
        TokenState::Expiring => c"expiring",
        TokenState::Unused => c"unused",
        TokenState::NeverUsed => c"never_used",
        TokenState::Healthy => c"healthy",
    }
}

/// The user.
///
/// @param audited may be NULL
/// @return the user; NULL for NULL
/// @par Memory
/// The user belongs to the result and is valid until `nbt_user_audit_free`; never free it by itself.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_user(audited: Option<&nbt_user_audit>) -> Option<&nbt_user> {
    guard::infallible(None, || audited.map(|audited| &audited.user))
}

/// How many tokens the user has.
///
/// @param audited may be NULL
/// @return the number; 0 if they could not be listed, and for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_tokens_len(audited: Option<&nbt_user_audit>) -> usize {
    guard::infallible(0, || audited.map_or(0, |audited| audited.tokens.len()))
}

/// One of the user's tokens, in no particular order.
///
/// @param audited may be NULL
/// @param index counts from 0
/// @return the token; NULL if the index is out of range
/// @par Memory
/// The token belongs to the result and is valid until `nbt_user_audit_free`; never free it by itself.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_tokens_at(
    audited: Option<&nbt_user_audit>,
    index: usize,
) -> Option<&nbt_audited_token> {
    guard::infallible(None, || audited.and_then(|audited| audited.tokens.get(index)))
}

/// Why the user's tokens could not be listed.
///
/// @param audited may be NULL
/// @return the error; NULL if they were listed, and for NULL
/// @par Memory
/// The error belongs to the result and is valid until `nbt_user_audit_free`; never free it by itself.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_error(audited: Option<&nbt_user_audit>) -> Option<&nbt_error> {
    guard::infallible(None, || audited.and_then(|audited| audited.error.as_deref()))
}

/// The instant at which the states hold: the server's clock when it answered, or this machine's if the answer has no date.
///
/// @param audited may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 for NULL; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return true; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_user_audit_as_of(
    audited: Option<&nbt_user_audit>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(audited.map(|audited| audited.as_of), seconds, nanoseconds) }
    })
}

/// The result as JSON: `user`, `tokens` (each with `token`, `state`, `findings`, `reason`), `error`, `as_of`.
///
/// @param audited may be NULL
/// @return the JSON, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the result and is valid as long as that is.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_to_json(audited: Option<&nbt_user_audit>) -> *const c_char {
    json::of(audited, |audited| &audited.json)
}

/// Frees a result.
///
/// @param audited may be NULL; then nothing happens
/// @par Memory
/// The result, its user, its tokens and its error are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_audit_free(audited: Option<Box<nbt_user_audit>>) {
    guard::infallible((), || drop(audited));
}

/// The token.
///
/// @param audited may be NULL
/// @return the token; NULL for NULL
/// @par Memory
/// The token belongs to the user's result and is valid until `nbt_user_audit_free`; never free it by itself.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audited_token_token(audited: Option<&nbt_audited_token>) -> Option<&nbt_token> {
    guard::infallible(None, || audited.map(|audited| &audited.token))
}

/// The first of the states that applies.
///
/// @param audited may be NULL
/// @return the state; `NBT_TOKEN_STATE_NONE` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audited_token_state(audited: Option<&nbt_audited_token>) -> nbt_token_state {
    let none = nbt_token_state::NBT_TOKEN_STATE_NONE;
    guard::infallible(none, || audited.map_or(none, |audited| audited.state.into()))
}

/// How many states apply, `NBT_TOKEN_STATE_HEALTHY` not counted.
///
/// @param audited may be NULL
/// @return the number; 0 for a healthy token, and for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audited_token_findings_len(audited: Option<&nbt_audited_token>) -> usize {
    guard::infallible(0, || audited.map_or(0, |audited| audited.findings.len()))
}

/// One of the states that apply, in the order of `nbt_token_state`.
///
/// @param audited may be NULL
/// @param index counts from 0
/// @return the state; `NBT_TOKEN_STATE_NONE` if the index is out of range
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audited_token_findings_at(audited: Option<&nbt_audited_token>, index: usize) -> nbt_token_state {
    let none = nbt_token_state::NBT_TOKEN_STATE_NONE;
    guard::infallible(none, || {
        audited.and_then(|audited| audited.findings.get(index)).map_or(none, |finding| (*finding).into())
    })
}

/// The state in words, for people: `expires in 3 days`. Several findings are separated by semicolons.
///
/// @param audited may be NULL
/// @return the words, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the user's result and is valid until `nbt_user_audit_free`.
/// @par Threads
/// Any; one result may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audited_token_reason(audited: Option<&nbt_audited_token>) -> *const c_char {
    guard::infallible(std::ptr::null(), || pointer(audited.map(|audited| &audited.reason)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_cores_names_and_numbers_of_their_own() {
        for (at, &state) in TokenState::ALL.iter().enumerate() {
            let ours = nbt_token_state::from(state);
            assert_eq!(ours as usize, at + 1);
            assert_eq!(format!("{ours:?}"), format!("NBT_TOKEN_STATE_{}", state.name().to_uppercase()));
            assert_eq!(name(state).to_str().unwrap(), state.name());
        }
    }
}
