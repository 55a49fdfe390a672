//! The login that is kept between commands, one for each management URL.
//!
//! A record in a file says that there is one and where its tokens are: in the system's keyring, or in the record itself. So a
//! command that has no login, or does not need it, never asks the keyring.

mod keyring;
mod place;
mod record;
mod resume;

use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use netbird_tokens::{ErrorKind, LoginSession, Secret, Timestamp};
use zeroize::Zeroizing;

use self::keyring::{Keyring, KeyringError};
use self::place::Place;
use self::record::Record;
use crate::arguments::LoginStore;
use crate::atomic_file::{AtomicFile, ReplaceError, remove_leftover};
use crate::failure::Failure;
use crate::file_lock::{FileLock, LockError};
use crate::interrupt::TICK;
use crate::session::Session;

/// Far more than any record has.
const MOST_BYTES: u64 = 1024 * 1024;
/// How long another process may take for its refresh, or for its own wait for the keyring.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// The login of one management URL, whether there is one or not.
pub(crate) struct StoredLogin<'a> {
    session: &'a Session,
    management_url: String,
    place: Place,
}

impl<'a> StoredLogin<'a> {
    /// For this management URL, in its normal form. `None` if there is no home directory to keep it in.
    pub(crate) fn of(session: &'a Session, management_url: &str) -> Result<Option<Self>, Failure> {
        let place = Place::of(management_url).map_err(Failure::configuration)?;
        Ok(place.map(|place| StoredLogin { session, management_url: management_url.to_owned(), place }))
    }

    /// The file with the record.
    pub(crate) fn path(&self) -> &Path {
        self.place.record()
    }

    /// Finds out whether a login can be kept there, before a person takes the trouble to log in. The error says why not.
    pub(crate) fn try_store(&self, store: LoginStore) -> Result<Result<(), String>, Failure> {
        let kept = match store {
            LoginStore::Keyring => match self.keyring().probe() {
                Err(KeyringError::Interrupted) => return Err(interrupted()),
                tried => tried.map_err(|error| error.to_string()),
            },
            LoginStore::File => Ok(()),
        };
        // The record is a file with either of them.
        Ok(kept.and_then(|()| {
            let tried = self.place.make_folder().and_then(|()| AtomicFile::create(self.path()).map(drop));
            tried.map_err(|error| format!("{} cannot be written: {error}", self.path().display()))
        }))
    }

    /// Keeps a login in place of the one that was kept before.
    pub(crate) fn keep(&self, store: LoginStore, login: &LoginSession) -> Result<(), Failure> {
        let unusable = |why: String| Failure::Local(format!("you are logged in, but the login cannot be kept: {why}"));
        self.place.make_folder().map_err(|error| unusable(format!("{}: {error}", self.path().display())))?;
        let lock = self.lock()?;
        // What cannot be read is replaced.
        let old = self.read().ok().flatten();
        self.write(&lock, store, login, None).map_err(unusable)?;
        if store == LoginStore::File && old.is_some_and(|old| old.store == LoginStore::Keyring) {
            // It is not in use any more. If it cannot be removed now, `logout` tries again.
            let _ = self.keyring().remove(&self.management_url);
        }
        Ok(())
    }

    /// Removes the login, and says where it was.
    pub(crate) fn forget(&self) -> Result<Vec<LoginStore>, Failure> {
        let mut removed = Vec::new();
        if !self.place.record().parent().is_some_and(Path::exists) {
            // Another program may have removed the records and not the keyring's entries.
            self.forget_in_keyring(false, &mut removed)?;
            return Ok(removed);
        }
        let _lock = self.lock()?;
        let record = self.read();
        let is_in_keyring = matches!(&record, Ok(Some(record)) if record.store == LoginStore::Keyring);
        self.forget_in_keyring(is_in_keyring, &mut removed)?;
        remove_leftover(self.path());
        match std::fs::remove_file(self.path()) {
            Ok(()) if !is_in_keyring => removed.push(LoginStore::File),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let path = self.path().display();
                return Err(Failure::Local(format!("the login in {path} cannot be removed: {error}")));
            }
            _ => {}
        }
        Ok(removed)
    }

    /// `must`: it is known to be there, so that a keyring that cannot be opened is a failure.
    fn forget_in_keyring(&self, must: bool, removed: &mut Vec<LoginStore>) -> Result<(), Failure> {
        match self.keyring().remove(&self.management_url) {
            Ok(true) => removed.push(LoginStore::Keyring),
            // It was removed there already. The record goes, too.
            Ok(false) if must => removed.push(LoginStore::Keyring),
            Ok(false) => {}
            Err(KeyringError::Interrupted) => return Err(interrupted()),
            Err(error) if must => {
                return Err(Failure::configuration(format!(
                    "the login for {} is in the keyring and cannot be removed: {error}. Unlock the keyring and try again, or \
                     remove the entry `netbird-tokens` there",
                    self.management_url
                )));
            }
            Err(_) => {}
        }
        Ok(())
    }

    fn keyring(&self) -> Keyring<'_> {
        Keyring { cancel: &self.session.cancel, limit: self.session.connection.timeout }
    }

    /// Held while the login is read and written, so that two processes do not use one refresh token twice.
    fn lock(&self) -> Result<FileLock, Failure> {
        let path = self.place.lock();
        let give_up = Instant::now() + LOCK_LIMIT;
        loop {
            match FileLock::try_take(&path) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Taken) if self.session.cancel.is_cancelled() => return Err(interrupted()),
                Err(LockError::Taken) if Instant::now() < give_up => std::thread::sleep(TICK),
                Err(LockError::Taken) => {
                    return Err(Failure::Local(format!(
                        "another netbird-tokens is using the login for {}: try again later",
                        self.management_url
                    )));
                }
                Err(LockError::NotOpened(error) | LockError::Failed(error)) => {
                    return Err(Failure::Local(format!("the lock {} cannot be taken: {error}", path.display())));
                }
            }
        }
    }

    fn read(&self) -> Result<Option<Record>, Failure> {
        let text = match read_file(self.path()) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error.to_string())),
        };
        let record = Record::parse(&text).map_err(|why| self.unusable(&why))?;
        if record.management_url != self.management_url {
            return Err(self.unusable("it belongs to another server"));
        }
        if record.session.is_some() {
            self.session.warn_of_readers("the login", self.path());
        }
        Ok(Some(record))
    }

    /// What the library exported.
    fn text_of(&self, record: &Record) -> Result<Secret, Failure> {
        if let Some(session) = &record.session {
            return Ok(session.clone());
        }
        let url = &self.management_url;
        match self.keyring().read(url) {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(Failure::configuration(format!(
                "the keyring no longer has the login for {url}: log in again with `netbird-tokens login`, or give a credential"
            ))),
            Err(KeyringError::Interrupted) => Err(interrupted()),
            Err(error) => Err(Failure::configuration(format!(
                "the login for {url} is in the keyring, and {error}: unlock it, log in again with `netbird-tokens login \
                 --store file`, or give a credential (NB_PAT, --token-file)"
            ))),
        }
    }

    /// Writes the login and its record.
    fn write(
        &self,
        _held: &FileLock,
        store: LoginStore,
        login: &LoginSession,
        refresh_failed_at: Option<Timestamp>,
    ) -> Result<(), String> {
        let text = login.export();
        let session = match store {
            LoginStore::Keyring => {
                self.keyring().write(&self.management_url, &text).map_err(|error| error.to_string())?;
                None
            }
            LoginStore::File => Some(text),
        };
        let management_url = self.management_url.clone();
        self.replace(&Record { management_url, store, expires_at: login.expires_at(), refresh_failed_at, session })
    }

    fn replace(&self, record: &Record) -> Result<(), String> {
        let written = AtomicFile::create(self.path())
            .map_err(ReplaceError::NotReplaced)
            .and_then(|file| file.replace(record.text().as_bytes()));
        written.map_err(|error| {
            let (ReplaceError::NotReplaced(error) | ReplaceError::NotDurable(error)) = error;
            format!("{} cannot be written: {error}", self.path().display())
        })
    }

    fn unusable(&self, why: &str) -> Failure {
        Failure::configuration(format!(
            "the login in {} cannot be used: {why}. Log in again with `netbird-tokens login`, remove it with `netbird-tokens \
             logout`, or give a credential (NB_PAT, --token-file)",
            self.path().display()
        ))
    }
}

fn interrupted() -> Failure {
    Failure::refused(ErrorKind::Cancelled, "interrupted. Nothing was stored or sent")
}

fn read_file(path: &Path) -> io::Result<Zeroizing<String>> {
    // A FIFO would block.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let bytes = crate::input::content(std::fs::File::open(path)?.take(MOST_BYTES + 1), MOST_BYTES)?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
