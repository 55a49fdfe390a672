//! The session that a login gives.

use std::ffi::{CString, c_char};
use std::ptr;

use netbird_tokens::LoginSession;

use crate::cancel::nbt_cancel;
use crate::client_builder::{self, nbt_client_builder};
use crate::credential::nbt_credential;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::secret::nbt_secret;
use crate::text::{c_string, pointer};
use crate::{arguments, boundary, guard, time};

/// What a login gives: tokens of the person who approved it. `nbt_login_session_get_credential` makes a credential of it.
///
/// A client with that credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30
/// seconds before its expiry) starts one refresh for all threads and clients, on a background thread of the library, and no call
/// waits for it. A refresh that fails changes nothing: the token is used until it expires, and then calls fail with
/// `NBT_UNAUTHORIZED`, and the message says to log in again. What becomes of a refresh is reported to the log callback of the builder
/// that the login was begun with.
///
/// In a forked child it refreshes for itself; where the identity provider accepts a refresh token once, only one of the two
/// processes can do so.
pub struct nbt_login_session {
    session: LoginSession,
    management_url: CString,
    issuer: CString,
}

impl nbt_login_session {
    pub(crate) fn new(session: LoginSession) -> Box<Self> {
        Box::new(nbt_login_session {
            management_url: c_string(session.management_url()),
            issuer: c_string(session.issuer()),
            session,
        })
    }
}

/// Takes up a session that `nbt_login_session_export` gave, perhaps in another process. Nothing is sent.
///
/// @param text the exported text, which is not kept; wiping it is up to the caller
/// @param builder has the options, as for `nbt_start_login`; the management URL may be left out, and must be the session's if it is
/// given. Its options are used up. Must not be NULL
/// @param[out] out receives the session, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for a text that is not an exported session, for one of another server, and for options that
/// do not apply; `NBT_CONFIGURATION`. No error shows its tokens
/// @par Memory
/// Free the session with `nbt_login_session_free`, the error with `nbt_error_free`, and the builder too.
/// @par Threads
/// One at a time for each builder.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_session_restore(
    text: *const c_char,
    builder: Option<&mut nbt_client_builder>,
    out: *mut *mut nbt_login_session,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let text = arguments::text(text, "text")?;
            Ok(nbt_login_session::new(LoginSession::restore(text, client_builder::take(builder)?)?))
        })
    }
}

/// A bearer credential that follows the session's refreshes. A client that is given no management URL uses the session's, and one of
/// another server refuses it.
///
/// @param session may be NULL
/// @return a credential of its own; NULL for NULL
/// @par Memory
/// Free the credential with `nbt_credential_free`; it outlives the session's handle.
/// @par Threads
/// Any; one session may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_get_credential(session: Option<&nbt_login_session>) -> Option<Box<nbt_credential>> {
    guard::infallible(None, || session.map(|session| Box::new(nbt_credential(session.session.credential()))))
}

/// The server whose API it is for, without `/api` and without a trailing slash.
///
/// @param session may be NULL
/// @return the URL; NULL for NULL
/// @par Memory
/// The text belongs to the session and is valid until `nbt_login_session_free`.
/// @par Threads
/// Any; one session may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_management_url(session: Option<&nbt_login_session>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(session.map(|session| &session.management_url)))
}

/// The identity provider that it came from, without a trailing slash.
///
/// @param session may be NULL
/// @return the URL; NULL for NULL
/// @par Memory
/// The text belongs to the session and is valid until `nbt_login_session_free`.
/// @par Threads
/// Any; one session may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_issuer(session: Option<&nbt_login_session>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(session.map(|session| &session.issuer)))
}

/// When the token that the session has now expires, by this machine's clock.
///
/// @param session may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, 0 for NULL; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return true; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one session may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_session_expires_at(
    session: Option<&nbt_login_session>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(session.map(|session| session.session.expires_at()), seconds, nanoseconds) }
    })
}

/// Whether the token is close to its expiry and can be refreshed. A program that ends soon calls `nbt_login_session_refresh` then, and
/// exports the session again.
///
/// @param session may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one session may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_needs_refresh(session: Option<&nbt_login_session>) -> bool {
    guard::infallible(false, || session.is_some_and(|session| session.session.needs_refresh()))
}

/// Refreshes now, or waits for the refresh that is under way: no longer than the timeout of the builder, and at most 30 seconds.
/// Whatever happens, the session keeps a token.
///
/// @param session must not be NULL
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_UNAUTHORIZED` when the identity provider has ended the session; `NBT_INVALID_ARGUMENT` when it has no refresh
/// token, and for NULL; `NBT_CANCELLED`, after which the refresh goes on; or any other result code
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one session may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_session_refresh(
    session: Option<&nbt_login_session>,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe { boundary::fallible(error, || arguments::handle(session, "session")?.session.refresh()) }
}

/// From now on calls start no refresh: only `nbt_login_session_refresh` does. For a program that ends soon: where the identity
/// provider accepts a refresh token once, a refresh that the program does not outlive would lose the session.
///
/// @param session may be NULL; then nothing happens
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one session may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_refresh_on_request(session: Option<&nbt_login_session>) {
    guard::infallible((), || {
        if let Some(session) = session {
            session.session.refresh_on_request();
        }
    });
}

/// The session as it is now, as JSON text for `nbt_login_session_restore`. Whoever has it can act as the person: keep it in the
/// system's keyring, or in a file that only its owner can read. Export it again after a refresh, which may change the refresh token.
///
/// @param session may be NULL
/// @return a secret of its own; NULL for NULL
/// @par Memory
/// Free the secret with `nbt_secret_free`, which wipes it.
/// @par Threads
/// Any; one session may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_export(session: Option<&nbt_login_session>) -> Option<Box<nbt_secret>> {
    guard::infallible(None, || session.map(|session| nbt_secret::new(session.session.export())))
}

/// Makes another handle of the same session, whose `nbt_login_session_refresh` ends with `NBT_CANCELLED` once `cancel` is cancelled.
///
/// @param session must not be NULL
/// @param cancel may be used for any number of sessions and clients
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the handle with `nbt_login_session_free`; it, `session` and `cancel` have lives of their own. Free the error with
/// `nbt_error_free`.
/// @par Threads
/// Any; one session may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_session_with_cancel(
    session: Option<&nbt_login_session>,
    cancel: Option<&nbt_cancel>,
    out: *mut *mut nbt_login_session,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let session = arguments::handle(session, "session")?;
            Ok(nbt_login_session::new(session.session.with_cancel(&arguments::handle(cancel, "cancel")?.0)))
        })
    }
}

/// Frees a handle of a session. Clients and credentials that came from it keep the session.
///
/// @param session may be NULL; then nothing happens
/// @par Memory
/// The handle and its texts are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_session_free(session: Option<Box<nbt_login_session>>) {
    guard::infallible((), || drop(session));
}
