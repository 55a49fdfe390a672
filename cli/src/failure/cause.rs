//! Every way in which a command fails, and its exit status.

use std::io;

use netbird_tokens::{CredentialState, Error, ErrorKind};

use super::advice::Subject;
use crate::exit;

/// A failed command. Holds no secret.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A call of the library failed.
    Call { error: Box<Error>, subject: Box<Subject> },
    /// `check` found that the credential does not work.
    State { state: CredentialState, error: Option<Box<Error>> },
    /// Refused by this program, with a kind that the library has too.
    Refused { kind: ErrorKind, message: String },
    /// The question was answered no, or nobody could be asked.
    NotConfirmed(String),
    /// The audit found tokens in a state of `--fail-on`.
    Findings(String),
    /// The audit did not get to see all tokens.
    Incomplete(String),
    /// A token was created and its secret could not be handed over.
    SecretLost { token_id: String, user_id: String, why: String },
    /// A create was interrupted and may have left a token.
    LeftBehind(Box<LeftBehind>),
    /// `rotate` had nothing to do, and has said so.
    NothingToDo,
    /// Another run of `rotate` is using the journal.
    Busy(String),
    /// A rotation could not hand its secret over.
    NotStored(Box<NotStored>),
    /// This machine failed.
    Local(String),
    /// The reader of standard output is gone.
    ReaderGone,
}

/// What an interrupted create may have left.
#[derive(Debug)]
pub(crate) struct LeftBehind {
    pub(crate) message: String,
    pub(crate) token_name: String,
    pub(crate) token_ids: Vec<String>,
    pub(crate) subject: Subject,
    /// Whether the library is still cleaning it up.
    pub(crate) is_unfinished: bool,
}

/// A rotation that could not hand its secret over.
#[derive(Debug)]
pub(crate) struct NotStored {
    pub(crate) message: String,
    /// The successor, if it could not be revoked.
    pub(crate) token_ids: Vec<String>,
    pub(crate) subject: Subject,
}

/// The failure of a call that no command line names, as the demo's own.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::call(error, Subject::default())
    }
}

impl Failure {
    pub(crate) fn call(error: Error, subject: Subject) -> Self {
        Failure::Call { error: Box::new(error), subject: Box::new(subject) }
    }

    pub(crate) fn refused(kind: ErrorKind, message: impl Into<String>) -> Self {
        Failure::Refused { kind, message: message.into() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure::refused(ErrorKind::InvalidArgument, message)
    }

    /// What clap refused, without its `error: ` in front.
    pub(crate) fn usage_from(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        Failure::usage(text.strip_prefix("error: ").unwrap_or(&text).trim_end())
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Failure::refused(ErrorKind::Configuration, message)
    }

    pub(crate) fn cancelled(message: impl Into<String>) -> Self {
        Failure::refused(ErrorKind::Cancelled, message)
    }

    /// Standard output could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ReaderGone
        } else {
            Failure::Local(format!("standard output cannot be written: {error}"))
        }
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Failure::Call { error, .. } => exit::of_kind(error.kind()),
            Failure::State { state, .. } => exit::of_state(*state),
            Failure::Refused { kind, .. } => exit::of_kind(*kind),
            Failure::NotConfirmed(_) => exit::NOT_CONFIRMED,
            Failure::Findings(_) => exit::FINDINGS,
            Failure::Incomplete(_) => exit::INCOMPLETE,
            Failure::SecretLost { .. } => exit::SECRET_LOST,
            Failure::LeftBehind(_) => exit::INTERRUPTED,
            Failure::NothingToDo => exit::NOTHING_TO_DO,
            Failure::Busy(_) => exit::BUSY,
            Failure::NotStored(_) => exit::NOT_STORED,
            Failure::Local(_) => exit::FAILED,
            Failure::ReaderGone => exit::DONE,
        }
    }

    /// Whether waiting longer for the library, as a normal exit of the process does, makes no sense.
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(self, Failure::LeftBehind(left) if left.is_unfinished)
    }
}

pub(super) fn secret_lost(token_id: &str, why: &str) -> String {
    format!(
        "token {token_id} was created, but its secret could not be handed over ({why}) and cannot be recovered: revoke the \
         token and create another one"
    )
}
