//! The client: a handle on one server.

use std::ffi::{CString, c_char};
use std::ptr;
use std::time::Duration;

use netbird_tokens::Client;

use crate::cancel::nbt_cancel;
use crate::credential::nbt_credential;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::text::c_string;
use crate::{arguments, boundary, guard, out};

/// A client of one NetBird server. One handle may be used by any number of threads at once, and in parent and child after a
/// `fork`. Calls block the thread that makes them, for no longer than the timeout.
pub struct nbt_client {
    pub(crate) client: Client,
    management_url: CString,
}

impl nbt_client {
    pub(crate) fn new(client: Client) -> Box<Self> {
        let management_url = c_string(client.management_url());
        Box::new(nbt_client { client, management_url })
    }
}

/// Makes a client with the credential and the management URL from the environment; see `nbt_client_builder_from_env`.
///
/// @param[out] out receives the client, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_CONFIGURATION` if there is no credential or two variables disagree; `NBT_INVALID_CREDENTIAL`;
/// `NBT_INVALID_ARGUMENT`
/// @par Memory
/// Free the client with `nbt_client_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any, while no thread changes the environment.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_from_env(out: *mut *mut nbt_client, error: *mut *mut nbt_error) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe { boundary::giving(out, error, || Ok(nbt_client::new(Client::from_env()?))) }
}

/// The management URL in use, without `/api` and without a trailing slash.
///
/// @param client may be NULL
/// @return the URL; NULL for NULL
/// @par Memory
/// The text belongs to the client and is valid until `nbt_client_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_management_url(client: Option<&nbt_client>) -> *const c_char {
    guard::infallible(ptr::null(), || client.map_or(ptr::null(), |client| client.management_url.as_ptr()))
}

/// Uses another credential from the next call on, in every handle of the client. Calls in progress keep the old one.
///
/// @param client must not be NULL
/// @param credential is copied
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_CREDENTIAL` if it has a character that cannot be sent; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// The credential stays the caller's and may be freed at once. Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_set_credential(
    client: Option<&nbt_client>,
    credential: Option<&nbt_credential>,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            let client = arguments::handle(client, "client")?;
            client.client.set_credential(&arguments::handle(credential, "credential")?.0)
        })
    }
}

/// Makes another handle of the same client, whose calls may take this long, retries included. Connections and credential are
/// shared.
///
/// @param client must not be NULL
/// @param milliseconds for a whole call: more than 0, at most a day
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL, for 0 and for more than a day
/// @par Memory
/// Free the handle with `nbt_client_free`; both handles have a life of their own. Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_with_timeout_ms(
    client: Option<&nbt_client>,
    milliseconds: u64,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            Ok(nbt_client::new(client.client.with_timeout(Duration::from_millis(milliseconds))?))
        })
    }
}

/// Makes another handle of the same client, whose calls end with `NBT_CANCELLED` once `cancel` is cancelled. Connections and
/// credential are shared.
///
/// An interrupted create is finished in the background: if the server made a token, it is revoked, because nobody holds its
/// secret. `nbt_client_close` waits for that.
///
/// @param client must not be NULL
/// @param cancel may be used for any number of clients
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the handle with `nbt_client_free`; it, `client` and `cancel` have lives of their own. Free the error with
/// `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_with_cancel(
    client: Option<&nbt_client>,
    cancel: Option<&nbt_cancel>,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            Ok(nbt_client::new(client.client.with_cancel(&arguments::handle(cancel, "cancel")?.0)))
        })
    }
}

/// Waits until the interrupted creates of a client, in all its handles, are finished: at most 5 seconds. What could not be cleaned
/// up was reported to the log callback. The client can still be used, and must still be freed. A normal exit of the process waits in
/// the same way for all clients.
///
/// @param client must not be NULL
/// @param[out] finished receives whether all are finished, false on failure; may be NULL
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_CANCELLED` if the handle's `nbt_cancel` ended the wait; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_close(
    client: Option<&nbt_client>,
    finished: *mut bool,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::put_value(finished, false);
            out::put_value(finished, arguments::handle(client, "client")?.client.close()?);
            Ok(())
        })
    }
}

/// Frees a client handle, without waiting for interrupted creates. Its connections are closed with the last handle of the client.
///
/// @param client may be NULL; then nothing happens
/// @par Memory
/// The handle is gone afterwards. What calls gave (tokens, lists, errors) stays.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_free(client: Option<Box<nbt_client>>) {
    guard::infallible((), || drop(client));
}
