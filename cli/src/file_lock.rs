//! One process at a time: an operating system's lock on a file, which a killed process cannot keep.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Held until it is dropped. The file stays: removing it would let two processes lock two files of the same name.
pub(crate) struct FileLock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

/// Why a lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process has it.
    Taken,
    /// The file cannot be opened.
    NotOpened(io::Error),
    /// The file system has no locks, for example.
    Failed(io::Error),
}

impl FileLock {
    /// Takes the lock if it is free. The file is made if it is not there; only this user may read it.
    pub(crate) fn try_take(path: &Path) -> Result<Self, LockError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(LockError::NotOpened)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(FileLock(file)),
            Err(fs4::TryLockError::WouldBlock) => Err(LockError::Taken),
            Err(fs4::TryLockError::Error(error)) => Err(LockError::Failed(error)),
        }
    }
}
