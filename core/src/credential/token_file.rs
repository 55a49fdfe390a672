//! A file that holds a credential. It is opened again each time, so a replaced file or symbolic link is noticed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Advice, Error, Result};

use super::{Credential, looks_like_credential, mistake};

/// No credential is longer: a JWT with many groups has some kilobytes.
const MOST_BYTES: usize = 64 * 1024;

/// A path, and how errors name the file.
pub(crate) struct TokenFile {
    given: String,
    /// The same place after the process has changed its working directory. Symbolic links in it are not resolved yet.
    absolute: PathBuf,
    name: String,
}

/// Refuses what cannot be meant as a path.
pub(crate) fn check_path(name: &str, path: &Option<String>) -> Result<()> {
    match path.as_deref() {
        Some("") => Err(Error::invalid_argument(format!("{name} is empty: give the path of a file"))),
        Some(path) if looks_like_credential(path) => Err(Error::invalid_argument(format!(
            "{name} is the path of a file, and this looks like a credential itself: give the path (./ first, if the file has such a name)"
        ))),
        _ => Ok(()),
    }
}

impl TokenFile {
    /// The file at a path; `source` names the option it came from.
    pub(crate) fn new(path: &str, source: Option<&str>) -> Self {
        TokenFile {
            given: path.to_owned(),
            absolute: std::path::absolute(path).unwrap_or_else(|_| path.into()),
            name: format!("{} {path}", source.unwrap_or("token_file")),
        }
    }

    /// The path, as it was given.
    pub(crate) fn path(&self) -> &str {
        &self.given
    }

    /// The credential that the file holds now.
    pub(crate) fn read(&self) -> Result<Credential> {
        let bytes = self.bytes()?;
        let text = std::str::from_utf8(&bytes).map_err(|_| mistake::invalid("the content is not UTF-8 text"));
        if text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
            return Err(self.unusable("is empty: write a PAT or a JWT to it"));
        }
        text.and_then(Credential::detect)
            .map_err(|error| error.from_source(&self.name).with_advice(Advice::CorrectInput))
    }

    fn bytes(&self) -> Result<Zeroizing<Vec<u8>>> {
        let unreadable = |error: io::Error| self.unusable(&format!("cannot be read: {error}"));
        // Looked at before it is opened, because opening a device can already do something.
        let metadata = std::fs::metadata(&self.absolute).map_err(unreadable)?;
        self.check_kind(metadata.file_type())?;
        let file = open(&self.absolute).map_err(unreadable)?;
        self.check_kind(file.metadata().map_err(unreadable)?.file_type())?;
        // With room for more than is read it never grows, so no copy stays behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 64));
        file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() > MOST_BYTES {
            return Err(self.unusable("is larger than 64 KiB, so it holds something else than a credential"));
        }
        Ok(bytes)
    }

    /// Reading anything else might never end.
    fn check_kind(&self, kind: std::fs::FileType) -> Result<()> {
        if kind.is_dir() {
            Err(self.unusable("is a directory: give the path of a file in it"))
        } else if !kind.is_file() {
            Err(self.unusable("is not a regular file: only a regular file can be read again"))
        } else {
            Ok(())
        }
    }

    fn unusable(&self, why: &str) -> Error {
        Error::configuration(format!("{} {why}", self.name)).with_advice(Advice::CorrectInput)
    }
}

/// Opens without waiting: the file may have become a FIFO since it was looked at.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}
