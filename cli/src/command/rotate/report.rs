//! What `rotate` says: notes on standard error for a person, one JSON object for a program.

use std::path::Path;
use std::time::Duration;

use netbird_tokens::{Secret, Timestamp, Token};
use serde::Serialize;

use crate::failure::{Failure, shell_word};
use crate::journal::{Entry, Superseded};
use crate::json::TokenJson;
use crate::printable::printable;
use crate::secret_output::SecretText;
use crate::session::Session;
use crate::table;

/// What a run did, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Rotated,
    /// An interrupted rotation is finished: its new token is in use.
    Finished,
    /// An interrupted rotation is undone: its new token is revoked.
    Undone,
    NothingToDo,
    WouldRotate,
    WouldFinish,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::Rotated => "rotated",
            Outcome::Finished => "finished",
            Outcome::Undone => "undone",
            Outcome::NothingToDo => "nothing_to_do",
            Outcome::WouldRotate => "would_rotate",
            Outcome::WouldFinish => "would_finish",
        }
    }
}

/// The JSON object. With `would_…` the ids in `revoked` are those that would be.
#[derive(Serialize)]
struct ReportJson<'a> {
    outcome: &'static str,
    user_id: Option<&'a str>,
    old_token_id: Option<&'a str>,
    token_id: Option<&'a str>,
    old_token: Option<TokenJson<'a>>,
    token: Option<TokenJson<'a>>,
    revoked: &'a [String],
    superseded: &'a [Superseded],
    file: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_token: Option<&'a str>,
}

/// All that there is to say about a run.
pub(super) struct Report<'a> {
    pub(super) outcome: Outcome,
    pub(super) entry: Option<&'a Entry>,
    pub(super) old: Option<&'a Token>,
    pub(super) new: Option<&'a Token>,
    pub(super) revoked: &'a [String],
    pub(super) file: Option<&'a Path>,
}

impl Report<'_> {
    fn json<'b>(&'b self, now: Timestamp, plain_token: Option<&'b Secret>) -> ReportJson<'b> {
        let record = self.entry.map(|entry| &entry.record);
        ReportJson {
            outcome: self.outcome.name(),
            user_id: record.map(|record| record.user_id.as_str()).or(self.old.map(Token::user_id)),
            old_token_id: record.map(|record| record.old_token_id.as_str()).or(self.old.map(Token::id)),
            token_id: record.and_then(|record| record.token_id.as_deref()).or(self.new.map(Token::id)),
            old_token: self.old.map(|token| TokenJson::new(token, now)),
            token: self.new.map(|token| TokenJson::new(token, now)),
            revoked: self.revoked,
            superseded: self.entry.map_or(&[], |entry| &entry.superseded),
            file: self.file,
            plain_token: plain_token.map(Secret::expose),
        }
    }

    /// The object with the secret, which is printed in its place.
    pub(super) fn with_secret(&self, now: Timestamp, plain_token: &Secret, pretty: bool) -> SecretText {
        SecretText::json(&self.json(now, Some(plain_token)), pretty)
    }

    /// Prints the object if programs read the output. People get notes.
    pub(super) fn print(&self, session: &Session, now: Timestamp) -> Result<(), Failure> {
        if session.is_json() { session.print_json(&self.json(now, None)) } else { Ok(()) }
    }
}

/// A token as people know it.
pub(super) fn named(token: &Token) -> String {
    format!("{} ({})", printable(token.name()), printable(token.id()))
}

/// What became of a rotation.
pub(super) fn note_rotated(session: &Session, old: &Token, new: &Token, now: Timestamp, keep_for: Option<Duration>) {
    let (left, _) = table::time_left(new, now);
    let expires = table::second(new.expiration_date());
    session.note(&format!(
        "Rotated token {}. Its successor is {}, which expires {expires} ({left}).",
        named(old),
        named(new)
    ));
    let id = printable(old.id());
    match keep_for {
        None => session.note(&format!("The old token {id} is revoked.")),
        Some(overlap) => {
            session.note(&format!("The old token {id} still works. The first run after {} revokes it.", time(overlap)));
        }
    }
}

/// A length of time, as an option takes it.
pub(super) fn time(length: Duration) -> String {
    let seconds = length.as_secs();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
        if seconds >= unit && seconds.is_multiple_of(unit) {
            return format!("{}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

/// The command that finishes what the journal says.
pub(super) fn resume_command(journal: &str) -> String {
    format!("netbird-tokens rotate resume --journal {}", shell_word(journal))
}
