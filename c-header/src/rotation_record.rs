//! What is written down of a rotation, and finishing one by it.

use std::ffi::{CString, c_char};
use std::ptr;

use netbird_tokens::{RotationRecord, RotationStage};

use crate::client::nbt_client;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::secret::nbt_secret;
use crate::text::{Texts, c_string, pointer};
use crate::{arguments, boundary, guard};

/// All that is needed to finish a rotation in another process. It holds no secret.
pub struct nbt_rotation_record {
    record: RotationRecord,
    texts: Texts<5>,
    token_id: Option<CString>,
}

impl nbt_rotation_record {
    pub(crate) fn new(record: RotationRecord) -> Box<Self> {
        let json = record.to_json();
        let texts =
            Texts::new([&json, &record.management_url, &record.user_id, &record.old_token_id, &record.token_name]);
        let token_id = record.token_id.as_deref().map(c_string);
        Box::new(nbt_rotation_record { record, texts, token_id })
    }

    fn text(record: Option<&Self>, which: usize) -> *const c_char {
        guard::infallible(ptr::null(), || record.map_or(ptr::null(), |record| record.texts.pointer(which)))
    }
}

/// How far a rotation has come.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_rotation_stage {
    /// There is no rotation: the handle was NULL.
    NBT_ROTATION_STAGE_NONE = 0,
    /// The old token is known, and the successor has a name. It may have been created already.
    NBT_ROTATION_STAGE_PLANNED = 1,
    /// The successor exists, and its secret was handed to the caller.
    NBT_ROTATION_STAGE_CREATED = 2,
    /// The caller has stored the secret.
    NBT_ROTATION_STAGE_STORED = 3,
    /// The successor works, and the old token is revoked.
    NBT_ROTATION_STAGE_COMMITTED = 4,
    /// The successor works, and the old token is kept on purpose.
    NBT_ROTATION_STAGE_KEPT = 5,
    /// There is no successor, and the old token is as it was.
    NBT_ROTATION_STAGE_ABORTED = 6,
}

impl From<RotationStage> for nbt_rotation_stage {
    fn from(stage: RotationStage) -> Self {
        match stage {
            RotationStage::Planned => nbt_rotation_stage::NBT_ROTATION_STAGE_PLANNED,
            RotationStage::Created => nbt_rotation_stage::NBT_ROTATION_STAGE_CREATED,
            RotationStage::Stored => nbt_rotation_stage::NBT_ROTATION_STAGE_STORED,
            RotationStage::Committed => nbt_rotation_stage::NBT_ROTATION_STAGE_COMMITTED,
            RotationStage::Kept => nbt_rotation_stage::NBT_ROTATION_STAGE_KEPT,
            RotationStage::Aborted => nbt_rotation_stage::NBT_ROTATION_STAGE_ABORTED,
        }
    }
}

/// The stable name of a stage, the same in every language: `planned` for `NBT_ROTATION_STAGE_PLANNED`.
///
/// @param stage one of `nbt_rotation_stage`; any other number is allowed
/// @return the name, `none` for `NBT_ROTATION_STAGE_NONE` and for a number that is not a stage; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_stage_name(stage: u32) -> *const c_char {
    guard::infallible(c"none".as_ptr(), || {
        let known = RotationStage::ALL.iter().find(|known| nbt_rotation_stage::from(**known) as u32 == stage);
        known.map_or(c"none", |known| name(*known)).as_ptr()
    })
}

/// [`RotationStage::name`] with a NUL at its end.
fn name(stage: RotationStage) -> &'static std::ffi::CStr {
    match stage {
        RotationStage::Planned => c"planned",
        RotationStage::Created => c"created",
        RotationStage::Stored => c"stored",
        RotationStage::Committed => c"committed",
        RotationStage::Kept => c"kept",
        RotationStage::Aborted => c"aborted",
    }
}

/// Finishes a rotation that another process began, by its record. If the caller holds the successor's secret (the record says
/// `NBT_ROTATION_STAGE_STORED`, or `plain_token` is that secret), the old token is revoked, or kept if the record says so; if not, the
/// successor is revoked. A finished rotation is given back as it is.
///
/// @param client of the same server; must not be NULL
/// @param record must not be NULL
/// @param plain_token the secret, if you find that you hold it; NULL to go by the record
/// @param[out] out receives the record as it is then, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, or any other result code; `NBT_INVALID_ARGUMENT` for a record of another server; `NBT_CONFLICT` when one of the two
/// tokens is gone, so that finishing would leave none that works
/// @par Memory
/// Free the new record with `nbt_rotation_record_free` and the error with `nbt_error_free`. What is passed stays the caller's.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_resume_rotation(
    client: Option<&nbt_client>,
    record: Option<&nbt_rotation_record>,
    plain_token: Option<&nbt_secret>,
    out: *mut *mut nbt_rotation_record,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            let record = &arguments::handle(record, "record")?.record;
            let plain_token = plain_token.map(nbt_secret::secret);
            Ok(nbt_rotation_record::new(client.client.resume_rotation(record, plain_token)?))
        })
    }
}

/// Reads a record from the text of `nbt_rotation_record_to_json`.
///
/// @param json the text
/// @param[out] out receives the record, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for a text that is not a record, or one of a later version. The message repeats nothing of
/// the text
/// @par Memory
/// Free the record with `nbt_rotation_record_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_rotation_record_from_json(
    json: *const c_char,
    out: *mut *mut nbt_rotation_record,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe {
        boundary::giving(out, error, || {
            Ok(nbt_rotation_record::new(RotationRecord::from_json(arguments::text(json, "json")?)?))
        })
    }
}

/// The record as JSON, on one line, to be stored.
///
/// @param record may be NULL
/// @return the text; NULL for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_to_json(record: Option<&nbt_rotation_record>) -> *const c_char {
    nbt_rotation_record::text(record, 0)
}

/// The server: its management URL.
///
/// @param record may be NULL
/// @return the URL; NULL for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_management_url(record: Option<&nbt_rotation_record>) -> *const c_char {
    nbt_rotation_record::text(record, 1)
}

/// The id of the user who owns both tokens.
///
/// @param record may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_user_id(record: Option<&nbt_rotation_record>) -> *const c_char {
    nbt_rotation_record::text(record, 2)
}

/// The id of the token to be replaced.
///
/// @param record may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_old_token_id(record: Option<&nbt_rotation_record>) -> *const c_char {
    nbt_rotation_record::text(record, 3)
}

/// The name that the successor is created under, with its tag.
///
/// @param record may be NULL
/// @return the name, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_token_name(record: Option<&nbt_rotation_record>) -> *const c_char {
    nbt_rotation_record::text(record, 4)
}

/// The id of the successor.
///
/// @param record may be NULL
/// @return the id; NULL while it is not known, and for NULL
/// @par Memory
/// The text belongs to the record and is valid until `nbt_rotation_record_free`.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_token_id(record: Option<&nbt_rotation_record>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(record.and_then(|record| record.token_id.as_ref())))
}

/// Whether the successor's name has a tag of this rotation.
///
/// @param record may be NULL
/// @return whether it has; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_is_tagged(record: Option<&nbt_rotation_record>) -> bool {
    guard::infallible(false, || record.is_some_and(|record| record.record.is_tagged))
}

/// Whether the old token is to be kept.
///
/// @param record may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_keep_old(record: Option<&nbt_rotation_record>) -> bool {
    guard::infallible(false, || record.is_some_and(|record| record.record.keep_old))
}

/// How far the rotation has come.
///
/// @param record may be NULL
/// @return the stage; `NBT_ROTATION_STAGE_NONE` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one record may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_stage(record: Option<&nbt_rotation_record>) -> nbt_rotation_stage {
    let none = nbt_rotation_stage::NBT_ROTATION_STAGE_NONE;
    guard::infallible(none, || record.map_or(none, |record| record.record.stage.into()))
}

/// Frees a record.
///
/// @param record may be NULL; then nothing happens
/// @par Memory
/// The record and its texts are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_rotation_record_free(record: Option<Box<nbt_rotation_record>>) {
    guard::infallible((), || drop(record));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_have_the_cores_names_and_numbers_of_their_own() {
        for (at, &stage) in RotationStage::ALL.iter().enumerate() {
            let ours = nbt_rotation_stage::from(stage);
            assert_eq!(ours as usize, at + 1);
            assert_eq!(format!("{ours:?}"), format!("NBT_ROTATION_STAGE_{}", stage.name().to_uppercase()));
            assert_eq!(name(stage).to_str().unwrap(), stage.name());
        }
    }
}
