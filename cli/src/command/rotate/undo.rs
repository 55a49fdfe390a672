//! A rotation that does not get to its end: what is undone, and what is left for the next run.

use netbird_tokens::{Error, ErrorKind, Rotation};

use super::Run;
use super::report::resume_command;
use crate::failure::{Failure, NotStored, Subject};
use crate::journal::Entry;

impl Run<'_> {
    /// The secret did not get to its target: the successor is revoked.
    pub(super) fn undo(&mut self, rotation: &Rotation, before: Option<Entry>, why: &str) -> Failure {
        let record = rotation.record();
        let undone = match rotation.abort() {
            Err(error) if error.kind() == ErrorKind::Cancelled => {
                self.unhurried().resume_rotation(&record, None).map(drop)
            }
            undone => undone,
        };
        let (old, new) = (&record.old_token_id, record.token_id.unwrap_or_default());
        let (end, token_ids) = match undone {
            Ok(()) => {
                let restored = self.restore(before);
                let journal = restored.err().map(|failure| format!(". {failure}")).unwrap_or_default();
                (format!("The new token is revoked again; the old one, {old}, still works{journal}"), Vec::new())
            }
            Err(error) => (
                format!(
                    "The new token {new} could not be revoked ({}); the old one, {old}, still works",
                    error.message()
                ),
                vec![new],
            ),
        };
        let message = format!("{why}. {end}");
        if self.session.cancel.is_cancelled() && token_ids.is_empty() {
            return Failure::cancelled(message);
        }
        Failure::NotStored(Box::new(NotStored { message, token_ids, subject: self.subject() }))
    }

    /// The successor was not created, or nobody can say.
    pub(super) fn not_created(&mut self, rotation: &Rotation, before: Option<Entry>, error: Error) -> Failure {
        if !rotation.record().is_tagged {
            return self.not_created_untagged(rotation, before, error);
        }
        let undone = match error.kind() {
            ErrorKind::OutcomeUnknown => return self.unfinished(error),
            ErrorKind::Cancelled => {
                self.session
                    .note("Interrupted. Cleaning up what the create may have made; interrupt again to leave at once.");
                let client = self.unhurried();
                // The library finishes the create; the record then shows whether something is left.
                client.close().and_then(|_| client.resume_rotation(&rotation.record(), None)).map(drop)
            }
            _ => Ok(()),
        };
        if let Err(left) = undone {
            return self.unfinished(left);
        }
        if let Err(failure) = self.restore(before) {
            return failure;
        }
        match error.kind() {
            ErrorKind::Cancelled => Failure::cancelled("interrupted. Nothing has changed: no new token is left"),
            _ => self.session.failed_for(error, rotation.old_token().id()),
        }
    }

    /// Without a tag a later run could not find the successor: what may be left of it is named now, and the journal forgets it.
    fn not_created_untagged(&mut self, rotation: &Rotation, before: Option<Entry>, error: Error) -> Failure {
        let failure = match error.kind() {
            ErrorKind::Cancelled => self.finishing.wait(self.session, &self.client, &rotation.record().token_name),
            _ => self.session.failed_for(error, rotation.old_token().id()),
        };
        self.restore(before).err().unwrap_or(failure)
    }

    /// Puts the journal back to what it was before this rotation.
    fn restore(&mut self, before: Option<Entry>) -> Result<(), Failure> {
        match (before, &mut self.journal) {
            (Some(entry), Some(journal)) => {
                journal.entry = entry;
                journal.save()
            }
            (None, Some(journal)) => journal.remove(),
            (_, None) => Ok(()),
        }
    }

    /// A failure after which the next run, or `rotate resume`, has something to finish.
    pub(super) fn unfinished(&self, error: Error) -> Failure {
        Failure::call(error, self.subject())
    }

    fn subject(&self) -> Subject {
        let mut subject = self.session.subject(None);
        subject.is_tagged = true;
        subject.resume = self.journal_path.as_ref().map(|path| resume_command(&path.display().to_string()));
        subject
    }
}
