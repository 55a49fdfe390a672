//! Writing a secret to standard output, or saying for certain that it did not get there.

use std::io::{self, Write};
use std::time::Duration;

use netbird_tokens::CancelToken;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input::append;
use crate::interrupt::{Stopped, wait_for};
use crate::printable::write_printable_json;

/// How long a reader has to take a secret after an interruption.
const LAST_CHANCE: Duration = Duration::from_secs(1);

/// Text that holds a secret: wiped when dropped, and never moved without being wiped.
#[derive(Default)]
pub(crate) struct SecretText(Zeroizing<Vec<u8>>);

impl Write for SecretText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        append(&mut self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SecretText {
    pub(crate) fn new(parts: &[&str]) -> Self {
        let mut text = SecretText::default();
        for part in parts {
            append(&mut text.0, part.as_bytes());
        }
        text
    }

    /// A value as JSON with a line end.
    pub(crate) fn json(value: &impl Serialize, pretty: bool) -> Self {
        let mut text = SecretText::default();
        let written = if pretty {
            serde_json::to_writer_pretty(&mut text, value)
        } else {
            serde_json::to_writer(&mut text, value)
        };
        written.expect("texts, numbers and lists of them always serialise");
        let json = std::str::from_utf8(&text.0).expect("JSON is UTF-8");
        let mut safe = SecretText::default();
        write_printable_json(json, |part| append(&mut safe.0, part.as_bytes()));
        append(&mut safe.0, b"\n");
        safe
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes it all to standard output. An interruption ends the wait for a reader that does not read.
    pub(crate) fn print(self, cancel: &CancelToken) -> io::Result<()> {
        // A signal that came before the secret was there does not keep it from a reader that takes it.
        let (interrupt, limit) =
            if cancel.is_cancelled() { (CancelToken::new(), Some(LAST_CHANCE)) } else { (cancel.clone(), None) };
        match wait_for(move || write_stdout(&self.0), &interrupt, limit) {
            Ok(written) => written,
            Err(Stopped::Interrupted | Stopped::TimeOver) => {
                Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted while it was written"))
            }
        }
    }
}

/// Not by `std::io::stdout`, which takes a descriptor that cannot be written to for a success, and keeps a copy.
#[cfg(unix)]
fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    use std::os::fd::AsFd as _;
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    std::fs::File::from(out).write_all(bytes)
}

#[cfg(not(unix))]
fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Refuses to create a token whose secret would go nowhere. A standard output that the caller closed counts too: the
/// language's start-up code has put `/dev/null` in its place, where every write succeeds.
#[cfg(unix)]
pub(crate) fn require_reader(option: &str) -> Result<(), Failure> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    use nix::fcntl::{FcntlArg, OFlag, fcntl};

    let unusable = |why: &str| {
        Failure::usage(format!(
            "standard output {why}, so the secret would be lost: capture it, or pass {option}. No token was created"
        ))
    };
    let out =
        io::stdout().as_fd().try_clone_to_owned().map_err(|error| unusable(&format!("cannot be used ({error})")))?;
    let flags = fcntl(&out, FcntlArg::F_GETFL).map_err(|error| unusable(&format!("cannot be used ({error})")))?;
    if OFlag::from_bits_truncate(flags) & OFlag::O_ACCMODE == OFlag::O_RDONLY {
        return Err(unusable("is open for reading only"));
    }
    let out = std::fs::File::from(out).metadata();
    match (out, std::fs::metadata("/dev/null")) {
        (Ok(out), Ok(null)) if (out.dev(), out.ino()) == (null.dev(), null.ino()) => {
            Err(unusable("is closed or /dev/null"))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn require_reader(_: &str) -> Result<(), Failure> {
    Ok(())
}

/// Keeps a file size limit (`ulimit -f`) from ending the process by SIGXFSZ: writing then fails with an error, and the token
/// that was created can be named. Holds for this thread and those that it starts.
#[cfg(unix)]
pub(crate) fn survive_file_size_limit() {
    use nix::sys::signal::{SigSet, Signal};
    let mut limit = SigSet::empty();
    limit.add(Signal::SIGXFSZ);
    // It fails for an invalid `how` alone, which is not ours to give.
    let _ = limit.thread_block();
}

#[cfg(not(unix))]
pub(crate) fn survive_file_size_limit() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_as_elsewhere() {
        let value = serde_json::json!({"name": "a\u{202e}b", "plain_token": "nbp_x"});
        let compact = SecretText::json(&value, false);
        assert_eq!(&**compact.0, b"{\"name\":\"a\\u202eb\",\"plain_token\":\"nbp_x\"}\n");
        let pretty = SecretText::json(&value, true);
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&pretty.0).unwrap(), value);
        assert!(pretty.0.ends_with(b"\n}\n"));
    }
}
