//! The two ways to authenticate.

use std::ffi::c_char;

use netbird_tokens::{Credential, CredentialKind, Result};

use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::{arguments, boundary, guard, time};

/// A credential that passed its offline check. Its text cannot be read back; it is wiped when it is freed.
pub struct nbt_credential(pub(crate) Credential);

/// How a request authenticates.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_credential_kind {
    /// There is no credential: the handle was NULL.
    NBT_CREDENTIAL_NONE = 0,
    /// A personal access token, sent as `Authorization: Token`.
    NBT_CREDENTIAL_PAT = 1,
    /// A JWT from the account's identity provider, sent as `Authorization: Bearer`.
    NBT_CREDENTIAL_BEARER = 2,
}

impl From<CredentialKind> for nbt_credential_kind {
    fn from(kind: CredentialKind) -> Self {
        match kind {
            CredentialKind::Pat => nbt_credential_kind::NBT_CREDENTIAL_PAT,
            CredentialKind::Bearer => nbt_credential_kind::NBT_CREDENTIAL_BEARER,
        }
    }
}

/// # Safety
/// `text` is NULL or ends with a NUL; the others are NULL or can be written through.
unsafe fn make(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
    check: fn(&str) -> Result<Credential>,
) -> nbt_result {
    // SAFETY: as promised by the caller.
    unsafe { boundary::giving(out, error, || Ok(Box::new(nbt_credential(check(arguments::text(text, "text")?)?)))) }
}

/// Makes a credential from a personal access token, exactly its 40 characters. Its prefix, length and checksum are checked
/// offline.
///
/// @param text is copied
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_CREDENTIAL`, with a message that says what is wrong; `NBT_INVALID_ARGUMENT`
/// @par Memory
/// Free the handle with `nbt_credential_free` and the error with `nbt_error_free`. Wiping `text` is up to the caller.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_pat(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::pat) }
}

/// Makes a credential from a JWT. Its shape is checked; its signature and its expiry are for the server to check. See
/// `nbt_credential_expires_at` for the expiry that it states.
///
/// @param text is copied
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_CREDENTIAL`, with a message that says what is wrong; `NBT_INVALID_ARGUMENT`
/// @par Memory
/// Free the handle with `nbt_credential_free` and the error with `nbt_error_free`. Wiping `text` is up to the caller.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_bearer(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::bearer) }
}

/// Makes a credential from either of the two, as people paste them: white space and quotes around it, and a leading `Token`,
/// `Bearer` or `Authorization:`, are removed.
///
/// @param text is copied
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_CREDENTIAL`, with a message that says what is wrong; `NBT_INVALID_ARGUMENT`
/// @par Memory
/// Free the handle with `nbt_credential_free` and the error with `nbt_error_free`. Wiping `text` is up to the caller.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_detect(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::detect) }
}

/// Whether a credential is a PAT or a JWT.
///
/// @param credential may be NULL
/// @return its kind; `NBT_CREDENTIAL_NONE` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one credential may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_get_kind(credential: Option<&nbt_credential>) -> nbt_credential_kind {
    guard::infallible(nbt_credential_kind::NBT_CREDENTIAL_NONE, || {
        credential.map_or(nbt_credential_kind::NBT_CREDENTIAL_NONE, |credential| credential.0.kind().into())
    })
}

/// When a JWT expires, if it says so. A PAT does not say: ask the server.
///
/// @param credential may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, 0 if it does not say; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return whether it says so; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one credential may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_expires_at(
    credential: Option<&nbt_credential>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        let time = credential.and_then(|credential| credential.0.expires_at());
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(time, seconds, nanoseconds) }
    })
}

/// Wipes a credential and frees it. Clients that use it have their own copy.
///
/// @param credential may be NULL; then nothing happens
/// @par Memory
/// The credential is gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_free(credential: Option<Box<nbt_credential>>) {
    guard::infallible((), || drop(credential));
}
