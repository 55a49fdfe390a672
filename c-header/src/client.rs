//! The client and its operations.

use std::ffi::{CString, c_char};
use std::ptr;
use std::time::Duration;

use netbird_tokens::{Client, NewToken};

use crate::cancel::nbt_cancel;
use crate::credential::nbt_credential;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::secret::nbt_secret;
use crate::text::c_string;
use crate::token::{nbt_token, nbt_token_list};
use crate::user::{nbt_user, nbt_user_list};
use crate::{boundary, out, text};

/// A client of one NetBird server. One handle may be used by any number of threads at once, and in parent and child after a
/// `fork`. Calls block the thread that makes them, for no longer than the timeout.
pub struct nbt_client {
    client: Client,
    management_url: CString,
}

impl nbt_client {
    pub(crate) fn new(client: Client) -> Box<Self> {
        let management_url = c_string(client.management_url());
        Box::new(nbt_client { client, management_url })
    }
}

// The header promises it.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<nbt_client>();
    shared_by_threads::<nbt_token_list>();
    shared_by_threads::<nbt_user_list>();
    shared_by_threads::<nbt_credential>();
    shared_by_threads::<nbt_cancel>();
    shared_by_threads::<nbt_secret>();
    shared_by_threads::<nbt_error>();
};

/// A client with the credential and the management URL that the environment holds; see `nbt_client_builder_from_env`.
///
/// Parameters: `out` is where the client is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_CONFIGURATION` when there is no credential or two variables disagree; `NBT_INVALID_CREDENTIAL`;
/// `NBT_INVALID_ARGUMENT`.
/// Memory: free the client with `nbt_client_free` and the error with `nbt_error_free`; on failure the client is NULL.
/// Threads: any, while none changes the environment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_from_env(out: *mut *mut nbt_client, error: *mut *mut nbt_error) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            out::put(out, nbt_client::new(Client::from_env()?));
            Ok(())
        })
    }
}

/// The management URL in use, without `/api` and without a slash at its end.
///
/// Parameters: `client` may be NULL.
/// Returns: the URL; NULL for NULL.
/// Memory: the text is the client's, good until `nbt_client_free`.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_management_url(client: Option<&nbt_client>) -> *const c_char {
    boundary::infallible(ptr::null(), || client.map_or(ptr::null(), |client| client.management_url.as_ptr()))
}

/// Uses another credential from the next call on, in every handle of the client. Calls under way end with the old one.
///
/// Parameters: `credential` is copied. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_CREDENTIAL` when it has a character that cannot be sent; `NBT_INVALID_ARGUMENT` for NULL.
/// Memory: the credential stays the caller's and may be freed at once. Free the error with `nbt_error_free`.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_set_credential(
    client: Option<&nbt_client>,
    credential: Option<&nbt_credential>,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            let client = out::handle(client, "client")?;
            let credential = out::handle(credential, "credential")?;
            client.client.set_credential(&credential.0)?;
            Ok(())
        })
    }
}

/// Another handle of the same client, whose calls may take this long, retries included. Connections and credential are shared.
///
/// Parameters: `milliseconds` is for a whole call. `out` is where the handle is put. `error` is where the error is put; may be
/// NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL.
/// Memory: free the handle with `nbt_client_free`; both handles live on their own. Free the error with `nbt_error_free`.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_with_timeout_ms(
    client: Option<&nbt_client>,
    milliseconds: u64,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            out::put(out, nbt_client::new(client.client.with_timeout(Duration::from_millis(milliseconds))));
            Ok(())
        })
    }
}

/// Another handle of the same client, whose calls end with `NBT_CANCELLED` once `cancel` is cancelled. Connections and
/// credential are shared.
///
/// Parameters: `cancel` may be used for any number of clients. `out` is where the handle is put. `error` is where the error is
/// put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL.
/// Memory: free the handle with `nbt_client_free`; it, `client` and `cancel` live on their own. Free the error with
/// `nbt_error_free`.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_with_cancel(
    client: Option<&nbt_client>,
    cancel: Option<&nbt_cancel>,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            let cancel = out::handle(cancel, "cancel")?;
            out::put(out, nbt_client::new(client.client.with_cancel(&cancel.0)));
            Ok(())
        })
    }
}

/// Lists all tokens of a user, in no particular order. A user without any gives an empty list.
///
/// Parameters: `user_id` says whose; NULL for the user that the credential belongs to. `out` is where the list is put. `error` is
/// where the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code.
/// Memory: free the list with `nbt_token_list_free` and the error with `nbt_error_free`; on failure the list is NULL.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_list_tokens(
    client: Option<&nbt_client>,
    user_id: *const c_char,
    out: *mut *mut nbt_token_list,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            let user_id = text::optional(user_id, "user_id")?;
            out::put(out, nbt_token_list::new(client.client.list_tokens(user_id)?));
            Ok(())
        })
    }
}

/// Gets one token of a user.
///
/// Parameters: `token_id` says which. `user_id` says whose; NULL for the user that the credential belongs to. `out` is where the
/// token is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code; `NBT_NOT_FOUND` also when the token is another user's.
/// Memory: free the token with `nbt_token_free` and the error with `nbt_error_free`; on failure the token is NULL.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_get_token(
    client: Option<&nbt_client>,
    token_id: *const c_char,
    user_id: *const c_char,
    out: *mut *mut nbt_token,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives texts with a NUL at their end, and places that can be written; or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            let token_id = text::required(token_id, "token_id")?;
            let user_id = text::optional(user_id, "user_id")?;
            out::put(out, Box::new(nbt_token::new(client.client.get_token(token_id, user_id)?)));
            Ok(())
        })
    }
}

/// Creates a token for a user. It is never sent twice unless the first cannot have been acted on. When its answer was lost,
/// finding out what it did may take 15 seconds beyond the call's own time, and the call fails with `NBT_OUTCOME_UNKNOWN` and the
/// ids of the tokens that it may have made.
///
/// Parameters: `name` need not be unique but must not be empty. `expires_in_days` is 1 to 365; `NBT_DEFAULT_EXPIRES_IN_DAYS` where
/// nothing speaks for another. `user_id` says for whom; NULL for the user that the credential belongs to. `token` is where
/// what the server tells of it is put. `plain_token` is where the text that authenticates is put: the server never shows it
/// again. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code.
/// Memory: free the token with `nbt_token_free`, the secret, which wipes it, with `nbt_secret_free`, and the error with
/// `nbt_error_free`; on failure token and secret are NULL.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_create_token(
    client: Option<&nbt_client>,
    name: *const c_char,
    expires_in_days: i64,
    user_id: *const c_char,
    token: *mut *mut nbt_token,
    plain_token: *mut *mut nbt_secret,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives texts with a NUL at their end, and places that can be written; or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(token);
            out::clear(plain_token);
            // Before anything is sent: a secret that cannot be handed over would be lost.
            out::required(token, "token")?;
            out::required(plain_token, "plain_token")?;
            let client = out::handle(client, "client")?;
            let new = NewToken::new(text::required(name, "name")?).expires_in_days(expires_in_days);
            let user_id = text::optional(user_id, "user_id")?;
            let created = client.client.create_token(&new, user_id)?;
            out::put(plain_token, nbt_secret::new(created.plain_token));
            out::put(token, Box::new(nbt_token::new(created.token)));
            Ok(())
        })
    }
}

/// Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after an
/// attempt whose answer was lost.
///
/// Parameters: `token_id` says which. `user_id` says whose; NULL for the user that the credential belongs to. `error` is where
/// the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code.
/// Memory: free the error with `nbt_error_free`.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_delete_token(
    client: Option<&nbt_client>,
    token_id: *const c_char,
    user_id: *const c_char,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives texts with a NUL at their end, and a place that can be written; or NULL.
    unsafe {
        boundary::fallible(error, || {
            let client = out::handle(client, "client")?;
            let token_id = text::required(token_id, "token_id")?;
            let user_id = text::optional(user_id, "user_id")?;
            client.client.delete_token(token_id, user_id)?;
            Ok(())
        })
    }
}

/// Gets the user that the credential belongs to. Always asks the server.
///
/// Parameters: `out` is where the user is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code.
/// Memory: free the user with `nbt_user_free` and the error with `nbt_error_free`; on failure the user is NULL.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_current_user(
    client: Option<&nbt_client>,
    out: *mut *mut nbt_user,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            out::put(out, Box::new(nbt_user::new(client.client.current_user()?)));
            Ok(())
        })
    }
}

/// Lists the users that the credential may see: all, or only its own.
///
/// Parameters: `out` is where the list is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`, or any other result code.
/// Memory: free the list with `nbt_user_list_free` and the error with `nbt_error_free`; on failure the list is NULL.
/// Threads: any; one client may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_list_users(
    client: Option<&nbt_client>,
    out: *mut *mut nbt_user_list,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let client = out::handle(client, "client")?;
            out::put(out, nbt_user_list::new(client.client.list_users()?));
            Ok(())
        })
    }
}

/// Frees a client handle. Its connections are closed with the last handle of the client.
///
/// Parameters: `client` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the handle is gone afterwards. What calls gave (tokens, lists, errors) stays.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_free(client: Option<Box<nbt_client>>) {
    boundary::infallible((), || drop(client));
}
