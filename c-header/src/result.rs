//! The result code that functions return: success, or the error's kind with the number that it has in every language.

use std::ffi::c_char;

use netbird_tokens::ErrorKind;

use crate::guard;

/// The result of a call: `NBT_OK`, or why it failed. The numbers are stable and the same in every language. Match on these,
/// never on a message. A later version may add some, so have a `default`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_result {
    /// It succeeded.
    NBT_OK = 0,
    /// An argument was refused before anything was sent: NULL, invalid UTF-8, a name, a number of days, an id, a URL.
    NBT_INVALID_ARGUMENT = 1,
    /// The credential's offline check failed. The message says what is wrong with it and never shows it.
    NBT_INVALID_CREDENTIAL = 2,
    /// No credential was found, two variables disagree, or a variable, a proxy or a CA certificate cannot be used.
    NBT_CONFIGURATION = 3,
    /// The server refused the credential: 401 in NetBird's own form, or its 404 for a revoked or unknown PAT.
    NBT_UNAUTHORIZED = 10,
    /// The credential works but is not allowed to do this (403 in NetBird's own form).
    NBT_FORBIDDEN = 11,
    /// The server knows no such user or token (404 in NetBird's own form that names a user or a token).
    NBT_NOT_FOUND = 12,
    /// The request conflicts with the server's current state (409, 412).
    NBT_CONFLICT = 13,
    /// The server refused what was sent (400, 422).
    NBT_REJECTED = 14,
    /// Too many requests (429), also after the retries.
    NBT_RATE_LIMITED = 15,
    /// The server failed (5xx), also after the retries.
    NBT_SERVER_ERROR = 16,
    /// No connection could be made; nothing was sent.
    NBT_CONNECT = 20,
    /// The TLS handshake failed: a certificate that cannot be trusted, or no TLS at all. Nothing was sent.
    NBT_TLS = 21,
    /// Time ran out: to connect, between two bytes, or for the whole call.
    NBT_TIMEOUT = 22,
    /// The connection broke before the whole answer had come.
    NBT_TRANSPORT = 23,
    /// The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or an error body of another program.
    NBT_UNEXPECTED_RESPONSE = 24,
    /// A create or delete may have happened. `nbt_error_candidate_token_ids_at` and `nbt_error_token_name` say what to look for.
    NBT_OUTCOME_UNKNOWN = 30,
    /// The caller interrupted the call.
    NBT_CANCELLED = 31,
    /// A bug in this library.
    NBT_INTERNAL = 90,
}

impl From<ErrorKind> for nbt_result {
    fn from(kind: ErrorKind) -> Self {
        // No catch-all: a kind that the core adds must be handled here.
        match kind {
            ErrorKind::InvalidArgument => nbt_result::NBT_INVALID_ARGUMENT,
            ErrorKind::InvalidCredential => nbt_result::NBT_INVALID_CREDENTIAL,
            ErrorKind::Configuration => nbt_result::NBT_CONFIGURATION,
            ErrorKind::Unauthorized => nbt_result::NBT_UNAUTHORIZED,
            ErrorKind::Forbidden => nbt_result::NBT_FORBIDDEN,
            ErrorKind::NotFound => nbt_result::NBT_NOT_FOUND,
            ErrorKind::Conflict => nbt_result::NBT_CONFLICT,
            ErrorKind::Rejected => nbt_result::NBT_REJECTED,
            ErrorKind::RateLimited => nbt_result::NBT_RATE_LIMITED,
            ErrorKind::ServerError => nbt_result::NBT_SERVER_ERROR,
            ErrorKind::Connect => nbt_result::NBT_CONNECT,
            ErrorKind::Tls => nbt_result::NBT_TLS,
            ErrorKind::Timeout => nbt_result::NBT_TIMEOUT,
            ErrorKind::Transport => nbt_result::NBT_TRANSPORT,
            ErrorKind::UnexpectedResponse => nbt_result::NBT_UNEXPECTED_RESPONSE,
            ErrorKind::OutcomeUnknown => nbt_result::NBT_OUTCOME_UNKNOWN,
            ErrorKind::Cancelled => nbt_result::NBT_CANCELLED,
            ErrorKind::Internal => nbt_result::NBT_INTERNAL,
        }
    }
}

/// The stable name of a result code, the same in every language: `not_found` for `NBT_NOT_FOUND`, `ok` for `NBT_OK`.
///
/// @param result one of `nbt_result`; any other number is allowed
/// @return the name, `unknown` for a number that is not a result code; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_result_name(result: u32) -> *const c_char {
    guard::infallible(c"unknown".as_ptr(), || {
        if result == nbt_result::NBT_OK as u32 {
            return c"ok".as_ptr();
        }
        ErrorKind::ALL.iter().find(|kind| kind.code() == result).map_or(c"unknown", |kind| name(*kind)).as_ptr()
    })
}

/// [`ErrorKind::name`] with a NUL at its end.
fn name(kind: ErrorKind) -> &'static std::ffi::CStr {
    match kind {
        ErrorKind::InvalidArgument => c"invalid_argument",
        ErrorKind::InvalidCredential => c"invalid_credential",
        ErrorKind::Configuration => c"configuration",
        ErrorKind::Unauthorized => c"unauthorized",
        ErrorKind::Forbidden => c"forbidden",
        ErrorKind::NotFound => c"not_found",
        ErrorKind::Conflict => c"conflict",
        ErrorKind::Rejected => c"rejected",
        ErrorKind::RateLimited => c"rate_limited",
        ErrorKind::ServerError => c"server_error",
        ErrorKind::Connect => c"connect",
        ErrorKind::Tls => c"tls",
        ErrorKind::Timeout => c"timeout",
        ErrorKind::Transport => c"transport",
        ErrorKind::UnexpectedResponse => c"unexpected_response",
        ErrorKind::OutcomeUnknown => c"outcome_unknown",
        ErrorKind::Cancelled => c"cancelled",
        ErrorKind::Internal => c"internal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_the_cores() {
        for &kind in ErrorKind::ALL {
            let result = nbt_result::from(kind);
            assert_eq!(result as u32, kind.code(), "{kind}");
            assert_eq!(format!("{result:?}"), format!("NBT_{}", kind.name().to_uppercase()));
            assert_eq!(name(kind).to_str().unwrap(), kind.name());
        }
    }
}
