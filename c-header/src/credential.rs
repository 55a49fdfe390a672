//! The two ways to authenticate.

use std::ffi::c_char;

use netbird_tokens::{Credential, CredentialKind};

use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::{boundary, out, text, time};

/// A credential that passed its offline check. Nothing of its text can be read back; it is wiped when it is freed.
pub struct nbt_credential(pub(crate) Credential);

/// How a request authenticates.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_credential_kind {
    /// There is no credential: a NULL was asked.
    NBT_CREDENTIAL_NONE = 0,
    /// A personal access token, sent as `Authorization: Token`.
    NBT_CREDENTIAL_PAT = 1,
    /// A JWT from the account's identity provider, sent as `Authorization: Bearer`.
    NBT_CREDENTIAL_BEARER = 2,
}

/// # Safety
/// `text` is NULL or ends with a NUL; the others are NULL or can be written through.
unsafe fn make(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
    check: fn(&str) -> netbird_tokens::Result<Credential>,
) -> nbt_result {
    // SAFETY: as promised by the caller.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let text = text::required(text, "text")?;
            out::put(out, Box::new(nbt_credential(check(text)?)));
            Ok(())
        })
    }
}

/// A personal access token, exactly its 40 characters, checked offline: its prefix, length and checksum.
///
/// Parameters: `text` is copied. `out` is where the handle is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_CREDENTIAL`, the message saying what is wrong; `NBT_INVALID_ARGUMENT`.
/// Memory: free the handle with `nbt_credential_free` and the error with `nbt_error_free`; on failure the handle is NULL. The
/// memory of `text` is the caller's to wipe.
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_pat(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::pat) }
}

/// A JWT. Its shape and its expiry are checked (against this machine's clock); its signature is the server's to check.
///
/// Parameters: `text` is copied. `out` is where the handle is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_CREDENTIAL`, the message saying what is wrong; `NBT_INVALID_ARGUMENT`.
/// Memory: free the handle with `nbt_credential_free` and the error with `nbt_error_free`; on failure the handle is NULL. The
/// memory of `text` is the caller's to wipe.
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_bearer(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::bearer) }
}

/// Either of the two, as people paste them: white space and quotes around it, and a leading `Token`, `Bearer` or
/// `Authorization:`, are taken off.
///
/// Parameters: `text` is copied. `out` is where the handle is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_CREDENTIAL`, the message saying what is wrong; `NBT_INVALID_ARGUMENT`.
/// Memory: free the handle with `nbt_credential_free` and the error with `nbt_error_free`; on failure the handle is NULL. The
/// memory of `text` is the caller's to wipe.
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_new_detect(
    text: *const c_char,
    out: *mut *mut nbt_credential,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { make(text, out, error, Credential::detect) }
}

/// Which of the two a credential is.
///
/// Parameters: `credential` may be NULL.
/// Returns: its kind; `NBT_CREDENTIAL_NONE` for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one credential may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_get_kind(credential: Option<&nbt_credential>) -> nbt_credential_kind {
    boundary::infallible(nbt_credential_kind::NBT_CREDENTIAL_NONE, || {
        match credential.map(|credential| credential.0.kind()) {
            None => nbt_credential_kind::NBT_CREDENTIAL_NONE,
            Some(CredentialKind::Pat) => nbt_credential_kind::NBT_CREDENTIAL_PAT,
            Some(CredentialKind::Bearer) => nbt_credential_kind::NBT_CREDENTIAL_BEARER,
        }
    })
}

/// When a JWT expires, where it says so. A PAT does not tell: ask the server.
///
/// Parameters: `credential` may be NULL. `seconds` (since 1970, UTC) and `nanoseconds` (0 to 999999999 after that) are where
/// the instant is put, zeros when there is none; either may be NULL.
/// Returns: whether it says so; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one credential may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_credential_expires_at(
    credential: Option<&nbt_credential>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    boundary::infallible(false, || {
        let time = credential.and_then(|credential| credential.0.expires_at());
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(time, seconds, nanoseconds) }
    })
}

/// Wipes a credential and frees it. Clients that were given it have their own copy.
///
/// Parameters: `credential` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the credential is gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_credential_free(credential: Option<Box<nbt_credential>>) {
    boundary::infallible((), || drop(credential));
}
