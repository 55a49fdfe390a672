//! Why a command failed: its exit status, and what is printed about it.

mod advice;
mod cause;
mod json;

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use netbird_tokens::{Error, ErrorKind};

pub(crate) use self::advice::Subject;
pub(crate) use self::advice::shell_word;
use self::cause::secret_lost;
pub(crate) use self::cause::{Failure, LeftBehind, NotStored};
pub(crate) use self::json::FailureJson;
use crate::arguments::Output;
use crate::printable::printable;

impl Failure {
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
            Failure::Refused { message, .. }
            | Failure::NotConfirmed(message)
            | Failure::Findings(message)
            | Failure::Incomplete(message)
            | Failure::Busy(message)
            | Failure::Local(message) => line(&mut out, "error: ", &printable(message)),
            Failure::NotStored(failed) => {
                line(&mut out, "error: ", &printable(&failed.message));
                leads(&mut out, None, &failed.token_ids);
                next(&mut out, &failed.subject.after_not_stored(&failed.token_ids));
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
            Failure::State { error: None, .. } | Failure::NothingToDo | Failure::ReaderGone => return None,
        }
        Some(out)
    }
}

/// What went wrong, in one line without the next step.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text().unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        f.write_str(first.strip_prefix("error: ").unwrap_or(first))
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
