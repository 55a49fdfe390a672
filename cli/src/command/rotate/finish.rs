//! Finishing a rotation that an earlier run began.

use std::path::Path;

use netbird_tokens::{Client, ErrorKind, RotationStage, Secret};

use super::report::{Outcome, Report, resume_command};
use super::target::journal_beside;
use crate::arguments::ResumeOrder;
use crate::atomic_file::remove_leftover;
use crate::failure::Failure;
use crate::journal::{Journal, Lock};
use crate::printable::printable;
use crate::secret_file::RotatedFile;
use crate::secret_output::survive_file_size_limit;
use crate::session::Session;

/// `rotate resume`: finishes what the journal says, and begins nothing.
pub(crate) fn resume(session: &Session, order: &ResumeOrder) -> Result<(), Failure> {
    let beside = order.file.as_deref().map(|file| RotatedFile::find(file).map(|file| journal_beside(file.path())));
    let path = match (&order.journal, beside.transpose()?) {
        (Some(path), _) => path.clone(),
        (None, Some(beside)) => beside,
        (None, None) => return Err(Failure::usage("`rotate resume` needs --journal FILE or --write-to FILE")),
    };
    survive_file_size_limit();
    if !path.exists() {
        session.note(&format!("Nothing to do: there is no journal {}.", path.display()));
        return nothing_to_do(session, None);
    }
    let _lock = Lock::take(&path)?;
    let Some(mut journal) = Journal::load(&path)?.filter(|journal| !journal.entry.record.stage.is_finished()) else {
        session.note("Nothing to do: no rotation was interrupted.");
        return nothing_to_do(session, Journal::load(&path)?.as_ref());
    };
    if journal.entry.is_handing_over {
        return Err(Failure::refused(
            ErrorKind::Conflict,
            format!(
                "the last run ended while the secret of token {} was handed over, and nobody knows whether it arrived. Both \
                 tokens still work. Run the same `rotate` command again: it hands over another secret, and then revokes \
                 that token",
                journal.entry.record.token_id.as_deref().unwrap_or_default()
            ),
        ));
    }
    let client = session.client()?;
    let is_in_use = finish(session, &client, &mut journal)?;
    let outcome = if is_in_use { Outcome::Finished } else { Outcome::Undone };
    report(session, outcome, Some(&journal))
}

fn nothing_to_do(session: &Session, journal: Option<&Journal>) -> Result<(), Failure> {
    report(session, Outcome::NothingToDo, journal)?;
    Err(Failure::NothingToDo)
}

fn report(session: &Session, outcome: Outcome, journal: Option<&Journal>) -> Result<(), Failure> {
    let entry = journal.map(|journal| &journal.entry);
    let file = entry.and_then(|entry| entry.file.as_deref());
    Report { outcome, entry, old: None, new: None, revoked: &[], file }.print(session, session.now())
}

/// Finishes the rotation: forwards if the file holds the new secret, backwards if not. Says whether the new token is in use.
pub(super) fn finish(session: &Session, client: &Client, journal: &mut Journal) -> Result<bool, Failure> {
    let entry = &journal.entry;
    if let Some(file) = &entry.file {
        remove_leftover(file);
    }
    let held = entry.file.as_deref().map(|file| held_secret(session, file)).transpose()?.flatten();
    if entry.file.is_some() && held.is_none() && entry.record.stage == RotationStage::Stored {
        return Err(Failure::configuration(format!(
            "the journal {} says that the new secret is in its file, but the file is gone. Nothing was changed: put the file \
             back, or move the journal away and look at the tokens with `netbird-tokens list`",
            journal.shown_path()
        )));
    }
    if entry.record.token_id.is_none() && !entry.record.is_tagged {
        return Err(Failure::refused(
            ErrorKind::Conflict,
            format!(
                "the last run ended while it created a token named {}, without a tag, so nothing tells it from others of that \
                 name. The old token, {}, still works. Look at the tokens with `netbird-tokens list`, revoke the one that was \
                 never used if it is there, and move the journal {} away",
                printable(&entry.record.token_name),
                printable(&entry.record.old_token_id),
                journal.shown_path()
            ),
        ));
    }
    let record = client.resume_rotation(&entry.record, held.as_ref()).map_err(|error| {
        let mut subject = session.subject(None);
        // Trying again helps where the call itself failed.
        let again = resume_command(&journal.shown_path());
        subject.resume = error.is_retryable().then_some(again);
        Failure::call(error, subject)
    })?;
    let (old, new) = (printable(&record.old_token_id).into_owned(), record.token_id.clone().unwrap_or_default());
    let new = printable(&new).into_owned();
    let stage = record.stage;
    journal.entry.record = record;
    let note = match stage {
        RotationStage::Committed => {
            format!("Finished the interrupted rotation: {new} is in use, and the old token {old} is revoked.")
        }
        RotationStage::Kept => {
            journal.entry.supersede(&journal.entry.record.old_token_id.clone(), session.server_now(client));
            format!("Finished the interrupted rotation: {new} is in use. The old token {old} still works.")
        }
        _ => format!("Undid the interrupted rotation: no new token is left, and the old one, {old}, still works."),
    };
    if journal.entry.says_nothing() {
        journal.remove()?
    } else {
        journal.save()?
    }
    session.note(&note);
    Ok(stage != RotationStage::Aborted)
}

/// The secret in the file; `None` if there is no file.
fn held_secret(session: &Session, file: &Path) -> Result<Option<Secret>, Failure> {
    if !file.exists() {
        return Ok(None);
    }
    session.read_token_file("--write-to", file).map(|text| Some(Secret::new(text.trim())))
}
