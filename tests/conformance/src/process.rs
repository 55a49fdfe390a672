//! A child process that answers lines, each within a time limit.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long a process may take to end once its input has.
const EXIT_LIMIT: Duration = Duration::from_secs(15);

/// Variables that would change what a client does.
fn is_unwanted(name: &str) -> bool {
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

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// Not within the limit.
    TooSlow(Duration),
    /// The process ended or closed its output.
    Ended,
}

/// How a process came to its end.
#[derive(Debug)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// It had to be killed after this long.
    Killed(Duration),
}

/// The running process.
#[derive(Debug)]
pub struct LineProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Arc<Mutex<Vec<u8>>>,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl LineProcess {
    /// Starts it, in `folder`, without any variable that configures a NetBird client or a proxy but with `env`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &[String], folder: &Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let (program, args) = command.split_first().context("the command is empty")?;
        let mut builder = Command::new(program);
        builder.args(args).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_unwanted) {
                builder.env_remove(&name);
            }
        }
        builder.envs(env);
        let mut child = builder.spawn().with_context(|| format!("starting {program}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no standard output")?;
        let mut errors = child.stderr.take().context("no standard error")?;
        let (sender, lines) = channel();
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&stderr);
        let readers = vec![
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stdout);
                let mut line = Vec::new();
                while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                    let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                    if sender.send(text).is_err() {
                        return;
                    }
                    line.clear();
                }
            }),
            std::thread::spawn(move || {
                let mut chunk = [0_u8; 4096];
                while let Ok(count) = errors.read(&mut chunk) {
                    if count == 0 {
                        return;
                    }
                    kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..count]);
                }
            }),
        ];
        Ok(Self { child, stdin, lines, stderr, readers })
    }

    /// Sends one line and waits for one.
    ///
    /// # Errors
    /// No line came: too slow, or the process is gone.
    pub fn ask(&mut self, line: &str, limit: Duration) -> Result<String, NoAnswer> {
        let sent =
            self.stdin.as_mut().is_some_and(|stdin| writeln!(stdin, "{line}").and_then(|()| stdin.flush()).is_ok());
        if !sent {
            return Err(NoAnswer::Ended);
        }
        self.lines.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => NoAnswer::TooSlow(limit),
            RecvTimeoutError::Disconnected => NoAnswer::Ended,
        })
    }

    /// What it wrote on standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        let bytes = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Ends its input and waits for its end. Gives also the lines that nobody asked for, and all of standard error.
    #[must_use]
    pub fn finish(mut self) -> (End, Vec<String>, String) {
        self.stdin = None;
        let started = Instant::now();
        let end = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break End::Exited(status),
                Ok(None) if started.elapsed() < EXIT_LIMIT => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => {
                    self.kill();
                    break End::Killed(started.elapsed());
                }
            }
        };
        // A grandchild may hold the pipes open: wait for the readers, but not for ever.
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until && !self.readers.iter().all(std::thread::JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let unasked = self.lines.try_iter().collect();
        let stderr = self.stderr();
        (end, unasked, stderr)
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        // Errors mean that it is gone already.
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
