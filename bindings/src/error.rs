//! Why a call failed, as a record that needs no further call to be read.

use netbird_tokens::{Error, ErrorKind};

use crate::time::nanoseconds;

macro_rules! kinds {
    ($($variant:ident = $code:tt,)*) => {
        /// The core's kinds of error, under their numbers. What each means is written there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        #[repr(u32)]
        pub enum NativeErrorKind {
            $(
                /// The core's kind of that name.
                $variant = $code,
            )*
        }

        // Exhaustive: a kind that the core adds does not compile here until it is listed.
        impl From<ErrorKind> for NativeErrorKind {
            fn from(kind: ErrorKind) -> Self {
                match kind {
                    $(ErrorKind::$variant => NativeErrorKind::$variant,)*
                }
            }
        }
    };
}

kinds! {
    InvalidArgument = 1,
    InvalidCredential = 2,
    Configuration = 3,
    Unauthorized = 10,
    Forbidden = 11,
    NotFound = 12,
    Conflict = 13,
    Rejected = 14,
    RateLimited = 15,
    ServerError = 16,
    Connect = 20,
    Tls = 21,
    Timeout = 22,
    Transport = 23,
    UnexpectedResponse = 24,
    OutcomeUnknown = 30,
    Cancelled = 31,
    Internal = 90,
}

/// What a failed call tells. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeFailure {
    /// What went wrong, for programs.
    pub kind: NativeErrorKind,
    /// The kind's stable number.
    pub code: u32,
    /// The kind's stable name, as `outcome_unknown`.
    pub kind_name: String,
    // Not `message`, which in Kotlin is the exception's own.
    /// What went wrong and what to do about it, for people.
    pub text: String,
    /// The HTTP status of the answer that decided it.
    pub status: Option<u16>,
    /// The server's own message.
    pub server_message: Option<String>,
    /// The server's `X-Request-Id`.
    pub request_id: Option<String>,
    /// Whether the same call may succeed later, and do nothing twice.
    pub retryable: bool,
    /// How long the server asked to wait.
    pub retry_after_nanoseconds: Option<i64>,
    /// How many times the request was sent or tried.
    pub attempts: u32,
    /// With `outcome_unknown`: the tokens that may have been created or deleted.
    pub candidate_token_ids: Vec<String>,
}

/// The error of every export.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Error)]
pub enum NativeError {
    /// The call failed.
    Failed {
        /// How.
        failure: Box<NativeFailure>,
    },
}

impl NativeError {
    /// An argument that could not be turned into the core's type.
    pub(crate) fn invalid_argument(text: String) -> Self {
        NativeError::own(ErrorKind::InvalidArgument, text)
    }

    /// A panic, whose own text might say anything and is therefore not passed on.
    pub(crate) fn panicked() -> Self {
        NativeError::own(ErrorKind::Internal, "a bug in the library stopped the call: please report it".to_owned())
    }

    fn own(kind: ErrorKind, text: String) -> Self {
        let failure = NativeFailure {
            kind: kind.into(),
            code: kind.code(),
            kind_name: kind.name().to_owned(),
            text,
            status: None,
            server_message: None,
            request_id: None,
            retryable: false,
            retry_after_nanoseconds: None,
            attempts: 0,
            candidate_token_ids: Vec::new(),
        };
        NativeError::Failed { failure: Box::new(failure) }
    }
}

impl From<Error> for NativeFailure {
    fn from(error: Error) -> Self {
        NativeFailure {
            kind: error.kind().into(),
            code: error.kind().code(),
            kind_name: error.kind().name().to_owned(),
            text: error.message().to_owned(),
            status: error.status(),
            server_message: error.server_message().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            retryable: error.is_retryable(),
            retry_after_nanoseconds: error.retry_after().map(nanoseconds),
            attempts: error.attempts(),
            candidate_token_ids: error.candidate_token_ids().to_vec(),
        }
    }
}

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        NativeError::Failed { failure: Box::new(error.into()) }
    }
}

impl std::fmt::Display for NativeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let NativeError::Failed { failure } = self;
        f.write_str(&failure.text)
    }
}

impl std::error::Error for NativeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_cores() {
        for &kind in ErrorKind::ALL {
            assert_eq!(NativeErrorKind::from(kind) as u32, kind.code());
        }
    }
}
