//! Why a command did not do what it was asked: the exit status, and what is printed about it.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use netbird_tokens::{CredentialState, Error, ErrorKind};
use serde::Serialize;

use crate::arguments::Output;
use crate::exit;
use crate::printable::{printable, printable_json};

/// A failed command. Holds no secret.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A call of the library failed. `user_id` is the one that was given, for the commands that the advice names.
    Call { error: Box<Error>, user_id: Option<String> },
    /// The credential was asked about and does not work.
    State { state: CredentialState, error: Option<Box<Error>> },
    /// Refused here, of a kind that the library has too.
    Refused { kind: ErrorKind, message: String },
    /// The question was answered no, or nobody could be asked.
    NotConfirmed(String),
    /// A token was created and its secret could not be handed over.
    SecretLost { token_id: String, user_id: String, why: String },
    /// This machine failed.
    Local(String),
    /// Whoever read the output has seen enough.
    ReaderGone,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Call { error: Box::new(error), user_id: None }
    }
}

/// What a failure is in JSON; the fields are those of the library's errors in every language.
#[derive(Serialize)]
struct FailureJson<'a> {
    kind: &'a str,
    code: u32,
    message: &'a str,
    status: Option<u16>,
    server_message: Option<&'a str>,
    request_id: Option<&'a str>,
    retryable: bool,
    attempts: u32,
    candidate_token_ids: &'a [String],
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure::Refused { kind: ErrorKind::InvalidArgument, message: message.into() }
    }

    /// What clap found wrong, without its `error: ` in front.
    pub(crate) fn usage_from(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        Failure::usage(text.strip_prefix("error: ").unwrap_or(&text).trim_end())
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Failure::Refused { kind: ErrorKind::Configuration, message: message.into() }
    }

    pub(crate) fn cancelled(message: impl Into<String>) -> Self {
        Failure::Refused { kind: ErrorKind::Cancelled, message: message.into() }
    }

    /// Standard output could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ReaderGone
        } else {
            Failure::Local(format!("standard output cannot be written: {error}"))
        }
    }

    /// The same failure of a call for the tokens of this user, whom the advice then names.
    pub(crate) fn of_call(error: Error, user_id: Option<&str>) -> Self {
        Failure::Call { error: Box::new(error), user_id: user_id.map(str::to_owned) }
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Failure::Call { error, .. } => exit::of_kind(error.kind()),
            Failure::State { state, .. } => exit::of_state(*state),
            Failure::Refused { kind, .. } => exit::of_kind(*kind),
            Failure::NotConfirmed(_) => exit::NOT_CONFIRMED,
            Failure::SecretLost { .. } => exit::SECRET_LOST,
            Failure::Local(_) => exit::FAILED,
            Failure::ReaderGone => exit::DONE,
        }
    }

    /// Says on standard error what went wrong: one line of JSON, or text with what to do next.
    pub(crate) fn report(&self, output: Output) {
        let text = match output {
            Output::Json => self.json(),
            Output::Table => self.text(),
        };
        if let Some(text) = text {
            // Where standard error is gone the exit status has to do.
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    fn json(&self) -> Option<String> {
        let candidates;
        let message;
        let mut json = FailureJson {
            kind: "",
            code: 0,
            message: "",
            status: None,
            server_message: None,
            request_id: None,
            retryable: false,
            attempts: 0,
            candidate_token_ids: &[],
        };
        match self {
            Failure::Call { error, .. } | Failure::State { error: Some(error), .. } => {
                json = FailureJson {
                    kind: error.kind().name(),
                    code: error.kind().code(),
                    message: error.message(),
                    status: error.status(),
                    server_message: error.server_message(),
                    request_id: error.request_id(),
                    retryable: error.is_retryable(),
                    attempts: error.attempts(),
                    candidate_token_ids: error.candidate_token_ids(),
                };
            }
            Failure::Refused { kind, message } => {
                (json.kind, json.code, json.message) = (kind.name(), kind.code(), message);
            }
            Failure::NotConfirmed(message) => {
                (json.kind, json.code, json.message) = ("not_confirmed", u32::from(exit::NOT_CONFIRMED), message);
            }
            Failure::SecretLost { token_id, why, .. } => {
                message = secret_lost(token_id, why);
                candidates = [token_id.clone()];
                (json.kind, json.code, json.message) = ("secret_lost", u32::from(exit::SECRET_LOST), &message);
                json.candidate_token_ids = &candidates;
            }
            Failure::Local(message) => {
                (json.kind, json.code, json.message) = ("local", u32::from(exit::FAILED), message);
            }
            Failure::State { error: None, .. } | Failure::ReaderGone => return None,
        }
        let text = serde_json::to_string(&json).expect("texts and numbers always serialise");
        Some(format!("{}\n", printable_json(&text)))
    }

    fn text(&self) -> Option<String> {
        let mut out = String::new();
        match self {
            Failure::Call { error, user_id } => {
                describe(&mut out, error);
                advise(&mut out, error, user_id.as_deref());
            }
            Failure::State { error: Some(error), .. } => describe(&mut out, error),
            // clap's own words keep their lines.
            Failure::Refused { kind: ErrorKind::InvalidArgument, message } => line(&mut out, "error: ", message),
            Failure::Refused { message, .. } | Failure::NotConfirmed(message) | Failure::Local(message) => {
                line(&mut out, "error: ", &printable(message));
            }
            Failure::SecretLost { token_id, user_id, why } => {
                line(&mut out, "error: ", &printable(&secret_lost(token_id, why)));
                next(&mut out, &revoke_command(token_id, Some(user_id)));
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

fn next(out: &mut String, command: &str) {
    line(out, "  next: ", command);
}

fn describe(out: &mut String, error: &Error) {
    line(out, "error: ", &printable(error.message()));
    if let Some(id) = error.request_id() {
        line(out, "  request id: ", &printable(id));
    }
    if !error.candidate_token_ids().is_empty() {
        line(out, "  tokens to look at: ", &printable(&error.candidate_token_ids().join(" ")));
    }
}

/// What to type next, where that helps.
fn advise(out: &mut String, error: &Error, user_id: Option<&str>) {
    match error.kind() {
        ErrorKind::OutcomeUnknown => {
            for id in error.candidate_token_ids() {
                next(out, &inspect_command(id, user_id));
                next(out, &revoke_command(id, user_id));
            }
        }
        ErrorKind::Configuration if error.message().starts_with("no credential") => {
            next(out, "export NB_PAT=…, or --token-file FILE (- for standard input)");
        }
        ErrorKind::InvalidArgument if error.message().contains("insecure HTTP") => {
            next(out, "--allow-insecure-http, where nobody can listen");
        }
        ErrorKind::Tls => next(out, "--ca-file FILE"),
        ErrorKind::Unauthorized => next(out, "netbird-tokens check"),
        ErrorKind::NotFound => next(out, &with_user("netbird-tokens list", user_id)),
        ErrorKind::Forbidden if user_id.is_none() => next(out, "netbird-tokens check"),
        ErrorKind::Cancelled if error.message().contains("list the tokens") => {
            next(out, &with_user("netbird-tokens list", user_id));
        }
        ErrorKind::InvalidArgument
        | ErrorKind::InvalidCredential
        | ErrorKind::Configuration
        | ErrorKind::Forbidden
        | ErrorKind::Conflict
        | ErrorKind::Rejected
        | ErrorKind::RateLimited
        | ErrorKind::ServerError
        | ErrorKind::Connect
        | ErrorKind::Timeout
        | ErrorKind::Transport
        | ErrorKind::UnexpectedResponse
        | ErrorKind::Cancelled
        | ErrorKind::Internal => {}
    }
}

fn secret_lost(token_id: &str, why: &str) -> String {
    format!(
        "token {token_id} was created but its secret could not be handed over ({why}): nobody has it and it cannot be had \
         again, so revoke the token and create another"
    )
}

fn revoke_command(token_id: &str, user_id: Option<&str>) -> String {
    with_user(&format!("netbird-tokens revoke {}", shell_word(token_id)), user_id)
}

fn inspect_command(token_id: &str, user_id: Option<&str>) -> String {
    with_user(&format!("netbird-tokens inspect {}", shell_word(token_id)), user_id)
}

fn with_user(command: &str, user_id: Option<&str>) -> String {
    match user_id {
        Some(id) => format!("{command} --user-id {}", shell_word(id)),
        None => command.to_owned(),
    }
}

/// An id as a shell takes it: ids such as `google-oauth2|123` would start a pipe.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=' | '@' | ':' | '/');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", printable(text).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_be_pasted_into_a_shell() {
        assert_eq!(
            revoke_command("ch8i", Some("google-oauth2|1")),
            "netbird-tokens revoke ch8i --user-id 'google-oauth2|1'"
        );
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_lost_secret_names_the_token_in_both_forms() {
        let lost = || Failure::SecretLost { token_id: "ch8i".into(), user_id: "ada".into(), why: "closed".into() };
        assert!(lost().text().unwrap().contains("next: netbird-tokens revoke ch8i --user-id ada"));
        let json: serde_json::Value = serde_json::from_str(&lost().json().unwrap()).unwrap();
        assert_eq!(json["kind"], "secret_lost");
        assert_eq!(json["candidate_token_ids"], serde_json::json!(["ch8i"]));
    }
}
