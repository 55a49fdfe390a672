//! One run at a time: a lock beside the journal.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::file_lock::{FileLock, LockError};

/// Held until it is dropped.
pub(crate) struct Lock(#[expect(dead_code, reason = "dropping it releases the lock")] FileLock);

impl Lock {
    /// Takes the lock, or says that another run has it.
    pub(crate) fn take(journal: &Path) -> Result<Self, Failure> {
        let path = lock_path(journal);
        let shown = path.display();
        FileLock::try_take(&path).map(Lock).map_err(|error| match error {
            LockError::Taken => {
                Failure::Busy(format!("another run is using the journal {}: this one did nothing", journal.display()))
            }
            LockError::NotOpened(error) => {
                Failure::usage(format!("the journal's lock {shown} cannot be opened: {error}. Nothing was changed"))
            }
            LockError::Failed(error) => {
                Failure::Local(format!("the journal's lock {shown} cannot be taken: {error}. Nothing was changed"))
            }
        })
    }
}

fn lock_path(journal: &Path) -> PathBuf {
    let mut path = OsString::from(journal);
    path.push(".lock");
    path.into()
}
