//! A failure as one line of JSON. The fields are those of the library's errors in every language.

use netbird_tokens::{Error, ErrorKind};
use serde::Serialize;

use super::cause::{Failure, secret_lost};
use crate::exit;
use crate::printable::printable_json;

/// The fields of an error.
#[derive(Default, Serialize)]
pub(crate) struct FailureJson<'a> {
    kind: &'a str,
    code: u32,
    message: &'a str,
    status: Option<u16>,
    server_message: Option<&'a str>,
    request_id: Option<&'a str>,
    retryable: bool,
    /// In seconds.
    retry_after: Option<u64>,
    attempts: u32,
    candidate_token_ids: &'a [String],
    token_name: Option<&'a str>,
}

impl<'a> From<&'a Error> for FailureJson<'a> {
    fn from(error: &'a Error) -> Self {
        FailureJson {
            kind: error.kind().name(),
            code: error.kind().code(),
            message: error.message(),
            status: error.status(),
            server_message: error.server_message(),
            request_id: error.request_id(),
            retryable: error.is_retryable(),
            // A wait of part of a second is rounded up.
            retry_after: error.retry_after().map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
            attempts: error.attempts(),
            candidate_token_ids: error.candidate_token_ids(),
            token_name: error.token_name(),
        }
    }
}

/// The line. `None` if there is nothing to say.
pub(super) fn line(failure: &Failure) -> Option<String> {
    let lost;
    let own = |kind, status: u8, message| FailureJson { kind, code: status.into(), message, ..FailureJson::default() };
    let json = match failure {
        Failure::Call { error, .. } | Failure::State { error: Some(error), .. } => FailureJson::from(&**error),
        Failure::Refused { kind, message } => {
            FailureJson { kind: kind.name(), code: kind.code(), message, ..FailureJson::default() }
        }
        Failure::NotConfirmed(message) => own("not_confirmed", exit::NOT_CONFIRMED, message),
        Failure::Findings(message) => own("findings", exit::FINDINGS, message),
        Failure::Incomplete(message) => own("incomplete", exit::INCOMPLETE, message),
        Failure::SecretLost { token_id, why, .. } => {
            lost = secret_lost(token_id, why);
            let candidate_token_ids = std::slice::from_ref(token_id);
            FailureJson { candidate_token_ids, ..own("secret_lost", exit::SECRET_LOST, &lost) }
        }
        Failure::LeftBehind(left) => {
            let kind = ErrorKind::Cancelled;
            FailureJson {
                kind: kind.name(),
                code: kind.code(),
                message: &left.message,
                candidate_token_ids: &left.token_ids,
                token_name: Some(&left.token_name),
                ..FailureJson::default()
            }
        }
        Failure::Busy(message) => own("busy", exit::BUSY, message),
        Failure::NotStored(failed) => FailureJson {
            candidate_token_ids: &failed.token_ids,
            ..own("not_stored", exit::NOT_STORED, &failed.message)
        },
        Failure::Local(message) => own("local", exit::FAILED, message),
        Failure::State { error: None, .. } | Failure::NothingToDo | Failure::ReaderGone => return None,
    };
    let text = serde_json::to_string(&json).expect("texts and numbers always serialise");
    Some(format!("{}\n", printable_json(&text)))
}
