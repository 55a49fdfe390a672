//! A child process that answers lines, each within a time limit.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use thiserror::Error;

use crate::stderr::KeptStderr;

/// How long a process may take to exit after its input was closed.
const EXIT_LIMIT: Duration = Duration::from_secs(15);

/// Variables that would change what a client does.
fn configures_clients(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.starts_with("NB_")
        || upper.starts_with("NETBIRD_")
        || matches!(
            upper.as_str(),
            "HTTP_PROXY"
                | "HTTPS_PROXY"
                | "ALL_PROXY"
                | "NO_PROXY"
                | "REQUEST_METHOD"
                | "SSL_CERT_FILE"
                | "SSL_CERT_DIR"
        )
}

/// Why there is no line.
#[derive(Debug, Error)]
pub enum NoLine {
    /// Not within the limit.
    #[error("no line within {0:?}")]
    TooSlow(Duration),
    /// The process has ended or closed its output.
    #[error("the process has ended")]
    Ended,
}

/// How a process ended.
#[derive(Debug)]
pub enum Exit {
    /// By itself.
    Exited(ExitStatus),
    /// It was killed after this long.
    Killed(Duration),
}

/// The running process.
#[derive(Debug)]
pub struct LineProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: KeptStderr,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl LineProcess {
    /// Starts it in `folder`. It inherits no variable that configures a NetBird client or a proxy, and gets `env`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &[String], folder: &Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let (program, args) = command.split_first().context("the command is empty")?;
        let mut builder = Command::new(program);
        builder.args(args).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(configures_clients) {
                builder.env_remove(&name);
            }
        }
        builder.envs(env);
        let mut child = builder.spawn().with_context(|| format!("starting {program}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no standard output")?;
        let (stderr, stderr_reader) = KeptStderr::keep(child.stderr.take().context("no standard error")?)?;
        let (sender, lines) = channel();
        let stdout_reader = std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                if sender.send(text).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Ok(Self { child, stdin, lines, stderr, readers: vec![stdout_reader, stderr_reader] })
    }

    /// Sends one line.
    ///
    /// # Errors
    /// The process has ended.
    pub fn send(&mut self, line: &str) -> Result<(), NoLine> {
        let stdin = self.stdin.as_mut().ok_or(NoLine::Ended)?;
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).map_err(|_| NoLine::Ended)
    }

    /// Waits for one line.
    ///
    /// # Errors
    /// No line came: too slow, or the process has ended.
    pub fn receive(&mut self, limit: Duration) -> Result<String, NoLine> {
        self.lines.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => NoLine::TooSlow(limit),
            RecvTimeoutError::Disconnected => NoLine::Ended,
        })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote on standard error so far: at least all that it wrote before the last line that was received.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Closes its input and waits until it exits. Returns also the lines that were not received, and all of standard error.
    #[must_use]
    pub fn finish(mut self) -> (Exit, Vec<String>, String) {
        self.stdin = None;
        let started = Instant::now();
        let exit = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Exit::Exited(status),
                Ok(None) if started.elapsed() < EXIT_LIMIT => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => {
                    self.kill();
                    break Exit::Killed(started.elapsed());
                }
            }
        };
        // A grandchild may hold the pipes open: wait for the readers, but not forever.
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until && !self.readers.iter().all(std::thread::JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let extra_lines = self.lines.try_iter().collect();
        let stderr = self.stderr();
        (exit, extra_lines, stderr)
    }

    /// Kills it.
    pub fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for LineProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}
