//! Process groups of the commands that run, so that a time limit or Ctrl-C ends each with everything that it started.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, process, thread};

use anyhow::{Context, Result};

/// Process groups that were started here and still run.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends every running command when this process is interrupted (Ctrl-C) or terminated. Each command is in a process
/// group of its own, so the terminal's signal reaches only this process.
pub fn end_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for group in running().iter() {
            signal(*group, "TERM");
        }
        thread::sleep(Duration::from_millis(500));
        for group in running().iter() {
            signal(*group, "KILL");
        }
        process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}

/// True once Ctrl-C was pressed: later failures are its consequence.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn signal(group: u32, name: &str) {
    // It fails only if the group has already ended.
    let _ = Command::new("kill")
        .args(["-s", name, "--", &format!("-{group}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// A running command, and what it started.
pub struct Group {
    /// The command itself.
    pub child: Child,
}

impl Group {
    /// Starts a command in a process group of its own.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        running().insert(child.id());
        Ok(Self { child })
    }

    /// Waits for the command to end. At the time limit the whole group is ended, and the answer is `None`.
    pub fn wait(mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let group = self.child.id();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break Some(status);
            }
            if started.elapsed() > limit {
                self.end()?;
                break None;
            }
            thread::sleep(Duration::from_millis(20));
        };
        running().remove(&group);
        Ok(status)
    }

    /// Asks the group to end, and two seconds later ends what is left of it.
    fn end(&mut self) -> io::Result<()> {
        let group = self.child.id();
        signal(group, "TERM");
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() && asked.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(20));
        }
        signal(group, "KILL");
        self.child.wait().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_limit_ends_the_whole_group() {
        const STARTED: &str = "started\n";
        let (mut reader, writer) = io::pipe().expect("pipe");
        let mut command = Command::new("sh");
        command.args(["-c", "(sleep 20; echo survived) & echo started; wait"]).stdout(writer);
        let group = Group::spawn(&mut command).expect("sh");
        // This process's own end of the pipe would keep it open.
        drop(command);
        let mut text = vec![0; STARTED.len()];
        reader.read_exact(&mut text).expect("the first line");
        assert_eq!(group.wait(Duration::ZERO).expect("ended"), None);
        // The pipe ends when no process of the group is left.
        reader.read_to_end(&mut text).expect("the rest");
        assert_eq!(String::from_utf8_lossy(&text), STARTED);
    }
}
