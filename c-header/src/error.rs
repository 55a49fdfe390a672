//! Why a call failed, as a handle.

use std::ffi::{CString, c_char, c_int};
use std::ptr;

use netbird_tokens::Error;
use serde::{Serialize, Serializer};

use crate::json::Json;
use crate::result::nbt_result;
use crate::text::{c_string, pointer};
use crate::{guard, json, out, time};

/// Why a call failed. It never holds a secret.
#[derive(Debug)]
pub struct nbt_error {
    error: Error,
    message: CString,
    server_message: Option<CString>,
    request_id: Option<CString>,
    token_name: Option<CString>,
    candidate_token_ids: Vec<CString>,
    json: Json,
}

impl nbt_error {
    pub(crate) fn new(error: Error) -> Box<Self> {
        Box::new(nbt_error {
            message: c_string(error.message()),
            server_message: error.server_message().map(c_string),
            request_id: error.request_id().map(c_string),
            token_name: error.token_name().map(c_string),
            candidate_token_ids: error.candidate_token_ids().iter().map(|id| c_string(id)).collect(),
            json: Json::default(),
            error,
        })
    }

    pub(crate) fn kind(&self) -> nbt_result {
        self.error.kind().into()
    }
}

impl Serialize for nbt_error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.error.serialize(serializer)
    }
}

/// What went wrong, for programs.
///
/// @param error may be NULL
/// @return the code that the failed call returned; `NBT_OK` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_kind(error: Option<&nbt_error>) -> nbt_result {
    guard::infallible(nbt_result::NBT_INTERNAL, || error.map_or(nbt_result::NBT_OK, nbt_error::kind))
}

/// What went wrong and what to do about it, for people. The text may change between versions.
///
/// @param error may be NULL
/// @return the message, UTF-8; an empty text for NULL; never NULL
/// @par Memory
/// The text belongs to the error and is valid until `nbt_error_free`.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_message(error: Option<&nbt_error>) -> *const c_char {
    guard::infallible(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.message.as_ptr()))
}

/// The HTTP status of the answer that led to the error.
///
/// @param error may be NULL
/// @return the status, for example 403; 0 if no answer led to it, and for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_status(error: Option<&nbt_error>) -> c_int {
    guard::infallible(0, || error.and_then(|error| error.error.status()).map_or(0, c_int::from))
}

/// The server's own message, as it sent it, with credentials and the hash of a PAT removed.
///
/// @param error may be NULL
/// @return the message, UTF-8; NULL if the server sent none, and for NULL
/// @par Memory
/// The text belongs to the error and is valid until `nbt_error_free`.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_server_message(error: Option<&nbt_error>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(error.and_then(|error| error.server_message.as_ref())))
}

/// The server's `X-Request-Id`, by which its operator finds the request in the server's log.
///
/// @param error may be NULL
/// @return the id; NULL if the server sent none, and for NULL
/// @par Memory
/// The text belongs to the error and is valid until `nbt_error_free`.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_request_id(error: Option<&nbt_error>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(error.and_then(|error| error.request_id.as_ref())))
}

/// Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
///
/// @param error may be NULL
/// @return whether it may; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_retryable(error: Option<&nbt_error>) -> bool {
    guard::infallible(false, || error.is_some_and(|error| error.error.is_retryable()))
}

/// How long the server asked to wait (`Retry-After`), at most a year.
///
/// @param error may be NULL
/// @param[out] milliseconds receives the wait, 0 if there is none; may be NULL
/// @return whether the server asked to wait
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_error_retry_after(error: Option<&nbt_error>, milliseconds: *mut u64) -> bool {
    guard::infallible(false, || {
        let wait = error.and_then(|error| error.error.retry_after());
        let whole = wait.map_or(0, time::milliseconds);
        // SAFETY: C gives a place that can be written, or NULL.
        unsafe { out::put_value(milliseconds, whole) };
        wait.is_some()
    })
}

/// How many times the request that failed was sent or tried.
///
/// @param error may be NULL
/// @return the number; 0 if the call was refused before that, and for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_attempts(error: Option<&nbt_error>) -> u32 {
    guard::infallible(0, || error.map_or(0, |error| error.error.attempts()))
}

/// With `NBT_OUTCOME_UNKNOWN`: how many tokens the call may have created or deleted, as far as the server's list tells.
///
/// @param error may be NULL
/// @return the number; 0 for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_candidate_token_ids_len(error: Option<&nbt_error>) -> usize {
    guard::infallible(0, || error.map_or(0, |error| error.candidate_token_ids.len()))
}

/// The id of one of those tokens. Somebody else may have created it: inspect each before you revoke it.
///
/// @param error may be NULL
/// @param index counts from 0
/// @return the id; NULL if the index is out of range
/// @par Memory
/// The text belongs to the error and is valid until `nbt_error_free`.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_candidate_token_ids_at(error: Option<&nbt_error>, index: usize) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(error.and_then(|error| error.candidate_token_ids.get(index))))
}

/// With `NBT_OUTCOME_UNKNOWN` of a create: the exact name that was sent. With `NBT_CREATE_TAG` no other token has that name, so
/// one that bears it was made by this call.
///
/// @param error may be NULL
/// @return the name, UTF-8; NULL if no create is in doubt, and for NULL
/// @par Memory
/// The text belongs to the error and is valid until `nbt_error_free`.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_token_name(error: Option<&nbt_error>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(error.and_then(|error| error.token_name.as_ref())))
}

/// An error as JSON: `kind` by its name, `code`, `message`, `status`, `server_message`, `request_id`, `retryable`, `retry_after` in
/// seconds, `attempts`, `candidate_token_ids`, `token_name`.
///
/// @param error may be NULL
/// @return the JSON, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the error and is valid as long as that is.
/// @par Threads
/// Any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_to_json(error: Option<&nbt_error>) -> *const c_char {
    json::of(error, |error| &error.json)
}

/// Frees an error.
///
/// @param error may be NULL; then nothing happens
/// @par Memory
/// The error and its texts are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_free(error: Option<Box<nbt_error>>) {
    guard::infallible((), || drop(error));
}
