//! Going on with a login that was kept, and refreshing it shortly before it expires.

use std::time::Duration;

use netbird_tokens::{ErrorKind, LoginSession, Timestamp};

use super::{StoredLogin, interrupted};
use crate::arguments::LoginStore;
use crate::failure::Failure;
use crate::table;

use super::record::Record;

/// How long a refresh may hold a command up. The old tokens still work, so it is not worth waiting for long.
const REFRESH_LIMIT: Duration = Duration::from_secs(5);
/// How long a command does not try what another one has just failed at, in seconds.
const PAUSE: i64 = 60;

impl StoredLogin<'_> {
    /// The login that is kept, with tokens that do not expire soon if the identity provider gives any.
    pub(crate) fn resume(&self) -> Result<Option<(LoginSession, LoginStore)>, Failure> {
        let Some(record) = self.read()? else { return Ok(None) };
        let login = self.restore(&record)?;
        if !login.needs_refresh() || has_just_failed(&record) {
            return Ok(Some((login, record.store)));
        }
        self.refresh(login, record.store)
    }

    fn refresh(&self, old: LoginSession, store: LoginStore) -> Result<Option<(LoginSession, LoginStore)>, Failure> {
        let lock = match self.lock() {
            Ok(lock) => lock,
            Err(_) if self.session.cancel.is_cancelled() => return Err(interrupted()),
            // The tokens that are there still work.
            Err(_) => return Ok(Some((old, store))),
        };
        // Another process may have refreshed it meanwhile, or forgotten it.
        let Some(mut record) = self.read()? else { return Ok(None) };
        let login = self.restore(&record)?;
        if !login.needs_refresh() || has_just_failed(&record) {
            return Ok(Some((login, record.store)));
        }
        let Err(error) = login.with_cancel(&self.session.cancel).refresh() else {
            if let Err(why) = self.write(&lock, record.store, &login, None) {
                self.session.warn(&format!(
                    "warning: the login for {} was refreshed and cannot be kept: {why}. Log in again when it has expired",
                    self.management_url
                ));
            }
            return Ok(Some((login, record.store)));
        };
        if error.kind() == ErrorKind::Cancelled {
            return Err(interrupted());
        }
        let why = error.message();
        self.session.note(&crate::printable::printable(&format!(
            "The login could not be refreshed ({why}). It expires {}: log in again then.",
            table::second(login.expires_at())
        )));
        record.refresh_failed_at = Some(Timestamp::now());
        // If it cannot be written, the next command tries the refresh again.
        let _ = self.replace(&record);
        Ok(Some((login, record.store)))
    }

    fn restore(&self, record: &Record) -> Result<LoginSession, Failure> {
        let text = self.text_of(record)?;
        let options = self.session.server_options()?;
        let options = options.timeout(self.session.connection.timeout.min(REFRESH_LIMIT)).max_retries(0);
        let login = LoginSession::restore(text.expose(), options);
        let login = login.map_err(|error| self.unusable(error.message()))?;
        if login.management_url() != self.management_url {
            return Err(self.unusable("it belongs to another server"));
        }
        // A refresh in the background would end with this program, perhaps after the old refresh token was replaced.
        login.refresh_on_request();
        Ok(login)
    }
}

/// Whether a refresh has just failed. A time in the future is of a clock that was wrong.
fn has_just_failed(record: &Record) -> bool {
    let since =
        record.refresh_failed_at.map(|time| Timestamp::now().unix_seconds().saturating_sub(time.unix_seconds()));
    since.is_some_and(|seconds| (0..PAUSE).contains(&seconds))
}
