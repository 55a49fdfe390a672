//! Why a call failed, as a record that is read without further calls.

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

/// What is known about a failed call. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeFailure {
    /// What went wrong, for programs.
    pub kind: NativeErrorKind,
    // Not `message`, which in Kotlin is the exception's own.
    /// What went wrong and what to do about it, for people.
    pub text: String,
    /// The HTTP status of the answer that led to the error.
    pub status: Option<u16>,
    /// The server's own message.
    pub server_message: Option<String>,
    /// The server's `X-Request-Id`.
    pub request_id: Option<String>,
    /// Whether the same call, unchanged, may succeed later.
    pub retryable: bool,
    /// How long the server asked to wait.
    pub retry_after_nanoseconds: Option<i64>,
    /// How many times the request was sent or tried.
    pub attempts: u32,
    /// With `outcome_unknown`: the tokens that may have been created or deleted.
    pub candidate_token_ids: Vec<String>,
    /// With `outcome_unknown` of a create: the exact name that was sent.
    pub token_name: Option<String>,
}

impl From<&Error> for NativeFailure {
    fn from(error: &Error) -> Self {
        NativeFailure {
            kind: error.kind().into(),
            text: error.message().to_owned(),
            status: error.status(),
            server_message: error.server_message().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            retryable: error.is_retryable(),
            retry_after_nanoseconds: error.retry_after().map(nanoseconds),
            attempts: error.attempts(),
            candidate_token_ids: error.candidate_token_ids().to_vec(),
            token_name: error.token_name().map(str::to_owned),
        }
    }
}

/// The error of every export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum NativeError {
    /// The call failed.
    #[error("{}", failure.text)]
    Failed {
        /// How.
        failure: Box<NativeFailure>,
    },
}

impl NativeError {
    /// A panic that was caught.
    pub(crate) fn bug() -> Self {
        Error::bug().into()
    }
}

impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        NativeError::Failed { failure: Box::new((&error).into()) }
    }
}

/// What a foreign callback gives that ends in an exception of its own.
impl From<uniffi::UnexpectedUniFFICallbackError> for NativeError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        NativeError::bug()
    }
}

/// The failure of a call that ended in an error of the generated code, whose own text may hold anything.
#[uniffi::export]
pub fn bug() -> NativeFailure {
    (&Error::bug()).into()
}

/// The failure of a call whose argument the layer above refuses.
#[uniffi::export]
pub fn invalid_argument(text: String) -> NativeFailure {
    (&Error::invalid_argument(text)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_cores() {
        for &kind in ErrorKind::ALL {
            assert_eq!(NativeErrorKind::from(kind) as u32, kind.code());
        }
    }

    #[test]
    fn the_layer_above_gets_the_cores_errors() {
        assert_eq!(NativeError::Failed { failure: Box::new(bug()) }, NativeError::bug());
        assert_eq!(invalid_argument("no".to_owned()), (&Error::invalid_argument("no")).into());
    }
}
