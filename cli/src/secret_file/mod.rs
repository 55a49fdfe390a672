//! The files that secrets are stored in: the new one that `--secret-file` names, and the one that `--write-to` replaces.

mod rotated;

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use netbird_tokens::Secret;

pub(crate) use self::rotated::{PreparedFile, RotatedFile};
use crate::failure::Failure;

/// A new, empty file that only this user may read. It is made before the token is created, so that a bad path costs nothing,
/// and removed again unless a secret was stored in it.
pub(crate) struct SecretFile {
    path: PathBuf,
    file: File,
    keep: bool,
}

impl SecretFile {
    /// Makes the file; never opens one that exists.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            let why = if error.kind() == io::ErrorKind::AlreadyExists {
                "it already exists and is not overwritten".to_owned()
            } else {
                error.to_string()
            };
            Failure::usage(format!("the secret cannot be stored in {}: {why}. No token was created", path.display()))
        })?;
        Ok(SecretFile { path: path.to_owned(), file, keep: false })
    }

    /// Writes the secret, without a newline, and waits until it is on the disk.
    pub(crate) fn store(&mut self, secret: &Secret) -> io::Result<()> {
        // From here on it may hold the secret or a part of it, and is kept.
        self.keep = true;
        self.file.write_all(secret.expose().as_bytes())?;
        self.file.sync_all()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        if !self.keep {
            // It is empty: that it stays does no harm.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
