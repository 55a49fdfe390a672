//! Why a command failed: its exit status, and what is printed about it.

mod advice;
mod json;

use std::fmt::Write as _;
use std::io::{self, Write as _};

use netbird_tokens::{CredentialState, Error, ErrorKind};

pub(crate) use self::advice::Subject;
#[cfg(feature = "mock")]
pub(crate) use self::advice::shell_word;
use crate::arguments::Output;
use crate::exit;
use crate::printable::printable;

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
    /// A token was created and its secret could not be handed over.
    SecretLost { token_id: String, user_id: String, why: String },
    /// A create was interrupted and may have left a token.
    LeftBehind(Box<LeftBehind>),
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
            Failure::SecretLost { .. } => exit::SECRET_LOST,
            Failure::LeftBehind(_) => exit::INTERRUPTED,
            Failure::Local(_) => exit::FAILED,
            Failure::ReaderGone => exit::DONE,
        }
    }

    /// Whether waiting longer for the library, as a normal exit of the process does, makes no sense.
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(self, Failure::LeftBehind(left) if left.is_unfinished)
    }

    /// Prints on standard error what went wrong: one line of JSON, or text with the next step.
    pub(crate) fn report(&self, output: Output) {
        let text = match output {
            Output::Json => json::line(self),
            Output::Table => self.text(),
        };
        if let Some(text) = text {
            // Without standard error the exit status must do.
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    fn text(&self) -> Option<String> {
        let mut out = String::new();
        match self {
            Failure::Call { error, subject } => {
                describe(&mut out, error);
                next(&mut out, &subject.next_steps(error));
            }
            Failure::State { error: Some(error), .. } => describe(&mut out, error),
            // clap's text has several lines.
            Failure::Refused { kind: ErrorKind::InvalidArgument, message } => line(&mut out, "error: ", message),
            Failure::Refused { message, .. } | Failure::NotConfirmed(message) | Failure::Local(message) => {
                line(&mut out, "error: ", &printable(message));
            }
            Failure::SecretLost { token_id, user_id, why } => {
                line(&mut out, "error: ", &printable(&secret_lost(token_id, why)));
                next(&mut out, &[advice::revoke(token_id, Some(user_id))]);
            }
            Failure::LeftBehind(left) => {
                line(&mut out, "error: ", &printable(&left.message));
                leads(&mut out, Some(&left.token_name), &left.token_ids);
                next(&mut out, &left.subject.find(&left.token_ids));
            }
            Failure::State { error: None, .. } | Failure::ReaderGone => return None,
        }
        Some(out)
    }
}

fn line(out: &mut String, head: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{head}{text}");
}

fn next(out: &mut String, steps: &[String]) {
    for step in steps {
        line(out, "  next: ", step);
    }
}

fn describe(out: &mut String, error: &Error) {
    line(out, "error: ", &printable(error.message()));
    if let Some(id) = error.request_id() {
        line(out, "  request id: ", &printable(id));
    }
    leads(out, error.token_name(), error.candidate_token_ids());
}

fn leads(out: &mut String, token_name: Option<&str>, token_ids: &[String]) {
    if let Some(name) = token_name {
        line(out, "  token name: ", &printable(name));
    }
    if !token_ids.is_empty() {
        line(out, "  tokens to look at: ", &printable(&token_ids.join(" ")));
    }
}

fn secret_lost(token_id: &str, why: &str) -> String {
    format!(
        "token {token_id} was created, but its secret could not be handed over ({why}) and cannot be recovered: revoke the \
         token and create another one"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_secret_names_the_token_in_both_forms() {
        let lost = || Failure::SecretLost { token_id: "ch8i".into(), user_id: "ada".into(), why: "closed".into() };
        assert!(lost().text().unwrap().contains("next: netbird-tokens revoke ch8i --user-id ada"));
        let json: serde_json::Value = serde_json::from_str(&json::line(&lost()).unwrap()).unwrap();
        assert_eq!(json["kind"], "secret_lost");
        assert_eq!(json["candidate_token_ids"], serde_json::json!(["ch8i"]));
    }
}
