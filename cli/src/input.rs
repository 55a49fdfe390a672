//! Reading files and standard input with an end: opening a FIFO that nobody writes to blocks, and so may a file system.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use netbird_tokens::{CancelToken, ErrorKind};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::interrupt::{Stopped, wait_for};

/// When to give up.
pub(crate) struct Limits<'a> {
    /// The option that named the input.
    pub(crate) option: &'static str,
    pub(crate) bytes: u64,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) time: Option<Duration>,
}

/// The content of a file; `what` says what it is, as "the token file".
pub(crate) fn read(limits: &Limits<'_>, what: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let (owned, bytes) = (path.to_owned(), limits.bytes);
    let name = format!("{what} {}", path.display());
    finish(limits, &name, wait_for(move || content(File::open(owned)?, bytes), limits.cancel, limits.time))
}

/// All of standard input.
pub(crate) fn read_stdin(limits: &Limits<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let bytes = limits.bytes;
    finish(limits, "standard input", wait_for(move || content(io::stdin(), bytes), limits.cancel, limits.time))
}

type Content = Zeroizing<Vec<u8>>;

fn finish(limits: &Limits<'_>, name: &str, read: Result<io::Result<Content>, Stopped>) -> Result<Content, Failure> {
    match read {
        Ok(Ok(content)) => Ok(content),
        Ok(Err(error)) => Err(Failure::configuration(format!("{name} cannot be read: {error}"))),
        Err(Stopped::Interrupted) => {
            Err(Failure::cancelled(format!("interrupted while {name} was read; nothing was sent")))
        }
        Err(Stopped::TimeOver) => Err(Failure::refused(
            ErrorKind::Timeout,
            format!(
                "{name} did not end within the time limit: check what writes to it, or what {} names",
                limits.option
            ),
        )),
    }
}

/// All that there is to read, up to a limit.
pub(crate) fn content(from: impl Read, most: u64) -> io::Result<Content> {
    let mut content = Zeroizing::new(Vec::new());
    let mut part = Zeroizing::new([0; 16 * 1024]);
    let mut from = from.take(most + 1);
    loop {
        let length = match from.read(&mut *part) {
            Ok(0) => return Ok(content),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        append(&mut content, &part[..length]);
        if content.len() as u64 > most {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {most} bytes")));
        }
    }
}

/// Appends without leaving a copy behind: a vector that grows moves its content and does not wipe the old place.
pub(crate) fn append(to: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    if to.capacity() - to.len() < bytes.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity((2 * to.capacity()).max(to.len() + bytes.len())));
        larger.extend_from_slice(to);
        *to = larger;
    }
    to.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_whole_or_too_large() {
        let bytes = vec![7; 50_000];
        assert_eq!(*content(bytes.as_slice(), 50_000).unwrap(), bytes);
        assert_eq!(content(bytes.as_slice(), 49_999).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
