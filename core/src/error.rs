//! The one error type: a kind with a stable number, and what a person or a program needs to act on it.

use std::fmt;
use std::time::Duration;

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal;)*) => {
        /// What went wrong. The numbers and names are stable and the same in every language; match on these and never on
        /// text.
        ///
        /// The enum is closed on purpose: a new kind is a breaking change that every front end must handle.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum ErrorKind {
            $($(#[$doc])* $variant = $code,)*
        }

        impl ErrorKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant,)*];

            /// The stable number.
            #[must_use]
            pub const fn code(self) -> u32 {
                self as u32
            }

            /// The stable name, in snake case, as `outcome_unknown`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(ErrorKind::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// An argument was refused before anything was sent: a name, a number of days, an id, a URL.
    InvalidArgument = 1, "invalid_argument";
    /// The credential's offline check failed. The message says what is wrong with it and never shows it.
    InvalidCredential = 2, "invalid_credential";
    /// No credential was found, two variables disagree, or a variable, a token file, a proxy or a CA certificate cannot be used.
    Configuration = 3, "configuration";
    /// The server refused the credential: 401 in NetBird's own form, or its 404 for a revoked or unknown PAT.
    Unauthorized = 10, "unauthorized";
    /// The credential works but is not allowed to do this (403 in NetBird's own form).
    Forbidden = 11, "forbidden";
    /// The server knows no such user or token (404 in NetBird's own form that names a user or a token).
    NotFound = 12, "not_found";
    /// The request conflicts with the server's current state (409, 412).
    Conflict = 13, "conflict";
    /// The server refused what was sent (400, 422).
    Rejected = 14, "rejected";
    /// Too many requests (429), also after the retries.
    RateLimited = 15, "rate_limited";
    /// The server failed (5xx), also after the retries.
    ServerError = 16, "server_error";
    /// No connection could be made; nothing was sent.
    Connect = 20, "connect";
    /// The TLS handshake failed: a certificate that cannot be trusted, or no TLS at all. Nothing was sent.
    Tls = 21, "tls";
    /// Time ran out: to connect, between two bytes, or for the whole call.
    Timeout = 22, "timeout";
    /// The connection broke before the whole answer had come.
    Transport = 23, "transport";
    /// The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or an error body of another program.
    UnexpectedResponse = 24, "unexpected_response";
    /// A create or delete may have happened. [`Error::candidate_token_ids`] and [`Error::token_name`] say what to look for.
    OutcomeUnknown = 30, "outcome_unknown";
    /// The caller interrupted the call.
    Cancelled = 31, "cancelled";
    /// A bug in this library.
    Internal = 90, "internal";
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a call failed.
///
/// `Display` gives the message alone, which says what was wrong and what to do about it. No error ever holds a secret, or the
/// hash of one that the server puts into some of its messages.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Fields>);

#[derive(Clone, PartialEq, Eq)]
struct Fields {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    server_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    candidate_token_ids: Vec<String>,
    token_name: Option<String>,
    advice: Option<Advice>,
}

/// What to do next, for a program that can offer it as a command, an option or a button. The message says the same in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Give a credential: none was found.
    GiveCredential,
    /// Allow `http://` explicitly, where nobody can listen.
    AllowInsecureHttp,
    /// Trust the CA that signed the server's certificate.
    AddCa,
    /// Check the credential, which says what is wrong with it.
    CheckCredential,
    /// Create a new token, or log in again.
    ReplaceCredential,
    /// List the user's tokens: there is no such token.
    ListTokens,
    /// List the users: there is no such user.
    ListUsers,
    /// Pass a user id: which user the credential belongs to could not be determined.
    PassUserId,
    /// Fetch the token to see whether it still exists.
    InspectToken,
    /// Check the management URL.
    CheckManagementUrl,
    /// Correct the variable, option or file that the message names.
    CorrectInput,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Fields {
            kind,
            message: message.into(),
            status: None,
            server_message: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            candidate_token_ids: Vec::new(),
            token_name: None,
            advice: None,
        }))
    }

    /// An argument that was refused before anything was sent. For front ends, whose own checks then read like the core's.
    #[must_use]
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidArgument, message)
    }

    /// A setting that cannot be used. For front ends; see [`Error::invalid_argument`].
    #[must_use]
    pub fn configuration(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Configuration, message)
    }

    /// The caller interrupted the call. [`Operation::interrupted`](crate::Operation::interrupted) says what that means.
    pub(crate) fn cancelled() -> Self {
        Error::new(ErrorKind::Cancelled, "the call was interrupted")
    }

    /// A bug: a panic that a front end caught. The panic's own text may hold anything and is not passed on.
    #[must_use]
    pub fn bug() -> Self {
        Error::new(
            ErrorKind::Internal,
            "a bug in netbird-tokens stopped the call: please report it with what you called",
        )
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong and what to do about it, for people. The text may change between versions.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the answer that led to the error; `None` if no answer did.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's own message, as it sent it (NetBird writes them in lower case), with credentials and the hash of a PAT
    /// removed.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.server_message.as_deref()
    }

    /// The server's `X-Request-Id`, by which its operator finds the request in the server's log.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::RateLimited
                | ErrorKind::ServerError
                | ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Transport
        )
    }

    /// How long the server asked to wait (`Retry-After`), at most a year.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request that failed was sent or tried; 0 when it was refused before that.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// With [`ErrorKind::OutcomeUnknown`]: the tokens that the call may have created or deleted, as far as the server's list
    /// tells. Somebody else may have created one of them: inspect each before you revoke it.
    #[must_use]
    pub fn candidate_token_ids(&self) -> &[String] {
        &self.0.candidate_token_ids
    }

    /// With [`ErrorKind::OutcomeUnknown`] of a create: the exact name that was sent. With
    /// [`NewToken::tag`](crate::NewToken::tag) no other token has that name, so one that bears it is this call's.
    #[must_use]
    pub fn token_name(&self) -> Option<&str> {
        self.0.token_name.as_deref()
    }

    /// What to do next, where one thing is right.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        self.0.advice
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_server_message(mut self, message: Option<String>) -> Self {
        self.0.server_message = message;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_token_name(mut self, name: &str) -> Self {
        self.0.token_name = Some(name.to_owned());
        self
    }

    pub(crate) fn with_candidate_token_ids(mut self, ids: Vec<String>) -> Self {
        self.0.candidate_token_ids = ids;
        self
    }

    pub(crate) fn with_advice(mut self, advice: Advice) -> Self {
        self.0.advice = Some(advice);
        self
    }

    /// The same failure, naming where the value came from: a variable, an option, a file.
    #[must_use]
    pub fn from_source(mut self, source: &str) -> Self {
        self.0.message.insert_str(0, ": ");
        self.0.message.insert_str(0, source);
        self
    }

    /// The same failure with what the place where it surfaced knows about the way out.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.0.message.push_str(hint);
        self
    }

    /// The same failure as another kind, where the place where it arose could not know better.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same failure in other words, where those of the place where it arose do not fit.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// Turns what stopped a write into "it may have happened", keeping the facts about the answer that led there.
    pub(crate) fn into_outcome_unknown(mut self, message: String, candidates: Vec<String>) -> Self {
        self.0.kind = ErrorKind::OutcomeUnknown;
        self.0.message = message;
        self.0.candidate_token_ids = candidates;
        self.0.advice = None;
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fields {
            kind,
            message,
            status,
            server_message,
            request_id,
            retry_after,
            attempts,
            candidate_token_ids,
            token_name,
            advice: _,
        } = &*self.0;
        let mut out = f.debug_struct("Error");
        out.field("kind", kind).field("message", message);
        if let Some(status) = status {
            out.field("status", status);
        }
        if let Some(text) = server_message {
            out.field("server_message", text);
        }
        if let Some(id) = request_id {
            out.field("request_id", id);
        }
        if let Some(wait) = retry_after {
            out.field("retry_after", wait);
        }
        if !candidate_token_ids.is_empty() {
            out.field("candidate_token_ids", candidate_token_ids);
        }
        if let Some(name) = token_name {
            out.field("token_name", name);
        }
        out.field("attempts", attempts).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_those_of_the_contract() {
        let contract = [
            (1, "invalid_argument"),
            (2, "invalid_credential"),
            (3, "configuration"),
            (10, "unauthorized"),
            (11, "forbidden"),
            (12, "not_found"),
            (13, "conflict"),
            (14, "rejected"),
            (15, "rate_limited"),
            (16, "server_error"),
            (20, "connect"),
            (21, "tls"),
            (22, "timeout"),
            (23, "transport"),
            (24, "unexpected_response"),
            (30, "outcome_unknown"),
            (31, "cancelled"),
            (90, "internal"),
        ];
        let ours: Vec<_> = ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
        assert_eq!(ours, contract);
    }

    #[test]
    fn the_guide_lists_every_kind() {
        let guide = include_str!("../../docs/errors.md");
        let listed: Vec<_> = guide
            .lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| ")?.split(" | ");
                Some((cells.next()?.parse().ok()?, cells.next()?.trim_matches('`')))
            })
            .collect();
        let ours: Vec<_> = ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
        assert_eq!(listed, ours);
    }

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
