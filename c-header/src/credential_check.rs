//! What is known about the credential that a client uses.

use std::ffi::c_char;

use netbird_tokens::{CredentialCheck, CredentialKind, CredentialState, Timestamp};
use serde::Serialize;

use crate::credential::nbt_credential_kind;
use crate::error::nbt_error;
use crate::json::Json;
use crate::token::nbt_token;
use crate::user::nbt_user;
use crate::{guard, json, time};

/// What is known about a credential: whether it works and why not, whose it is, which token it is, and when it expires.
#[derive(Serialize)]
pub struct nbt_credential_check {
    state: CredentialState,
    kind: CredentialKind,
    user: Option<nbt_user>,
    token: Option<nbt_token>,
    expires_at: Option<Timestamp>,
    error: Option<Box<nbt_error>>,
    #[serde(skip)]
    json: Json,
}

impl nbt_credential_check {
    pub(crate) fn new(check: CredentialCheck) -> Box<Self> {
        Box::new(nbt_credential_check {
            state: check.state,
            kind: check.kind,
            user: check.user.map(nbt_user::new),
            token: check.token.map(nbt_token::new),
            expires_at: check.expires_at,
            error: check.error.map(nbt_error::new),
            json: Json::default(),
        })
    }
}

/// How the server treats a credential. A malformed one never gets that far: `nbt_credential_new_pat` and its siblings refuse it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_credential_state {
    /// Nothing was checked: the handle was NULL.
    NBT_CREDENTIAL_STATE_NONE = 0,
    /// It authenticates, and its user may use the API.
    NBT_CREDENTIAL_STATE_WORKING = 1,
    /// The server does not know this PAT: it was revoked, or belongs to another server.
    NBT_CREDENTIAL_STATE_UNKNOWN = 2,
    /// The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than that it
    /// is not accepted.
    NBT_CREDENTIAL_STATE_REFUSED = 3,
    /// It authenticates, but an administrator has blocked its user.
    NBT_CREDENTIAL_STATE_BLOCKED = 4,
    /// It authenticates, but its user is waiting for an administrator's approval.
    NBT_CREDENTIAL_STATE_PENDING_APPROVAL = 5,
    /// It authenticates, but the role of its user may not even request who it is.
    NBT_CREDENTIAL_STATE_FORBIDDEN = 6,
}

impl From<CredentialState> for nbt_credential_state {
    fn from(state: CredentialState) -> Self {
        match state {
            CredentialState::Working => nbt_credential_state::NBT_CREDENTIAL_STATE_WORKING,
            CredentialState::Unknown => nbt_credential_state::NBT_CREDENTIAL_STATE_UNKNOWN,
            CredentialState::Refused => nbt_credential_state::NBT_CREDENTIAL_STATE_REFUSED,
            CredentialState::Blocked => nbt_credential_state::NBT_CREDENTIAL_STATE_BLOCKED,
            CredentialState::PendingApproval => nbt_credential_state::NBT_CREDENTIAL_STATE_PENDING_APPROVAL,
            CredentialState::Forbidden => nbt_credential_state::NBT_CREDENTIAL_STATE_FORBIDDEN,
        }
    }
}

/// The stable name of a state, the same in every language: `pending_approval` for `NBT_CREDENTIAL_STATE_PENDING_APPROVAL`.
///
/// @param state one of `nbt_credential_state`; any other number is allowed
/// @return the name, `none` for `NBT_CREDENTIAL_STATE_NONE` and for a number that is not a state; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_state_name(state: u32) -> *const c_char {
    guard::infallible(c"none".as_ptr(), || {
        let known = CredentialState::ALL.iter().find(|known| nbt_credential_state::from(**known) as u32 == state);
        known.map_or(c"none", |known| name(*known)).as_ptr()
    })
}

/// [`CredentialState::name`] with a NUL at its end.
fn name(state: CredentialState) -> &'static std::ffi::CStr {
    match state {
        CredentialState::Working => c"working",
        CredentialState::Unknown => c"unknown",
        CredentialState::Refused => c"refused",
        CredentialState::Blocked => c"blocked",
        CredentialState::PendingApproval => c"pending_approval",
        CredentialState::Forbidden => c"forbidden",
    }
}

/// Whether the credential works, and why not.
///
/// @param check may be NULL
/// @return the state; `NBT_CREDENTIAL_STATE_NONE` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_state(check: Option<&nbt_credential_check>) -> nbt_credential_state {
    let none = nbt_credential_state::NBT_CREDENTIAL_STATE_NONE;
    guard::infallible(none, || check.map_or(none, |check| check.state.into()))
}

/// Whether the credential is a PAT or a JWT.
///
/// @param check may be NULL
/// @return the kind; `NBT_CREDENTIAL_NONE` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_kind(check: Option<&nbt_credential_check>) -> nbt_credential_kind {
    let none = nbt_credential_kind::NBT_CREDENTIAL_NONE;
    guard::infallible(none, || check.map_or(none, |check| check.kind.into()))
}

/// The user that the credential belongs to.
///
/// @param check may be NULL
/// @return the user; NULL unless the credential works, and for NULL
/// @par Memory
/// The user belongs to the check and is valid until `nbt_credential_check_free`; never free it by itself.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_user(check: Option<&nbt_credential_check>) -> Option<&nbt_user> {
    guard::infallible(None, || check.and_then(|check| check.user.as_ref()))
}

/// Which of the user's tokens the credential is. Its time of last use is the check itself.
///
/// @param check may be NULL
/// @return the token; NULL for a JWT, for a role that may not list its own tokens, where nothing proves which token it is
/// (another one was used at the same time, or the server's clock is too coarse), and for NULL
/// @par Memory
/// The token belongs to the check and is valid until `nbt_credential_check_free`; never free it by itself.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_token(check: Option<&nbt_credential_check>) -> Option<&nbt_token> {
    guard::infallible(None, || check.and_then(|check| check.token.as_ref()))
}

/// When the credential stops working: known for a PAT if its token is, and for a JWT if it says so.
///
/// @param check may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if it is not known; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return whether it is known; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_check_expires_at(
    check: Option<&nbt_credential_check>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(check.and_then(|check| check.expires_at), seconds, nanoseconds) }
    })
}

/// What the server said about a credential that does not work.
///
/// @param check may be NULL
/// @return the error; NULL if the credential works, and for NULL
/// @par Memory
/// The error belongs to the check and is valid until `nbt_credential_check_free`; never free it by itself.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_error(check: Option<&nbt_credential_check>) -> Option<&nbt_error> {
    guard::infallible(None, || check.and_then(|check| check.error.as_deref()))
}

/// A check as JSON: `state` and `kind` by their names, `user`, `token`, `expires_at`, `error`, each null where it is not known.
///
/// @param check may be NULL
/// @return the JSON, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the check and is valid as long as that is.
/// @par Threads
/// Any; one check may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_to_json(check: Option<&nbt_credential_check>) -> *const c_char {
    json::of(check, |check| &check.json)
}

/// Frees a check.
///
/// @param check may be NULL; then nothing happens
/// @par Memory
/// The check, its user, its token and its error are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_check_free(check: Option<Box<nbt_credential_check>>) {
    guard::infallible((), || drop(check));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_cores_names_and_numbers_of_their_own() {
        for (at, &state) in CredentialState::ALL.iter().enumerate() {
            let ours = nbt_credential_state::from(state);
            assert_eq!(ours as usize, at + 1);
            assert_eq!(format!("{ours:?}"), format!("NBT_CREDENTIAL_STATE_{}", state.name().to_uppercase()));
            assert_eq!(name(state).to_str().unwrap(), state.name());
        }
    }
}
