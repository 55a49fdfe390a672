//! `rotate`: creates a successor of a token, hands its secret over, and revokes the old token once the successor is proved to
//! work. The journal says what is left to do if a run ends in between.

mod check;
mod finish;
mod report;
mod target;
mod undo;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Duration;

use netbird_tokens::{CancelToken, Client, Error, ErrorKind, RotateToken, Rotation, Secret, Timestamp, Token};

use self::report::{Outcome, Report, named, note_rotated, time};
use self::target::{NotThere, Ready, Target};
use crate::arguments::RotateOrder;
use crate::failure::Failure;
use crate::finishing::Finishing;
use crate::journal::{Entry, Journal, Lock, Named};
use crate::printable::printable;
use crate::secret_output::{SecretText, survive_file_size_limit};
use crate::session::Session;

pub(crate) use self::finish::resume;

pub(crate) fn rotate(session: &Session, order: &RotateOrder) -> Result<(), Failure> {
    check::order(session, order)?;
    let target = Target::find(session, &order.destination)?;
    let which = check::names_a_token(session, order, &target)?;
    let journal_path = order.journal.clone().or_else(|| target.journal_path());
    survive_file_size_limit();
    // Before the token file is read: a run that is about to end may still replace it.
    let _lock = match &journal_path {
        Some(path) if !order.dry_run => Some(Lock::take(path)?),
        _ => None,
    };
    let journal = journal_path.as_deref().map(Journal::load).transpose()?.flatten();
    let finishing = Finishing::default();
    let observer = finishing.observer(session.connection.verbose);
    let client = session.build(session.options()?.observer(observer))?;
    if let Some(journal) = &journal {
        check::belongs(session, order, &target, &client, journal)?;
    }
    let revoked = Vec::new();
    let mut run = Run { session, order, target: &target, client, finishing, journal_path, journal, revoked };
    if run.finish_interrupted()? {
        return Ok(());
    }
    let is_named = which.is_some();
    let rotation = run.plan(which)?;
    run.revoke_superseded()?;
    if !run.is_due(rotation.old_token())? {
        return run.nothing_to_do(rotation.old_token());
    }
    if !is_named && let Some(journal) = &run.journal {
        check::is_in_use(session, &run.client, journal, rotation.old_token())?;
    }
    if order.dry_run {
        return run.would_rotate(rotation.old_token());
    }
    run.rotate(&rotation)
}

/// One run of `rotate`.
struct Run<'a> {
    session: &'a Session,
    order: &'a RotateOrder,
    target: &'a Target,
    client: Client,
    finishing: Finishing,
    journal_path: Option<PathBuf>,
    journal: Option<Journal>,
    /// What this run revoked, or would revoke.
    revoked: Vec<String>,
}

impl Run<'_> {
    fn now(&self) -> Timestamp {
        self.session.server_now(&self.client)
    }

    fn entry(&self) -> Option<&Entry> {
        self.journal.as_ref().map(|journal| &journal.entry)
    }

    /// A handle that an interruption does not end, to clean up with.
    fn unhurried(&self) -> Client {
        self.client.with_cancel(&CancelToken::new())
    }

    /// Finishes what an earlier run began. Says whether that was all that there is to do.
    fn finish_interrupted(&mut self) -> Result<bool, Failure> {
        let Some(journal) = self.journal.as_mut().filter(|journal| !journal.entry.record.stage.is_finished()) else {
            return Ok(false);
        };
        let session = self.session;
        if self.order.dry_run {
            let old = printable(&journal.entry.record.old_token_id).into_owned();
            session.note(&format!("Would finish the interrupted rotation of token {old} first."));
            self.report(Outcome::WouldFinish, None, None).print(session, self.now())?;
            return Ok(true);
        }
        if journal.entry.is_handing_over {
            journal.entry.give_up_delivery();
            journal.save()?;
            session.note("The last run ended while the secret was handed over. Nobody knows whether it arrived, so another one follows.");
            return Ok(false);
        }
        let is_in_use = finish::finish(session, &self.client, journal)?;
        if is_in_use {
            self.report(Outcome::Finished, None, None).print(session, self.now())?;
        }
        Ok(is_in_use)
    }

    /// Revokes the tokens whose overlap is over.
    fn revoke_superseded(&mut self) -> Result<(), Failure> {
        let Some(entry) = self.entry() else { return Ok(()) };
        let (now, overlap) = (self.now(), self.order.overlap.unwrap_or_default());
        let is_over = |since: Timestamp| now.unix_seconds() >= after(since, overlap);
        let over = entry.superseded.iter().filter(|superseded| superseded.since().is_some_and(is_over));
        for token_id in over.map(|superseded| superseded.token_id.clone()).collect::<Vec<_>>() {
            if self.order.dry_run {
                self.session.note(&format!("Would revoke token {}: its overlap is over.", printable(&token_id)));
            } else {
                self.revoke(&token_id)?;
                self.session.note(&format!("Revoked token {}: its overlap is over.", printable(&token_id)));
            }
            self.revoked.push(token_id);
        }
        Ok(())
    }

    /// Revokes a token that the journal names, and takes it off the journal.
    fn revoke(&mut self, token_id: &str) -> Result<(), Failure> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        match self.client.delete_token(token_id, Some(&journal.entry.record.user_id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.session.failed_for(error, token_id)),
            _ => {}
        }
        journal.entry.forget(token_id);
        journal.save()
    }

    /// Finds the token, and plans its successor. Changes nothing.
    fn plan(&self, which: Option<RotateToken>) -> Result<Rotation, Failure> {
        let current = self.entry().map(|entry| RotateToken::id(entry.current_token_id()));
        let rotate = match current.or(which) {
            Some(rotate) => rotate,
            None => RotateToken::id(check::token_in_use(self.session, &self.client)?),
        };
        let days =
            self.order.expires_in.as_deref().map(|text| netbird_tokens::parse_days(text, self.now())).transpose();
        let days = days.map_err(|error| self.session.failed(error.from_source("--expires-in")))?;
        // The successor of one's own token has the same rights, and may be the only one left that works.
        let is_own = self.session.user_id().is_none();
        let rotate = rotate
            .new_name::<String>(self.order.new_name.clone())
            .tag(self.order.tag)
            .expires_in_days(days)
            .adopt(is_own)
            .prepare_only(true);
        let user_id = self.entry().map(|entry| entry.record.user_id.as_str()).or(self.session.user_id());
        self.client.rotate_token(&rotate, user_id).map_err(|error| match self.entry() {
            Some(entry) => self.session.failed_for(error, entry.current_token_id()),
            None => self.session.failed(error),
        })
    }

    /// Whether the token is to be rotated now.
    fn is_due(&self, token: &Token) -> Result<bool, Failure> {
        let Some(within) = self.order.if_expires_within else { return Ok(true) };
        check::lives_longer(token, self.order, self.now(), within)?;
        let must = self.entry().is_some_and(|entry| !entry.undelivered.is_empty());
        let expires = token.expiration_date();
        Ok(must || (!expires.is_zero() && expires.unix_seconds() <= after(self.now(), within)))
    }

    fn nothing_to_do(&self, token: &Token) -> Result<(), Failure> {
        let (now, within) = (self.now(), self.order.if_expires_within.unwrap_or_default());
        let expires = table_second(token);
        let left = crate::table::time_left(token, now).0;
        self.session.note(&format!(
            "Not rotated: token {} expires {expires} ({left}), and not within {}.",
            named(token),
            time(within)
        ));
        self.report(Outcome::NothingToDo, Some(token), None).print(self.session, now)?;
        Err(Failure::NothingToDo)
    }

    fn would_rotate(&self, token: &Token) -> Result<(), Failure> {
        let left = crate::table::time_left(token, self.now()).0;
        self.session.note(&format!(
            "Would rotate token {}, which expires {} ({left}).",
            named(token),
            table_second(token)
        ));
        self.report(Outcome::WouldRotate, Some(token), None).print(self.session, self.now())
    }

    fn report<'b>(&'b self, outcome: Outcome, old: Option<&'b Token>, new: Option<&'b Token>) -> Report<'b> {
        let file = self.target.path();
        Report { outcome, entry: self.entry(), old, new, revoked: &self.revoked, file }
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<(), Failure> {
        let ready = self.target.prepare(self.session)?;
        let before = self.entry().cloned();
        self.begin_journal(rotation)?;
        if let Err(error) = rotation.create() {
            return Err(self.not_created(rotation, before, error));
        }
        let (Some(new), Some(secret)) = (rotation.token(), rotation.plain_token()) else {
            return Err(self.session.failed(Error::bug()));
        };
        let handed_over = self.note_step(rotation, self.target.file().is_none());
        let handed_over = match handed_over {
            Ok(()) => self.hand_over(ready, rotation, &new, &secret),
            Err(failure) => Err(NotThere::Nowhere(failure.to_string())),
        };
        match handed_over {
            Ok(()) => {}
            Err(NotThere::Nowhere(why)) => return Err(self.undo(rotation, before, &why)),
            Err(NotThere::Uncertain(error)) => {
                return Err(Failure::Local(format!(
                    "the new secret is in its file, but a crash of this machine may bring the old one back ({error}). Both \
                     tokens still work; the next run finishes the rotation"
                )));
            }
        }
        rotation.mark_stored();
        self.note_step(rotation, false)?;
        rotation.commit(self.order.overlap.is_some()).map_err(|error| self.unfinished(error))?;
        self.end(rotation, &new)
    }

    /// Writes down what is about to happen, before it does.
    fn begin_journal(&mut self, rotation: &Rotation) -> Result<(), Failure> {
        let old = rotation.old_token();
        let mut record = rotation.record();
        record.keep_old = self.order.overlap.is_some();
        let file = self.target.path().map(ToOwned::to_owned);
        match &mut self.journal {
            Some(journal) => {
                journal.entry.record = record;
                journal.entry.file = file;
            }
            None => {
                let name = self.order.name.clone().unwrap_or_else(|| old.name().to_owned());
                let first = Named { token_id: old.id().to_owned(), name };
                let entry = Entry::begin(first, file, record);
                self.journal = Some(Journal::begin(self.journal_path.clone(), entry));
            }
        }
        self.save()
    }

    /// Writes down how far the rotation is.
    fn note_step(&mut self, rotation: &Rotation, is_handing_over: bool) -> Result<(), Failure> {
        if let Some(journal) = &mut self.journal {
            let keep_old = journal.entry.record.keep_old;
            journal.entry.record = rotation.record();
            journal.entry.record.keep_old = keep_old;
            journal.entry.is_handing_over = is_handing_over;
        }
        self.save()
    }

    fn save(&self) -> Result<(), Failure> {
        self.journal.as_ref().map_or(Ok(()), Journal::save)
    }

    fn hand_over(&self, ready: Ready<'_>, rotation: &Rotation, new: &Token, secret: &Secret) -> Result<(), NotThere> {
        let old = rotation.old_token();
        let json = || {
            self.report(Outcome::Rotated, Some(old), Some(new)).with_secret(
                self.now(),
                secret,
                io::stdout().is_terminal(),
            )
        };
        let json: Option<&dyn Fn() -> SecretText> = if self.session.is_json() { Some(&json) } else { None };
        ready.hand_over(secret, &self.session.cancel, json)
    }

    /// The successor works and the old token is revoked, or kept for a while.
    fn end(&mut self, rotation: &Rotation, new: &Token) -> Result<(), Failure> {
        let (now, old) = (self.now(), rotation.old_token());
        let keep_for = self.order.overlap;
        if let Some(journal) = &mut self.journal {
            journal.entry.record = rotation.record();
            if keep_for.is_some() {
                journal.entry.supersede(old.id(), now);
            }
        }
        self.save()?;
        if keep_for.is_none() {
            self.revoked.push(old.id().to_owned());
        }
        for token_id in self.entry().map(|entry| entry.undelivered.clone()).unwrap_or_default() {
            self.revoke(&token_id)?;
            self.revoked.push(token_id);
        }
        note_rotated(self.session, old, new, now, keep_for);
        match self.target {
            // The object with the secret said it all.
            Target::Stdout => Ok(()),
            _ => self.report(Outcome::Rotated, Some(old), Some(new)).print(self.session, now),
        }
    }
}

/// The Unix time some time after an instant.
fn after(instant: Timestamp, time: Duration) -> i64 {
    instant.unix_seconds().saturating_add(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

fn table_second(token: &Token) -> String {
    crate::table::second(token.expiration_date())
}
