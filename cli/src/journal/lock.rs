//! One run at a time: an operating system's lock on a file beside the journal, which a killed process cannot keep.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Held until it is dropped. The file stays: removing it would let two runs lock two files of the same name.
pub(crate) struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl Lock {
    /// Takes the lock, or says that another run has it.
    pub(crate) fn take(journal: &Path) -> Result<Self, Failure> {
        let path = lock_path(journal);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| {
            let path = path.display();
            Failure::usage(format!("the journal's lock {path} cannot be opened: {error}. Nothing was changed"))
        })?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Lock(file)),
            Err(fs4::TryLockError::WouldBlock) => Err(Failure::Busy(format!(
                "another run is using the journal {}: this one did nothing",
                journal.display()
            ))),
            Err(fs4::TryLockError::Error(error)) => {
                let path = path.display();
                Err(Failure::Local(format!("the journal's lock {path} cannot be taken: {error}. Nothing was changed")))
            }
        }
    }
}

fn lock_path(journal: &Path) -> PathBuf {
    let mut path = OsString::from(journal);
    path.push(".lock");
    path.into()
}
