//! Rotating a token: the call that begins it, and the rotation under way.

use std::ffi::c_char;
use std::sync::OnceLock;

use netbird_tokens::{Error, Result, RotateToken, Rotation};

use crate::client::nbt_client;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::rotation_record::nbt_rotation_record;
use crate::secret::nbt_secret;
use crate::token::nbt_token;
use crate::{arguments, boundary, guard};

/// The successor's lifetime is the old token's. Not 0, so that a 0 which was meant as a number of days is refused.
pub const NBT_SAME_LIFETIME: i64 = -9_223_372_036_854_775_807;

/// How to rotate a token: these are combined with `|`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_rotate_flags {
    /// Create the successor at once, under `NAME #TAG`, with a fresh tag; the client keeps its credential.
    NBT_ROTATE_DEFAULT = 0,
    /// Send the name without a tag. A rotation that ended between sending the create and learning the successor's id can then not
    /// be resumed.
    NBT_ROTATE_NO_TAG = 1,
    /// Once the successor is proved to work, the client goes on with it, and it revokes the old token. Needed to rotate the
    /// credential in use without losing access.
    NBT_ROTATE_ADOPT = 2,
    /// Create nothing yet, so that the record can be stored first; `nbt_rotation_create` goes on.
    NBT_ROTATE_PREPARE_ONLY = 4,
}

/// A rotation under way: the successor exists or is about to, and the old token still works. Store the secret, then commit; or
/// abort.
pub struct nbt_rotation {
    rotation: Rotation,
    old_token: nbt_token,
    // C borrows these, so they stay when the successor is revoked.
    token: OnceLock<nbt_token>,
    plain_token: OnceLock<Box<nbt_secret>>,
}

impl nbt_rotation {
    fn new(rotation: Rotation) -> Box<Self> {
        let old_token = nbt_token::new(rotation.old_token().clone());
        Box::new(nbt_rotation { rotation, old_token, token: OnceLock::new(), plain_token: OnceLock::new() })
    }

    fn token(&self) -> Option<&nbt_token> {
        let token = self.rotation.token()?;
        Some(self.token.get_or_init(|| nbt_token::new(token)))
    }

    fn plain_token(&self) -> Option<&nbt_secret> {
        let plain_token = self.rotation.plain_token()?;
        Some(self.plain_token.get_or_init(|| nbt_secret::new(plain_token)))
    }
}

/// Applies flags. One that this version does not know is refused rather than ignored.
fn with_flags(rotate: RotateToken, flags: u32) -> Result<RotateToken> {
    const NO_TAG: u32 = nbt_rotate_flags::NBT_ROTATE_NO_TAG as u32;
    const ADOPT: u32 = nbt_rotate_flags::NBT_ROTATE_ADOPT as u32;
    const PREPARE_ONLY: u32 = nbt_rotate_flags::NBT_ROTATE_PREPARE_ONLY as u32;
    if flags & !(NO_TAG | ADOPT | PREPARE_ONLY) != 0 {
        return Err(Error::invalid_argument("flags has a bit that is not one of nbt_rotate_flags"));
    }
    Ok(rotate.tag(flags & NO_TAG == 0).adopt(flags & ADOPT != 0).prepare_only(flags & PREPARE_ONLY != 0))
}

/// Begins to rotate a token: finds it and creates its successor. The old token still works. Store the secret of
/// `nbt_rotation_plain_token`, then call `nbt_rotation_commit`; if it cannot be stored, call `nbt_rotation_abort`.
///
/// @param client must not be NULL
/// @param token_id the token's id; NULL to find it by its name
/// @param name the token's name, if exactly one has it (a tag at its end does not count); NULL if `token_id` is given
/// @param new_name the successor's name; NULL for the old one, without its tag
/// @param expires_in_days the successor's lifetime, 1 to 365 days; `NBT_SAME_LIFETIME` for the old token's
/// @param flags of `nbt_rotate_flags`; 0 for none
/// @param user_id the owner of the token; NULL for the user that the credential belongs to
/// @param[out] out receives the rotation, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code; `NBT_CONFLICT` if several tokens have the name: the error has their ids. Unless it is
/// `NBT_OUTCOME_UNKNOWN`, a failure has changed nothing
/// @par Memory
/// Free the rotation with `nbt_rotation_free` and the error with `nbt_error_free`. The rotation outlives the client's handle.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_rotate_token(
    client: Option<&nbt_client>,
    token_id: *const c_char,
    name: *const c_char,
    new_name: *const c_char,
    expires_in_days: i64,
    flags: u32,
    user_id: *const c_char,
    out: *mut *mut nbt_rotation,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives texts with a NUL at their end, and places that can be written; or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            let token_id = arguments::optional_text(token_id, "token_id")?;
            let name = arguments::optional_text(name, "name")?;
            let days = (expires_in_days != NBT_SAME_LIFETIME).then_some(expires_in_days);
            let rotate = with_flags(RotateToken::id_or_name(token_id, name)?, flags)?
                .new_name::<&str>(arguments::optional_text(new_name, "new_name")?)
                .expires_in_days(days);
            let user_id = arguments::optional_text(user_id, "user_id")?;
            Ok(nbt_rotation::new(client.client.rotate_token(&rotate, user_id)?))
        })
    }
}

/// The token that is replaced, as it was when the rotation began.
///
/// @param rotation may be NULL
/// @return the token; NULL for NULL
/// @par Memory
/// The token belongs to the rotation and is valid until `nbt_rotation_free`; never free it by itself.
/// @par Threads
/// Any; one rotation may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_old_token(rotation: Option<&nbt_rotation>) -> Option<&nbt_token> {
    guard::infallible(None, || rotation.map(|rotation| &rotation.old_token))
}

/// The successor.
///
/// @param rotation may be NULL
/// @return the token; NULL before it is created, after an abort, and for NULL
/// @par Memory
/// The token belongs to the rotation and is valid until `nbt_rotation_free`; never free it by itself.
/// @par Threads
/// Any; one rotation may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_token(rotation: Option<&nbt_rotation>) -> Option<&nbt_token> {
    guard::infallible(None, || rotation.and_then(nbt_rotation::token))
}

/// The successor's secret. The server never shows it again.
///
/// @param rotation may be NULL
/// @return the secret; NULL before it is created, after an abort, and for NULL
/// @par Memory
/// The secret belongs to the rotation and is valid until `nbt_rotation_free`, which wipes it; never free it by itself.
/// @par Threads
/// Any; one rotation may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_plain_token(rotation: Option<&nbt_rotation>) -> Option<&nbt_secret> {
    guard::infallible(None, || rotation.and_then(nbt_rotation::plain_token))
}

/// What another process needs to finish the rotation, as it is now. Store it after every step, and before `nbt_rotation_create` if
/// the rotation was only prepared.
///
/// @param rotation may be NULL
/// @return a record of its own, which holds no secret; NULL for NULL
/// @par Memory
/// Free the record with `nbt_rotation_record_free`.
/// @par Threads
/// Any; one rotation may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_get_record(rotation: Option<&nbt_rotation>) -> Option<Box<nbt_rotation_record>> {
    guard::infallible(None, || rotation.map(|rotation| nbt_rotation_record::new(rotation.rotation.record())))
}

/// Creates the successor of a rotation that was only prepared (`NBT_ROTATE_PREPARE_ONLY`). Once it exists, this does nothing.
///
/// @param rotation must not be NULL
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code. Unless it is `NBT_OUTCOME_UNKNOWN` or `NBT_CANCELLED`, a failure has created nothing,
/// and it may be called again
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one rotation may be used by several at once, but while one changes it another one gets `NBT_CONFLICT`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_rotation_create(
    rotation: Option<&nbt_rotation>,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe { boundary::fallible(error, || arguments::handle(rotation, "rotation")?.rotation.create()) }
}

/// Notes in the record that the secret is stored. `nbt_rotation_commit` does it too; do it yourself to store a record that says so
/// before you commit.
///
/// @param rotation may be NULL; then nothing happens
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one rotation may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_mark_stored(rotation: Option<&nbt_rotation>) {
    guard::infallible((), || {
        if let Some(rotation) = rotation {
            rotation.rotation.mark_stored();
        }
    });
}

/// Proves that the successor authenticates, and revokes the old token, unless it is to be kept. Calling it again goes on where it
/// failed; when all is done it does nothing.
///
/// @param rotation must not be NULL
/// @param keep_old whether to keep the old token, for example until other machines have the new secret
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code; `NBT_INVALID_ARGUMENT` before the successor exists and after an abort
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one rotation may be used by several at once, but while one changes it another one gets `NBT_CONFLICT`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_rotation_commit(
    rotation: Option<&nbt_rotation>,
    keep_old: bool,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe { boundary::fallible(error, || arguments::handle(rotation, "rotation")?.rotation.commit(keep_old)) }
}

/// Revokes the successor, if there is one; the old token stays as it is. It may be called again.
///
/// @param rotation must not be NULL
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code; `NBT_INVALID_ARGUMENT` after a commit; `NBT_CONFLICT` when the old token may be revoked
/// already, so that no token that works would be left
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one rotation may be used by several at once, but while one changes it another one gets `NBT_CONFLICT`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_rotation_abort(rotation: Option<&nbt_rotation>, error: *mut *mut nbt_error) -> nbt_result {
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe { boundary::fallible(error, || arguments::handle(rotation, "rotation")?.rotation.abort()) }
}

/// Frees a rotation, and wipes its secret. One that was neither committed nor aborted leaves both tokens, and the log callback gets
/// a warning that names them.
///
/// @param rotation may be NULL; then nothing happens
/// @par Memory
/// The rotation, its tokens and its secret are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_free(rotation: Option<Box<nbt_rotation>>) {
    guard::infallible((), || drop(rotation));
}
