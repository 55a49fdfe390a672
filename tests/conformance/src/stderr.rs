//! What a child process writes on standard error, kept while it runs.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// The kept text. What the process wrote before it answered on standard output is there when that answer has arrived.
#[derive(Clone, Debug)]
pub(crate) struct KeptStderr(Arc<Mutex<Pipe>>);

#[derive(Debug)]
struct Pipe {
    end: ChildStderr,
    kept: Vec<u8>,
}

/// Whether reading would not block: there is something to read, or the pipe is closed.
fn is_readable(pipe: &impl AsFd, timeout: Option<&Timespec>) -> bool {
    let mut watched = [PollFd::new(pipe, PollFlags::IN)];
    loop {
        match poll(&mut watched, timeout) {
            Err(rustix::io::Errno::INTR) => {}
            result => return result.is_ok_and(|ready| ready > 0),
        }
    }
}

impl Pipe {
    /// Takes what is there. Says whether there may be more later.
    fn drain(&mut self) -> bool {
        let mut chunk = [0_u8; 4096];
        while is_readable(&self.end, Some(&AT_ONCE)) {
            match self.end.read(&mut chunk) {
                Ok(0) | Err(_) => return false,
                Ok(count) => self.kept.extend_from_slice(&chunk[..count]),
            }
        }
        true
    }
}

impl KeptStderr {
    /// Begins to read. The thread ends when the pipe is closed.
    pub(crate) fn keep(end: ChildStderr) -> io::Result<(Self, JoinHandle<()>)> {
        let watched: OwnedFd = end.as_fd().try_clone_to_owned()?;
        let kept = KeptStderr(Arc::new(Mutex::new(Pipe { end, kept: Vec::new() })));
        let shared = kept.clone();
        let reader = thread::spawn(move || while is_readable(&watched, None) && shared.lock().drain() {});
        Ok((kept, reader))
    }

    fn lock(&self) -> MutexGuard<'_, Pipe> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was written so far.
    pub(crate) fn text(&self) -> String {
        let mut pipe = self.lock();
        // The reader may not have been woken yet.
        pipe.drain();
        String::from_utf8_lossy(&pipe.kept).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_was_written_before_an_answer_is_there_with_the_answer() {
        let script = "for i in $(seq 500); do echo error $i >&2; echo answer $i; done";
        let mut child =
            Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (kept, reader) = KeptStderr::keep(child.stderr.take().unwrap()).unwrap();
        for (at, line) in BufReader::new(child.stdout.take().unwrap()).lines().enumerate() {
            assert_eq!(line.unwrap(), format!("answer {}", at + 1));
            assert!(kept.text().contains(&format!("error {}\n", at + 1)));
        }
        child.wait().unwrap();
        reader.join().unwrap();
    }
}
