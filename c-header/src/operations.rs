//! The operations: the calls that talk to the server.

use std::ffi::c_char;

use netbird_tokens::{Error, NewToken, Result};

use crate::client::nbt_client;
use crate::credential_check::nbt_credential_check;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::secret::nbt_secret;
use crate::token::{nbt_token, nbt_token_list};
use crate::user::{nbt_user, nbt_user_list};
use crate::{arguments, boundary, out};

/// How to create a token: these are combined with `|`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_create_flags {
    /// Send the name as it is.
    NBT_CREATE_PLAIN = 0,
    /// Send the name as `NAME #TAG`, with ten random characters. No other token has such a name, so if the answer to the create is
    /// lost, the token that it made can be found with certainty. `NBT_ON_UNKNOWN_REVOKE_AND_RETRY` needs it.
    NBT_CREATE_TAG = 1,
}

/// Whether a tag is wanted. A flag that this version does not know is refused rather than ignored.
fn tag(flags: u32) -> Result<bool> {
    const TAG: u32 = nbt_create_flags::NBT_CREATE_TAG as u32;
    if flags & !TAG != 0 {
        return Err(Error::invalid_argument("flags has a bit that is not one of nbt_create_flags"));
    }
    Ok(flags & TAG != 0)
}

/// Lists all tokens of a user, in no particular order. A user without any gives an empty list.
///
/// @param client must not be NULL
/// @param user_id the owner of the tokens; NULL for the user that the credential belongs to
/// @param[out] out receives the list, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code
/// @par Memory
/// Free the list with `nbt_token_list_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_list_tokens(
    client: Option<&nbt_client>,
    user_id: *const c_char,
    out: *mut *mut nbt_token_list,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            let user_id = arguments::optional_text(user_id, "user_id")?;
            Ok(nbt_token_list::new(client.client.list_tokens(user_id)?))
        })
    }
}

/// Gets one token of a user.
///
/// @param client must not be NULL
/// @param token_id the token's id
/// @param user_id the owner of the token; NULL for the user that the credential belongs to
/// @param[out] out receives the token, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code; `NBT_NOT_FOUND` also if the token is another user's
/// @par Memory
/// Free the token with `nbt_token_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
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
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            let token_id = arguments::text(token_id, "token_id")?;
            let user_id = arguments::optional_text(user_id, "user_id")?;
            Ok(Box::new(nbt_token::new(client.client.get_token(token_id, user_id)?)))
        })
    }
}

/// Creates a token for a user. It is never sent twice unless the first was certainly not acted on. If its answer is lost, finding
/// out what it did may take 15 seconds beyond the call's own time; the result is then a token or `NBT_OUTCOME_UNKNOWN`, never another
/// error.
///
/// @param client must not be NULL
/// @param name need not be unique; must not be empty
/// @param expires_in_days the lifetime, 1 to 365 days; `NBT_DEFAULT_EXPIRES_IN_DAYS` for the default
/// @param flags of `nbt_create_flags`; 0 for none
/// @param user_id the owner of the new token; NULL for the user that the credential belongs to
/// @param[out] token receives what the server says about the token, NULL on failure
/// @param[out] plain_token receives the secret, which the server never shows again, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code
/// @par Memory
/// Free the token with `nbt_token_free`, the secret with `nbt_secret_free`, which wipes it, and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_create_token(
    client: Option<&nbt_client>,
    name: *const c_char,
    expires_in_days: i64,
    flags: u32,
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
            arguments::place(token, "token")?;
            arguments::place(plain_token, "plain_token")?;
            let client = arguments::handle(client, "client")?;
            let name = arguments::text(name, "name")?;
            let new = NewToken::new(name).expires_in_days(expires_in_days).tag(tag(flags)?);
            let user_id = arguments::optional_text(user_id, "user_id")?;
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
/// @param client must not be NULL
/// @param token_id the token's id
/// @param user_id the owner of the token; NULL for the user that the credential belongs to
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
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
            let client = arguments::handle(client, "client")?;
            let token_id = arguments::text(token_id, "token_id")?;
            client.client.delete_token(token_id, arguments::optional_text(user_id, "user_id")?)
        })
    }
}

/// Gets the user that the credential belongs to. Always asks the server.
///
/// @param client must not be NULL
/// @param[out] out receives the user, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code
/// @par Memory
/// Free the user with `nbt_user_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_current_user(
    client: Option<&nbt_client>,
    out: *mut *mut nbt_user,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            Ok(Box::new(nbt_user::new(client.client.current_user()?)))
        })
    }
}

/// Lists the users that the credential may see: all, or only its own.
///
/// @param client must not be NULL
/// @param[out] out receives the list, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code
/// @par Memory
/// Free the list with `nbt_user_list_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_list_users(
    client: Option<&nbt_client>,
    out: *mut *mut nbt_user_list,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            Ok(nbt_user_list::new(client.client.list_users()?))
        })
    }
}

/// Checks whether the credential works, and what is known about it. One that does not work is not a failure of the call: the check
/// says how the server refuses it.
///
/// @param client must not be NULL
/// @param[out] out receives the check, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; what kept the question from being answered: the network, the server's own failure, the time
/// @par Memory
/// Free the check with `nbt_credential_check_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_check_credential(
    client: Option<&nbt_client>,
    out: *mut *mut nbt_credential_check,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            Ok(nbt_credential_check::new(client.client.check_credential()?))
        })
    }
}
