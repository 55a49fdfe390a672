//! Why a call failed, as a handle.

use std::ffi::{CString, c_char, c_int};
use std::ptr;
use std::time::Duration;

use netbird_tokens::{Error, ErrorKind};

use crate::result::nbt_result;
use crate::text::{c_string, pointer};
use crate::{boundary, out};

/// What a function's body fails with.
pub(crate) type Failure = Box<nbt_error>;

/// Why a call failed. It never holds a secret.
#[derive(Debug)]
pub struct nbt_error {
    kind: nbt_result,
    message: CString,
    status: Option<u16>,
    server_message: Option<CString>,
    request_id: Option<CString>,
    retryable: bool,
    retry_after: Option<Duration>,
    attempts: u32,
    candidate_token_ids: Vec<CString>,
}

impl nbt_error {
    fn own(kind: ErrorKind, message: &str) -> Failure {
        Box::new(nbt_error {
            kind: kind.into(),
            message: c_string(message),
            status: None,
            server_message: None,
            request_id: None,
            retryable: false,
            retry_after: None,
            attempts: 0,
            candidate_token_ids: Vec::new(),
        })
    }

    /// What C gave cannot even be handed to the core.
    pub(crate) fn invalid_argument(message: &str) -> Failure {
        nbt_error::own(ErrorKind::InvalidArgument, message)
    }

    /// A panic was caught.
    pub(crate) fn internal() -> Failure {
        nbt_error::own(ErrorKind::Internal, "a bug in netbird-tokens: please report it with what you called")
    }

    pub(crate) fn result(&self) -> nbt_result {
        self.kind
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        self.message.to_str().unwrap()
    }

    /// The same failure once more: what a builder's setter refused is told again by its build.
    pub(crate) fn again(&self) -> Failure {
        Box::new(nbt_error {
            message: self.message.clone(),
            server_message: self.server_message.clone(),
            request_id: self.request_id.clone(),
            candidate_token_ids: self.candidate_token_ids.clone(),
            ..*self
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Box::new(nbt_error {
            kind: error.kind().into(),
            message: c_string(error.message()),
            status: error.status(),
            server_message: error.server_message().map(c_string),
            request_id: error.request_id().map(c_string),
            retryable: error.is_retryable(),
            retry_after: error.retry_after(),
            attempts: error.attempts(),
            candidate_token_ids: error.candidate_token_ids().iter().map(|id| c_string(id)).collect(),
        })
    }
}

/// What went wrong, for programs.
///
/// Parameters: `error` may be NULL.
/// Returns: the same code as the call that failed returned; `NBT_OK` for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_kind(error: Option<&nbt_error>) -> nbt_result {
    boundary::infallible(nbt_result::NBT_INTERNAL, || error.map_or(nbt_result::NBT_OK, |error| error.kind))
}

/// What went wrong and what to do about it, for people. The text may change between versions.
///
/// Parameters: `error` may be NULL.
/// Returns: the message, UTF-8; an empty text for NULL. Never NULL.
/// Memory: the text is the error's, good until `nbt_error_free`.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_message(error: Option<&nbt_error>) -> *const c_char {
    boundary::infallible(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.message.as_ptr()))
}

/// The HTTP status of the answer that decided it.
///
/// Parameters: `error` may be NULL.
/// Returns: the status, as 403; 0 when no answer decided it, and for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_status(error: Option<&nbt_error>) -> c_int {
    boundary::infallible(0, || error.and_then(|error| error.status).map_or(0, c_int::from))
}

/// The server's own message, as it sent it, with the hash of a PAT cut out.
///
/// Parameters: `error` may be NULL.
/// Returns: the message, UTF-8; NULL when the server sent none, and for NULL.
/// Memory: the text is the error's, good until `nbt_error_free`.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_server_message(error: Option<&nbt_error>) -> *const c_char {
    boundary::infallible(ptr::null(), || pointer(error.and_then(|error| error.server_message.as_ref())))
}

/// The server's `X-Request-Id`, by which its operator finds the request in the server's log.
///
/// Parameters: `error` may be NULL.
/// Returns: the id; NULL when the server sent none, and for NULL.
/// Memory: the text is the error's, good until `nbt_error_free`.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_request_id(error: Option<&nbt_error>) -> *const c_char {
    boundary::infallible(ptr::null(), || pointer(error.and_then(|error| error.request_id.as_ref())))
}

/// Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
///
/// Parameters: `error` may be NULL.
/// Returns: whether it may; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_retryable(error: Option<&nbt_error>) -> bool {
    boundary::infallible(false, || error.is_some_and(|error| error.retryable))
}

/// How long the server asked to wait, where it did (`Retry-After`).
///
/// Parameters: `error` may be NULL. `milliseconds` is where the wait is put, 0 when there is none; may be NULL.
/// Returns: whether the server asked to wait.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_error_retry_after(error: Option<&nbt_error>, milliseconds: *mut u64) -> bool {
    boundary::infallible(false, || {
        let wait = error.and_then(|error| error.retry_after);
        let whole = wait.map_or(0, |wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        // SAFETY: C gives a place that can be written, or NULL.
        unsafe { out::put_value(milliseconds, whole) };
        wait.is_some()
    })
}

/// How many times the request that failed was sent or tried.
///
/// Parameters: `error` may be NULL.
/// Returns: the number; 0 when it was refused before that, and for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_attempts(error: Option<&nbt_error>) -> u32 {
    boundary::infallible(0, || error.map_or(0, |error| error.attempts))
}

/// With `NBT_OUTCOME_UNKNOWN`: how many tokens the call may have created or deleted, as far as the server's list tells.
///
/// Parameters: `error` may be NULL.
/// Returns: the number; 0 for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_candidate_token_ids_len(error: Option<&nbt_error>) -> usize {
    boundary::infallible(0, || error.map_or(0, |error| error.candidate_token_ids.len()))
}

/// The id of one of those tokens. Revoke the ones of a create; look whether those of a delete are gone.
///
/// Parameters: `error` may be NULL. `index` counts from 0.
/// Returns: the id; NULL when there is none at that index.
/// Memory: the text is the error's, good until `nbt_error_free`.
/// Threads: any; one error may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_candidate_token_ids_at(error: Option<&nbt_error>, index: usize) -> *const c_char {
    boundary::infallible(ptr::null(), || pointer(error.and_then(|error| error.candidate_token_ids.get(index))))
}

/// Frees an error.
///
/// Parameters: `error` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the error and every text of it are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_error_free(error: Option<Box<nbt_error>>) {
    boundary::infallible((), || drop(error));
}
