//! External commands: no standard input, a time limit, output in a log, and nothing left
//! running when the limit or Ctrl-C ends them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Process groups that we started and that still run.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ends every command we started when the person presses Ctrl-C or the system ends us.
/// Each runs in its own process group, so none would hear of it otherwise.
pub fn end_children_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for group in running().iter() {
            end_group(*group, "TERM");
        }
        thread::sleep(Duration::from_millis(500));
        for group in running().iter() {
            end_group(*group, "KILL");
        }
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}

/// True once Ctrl-C was pressed: what failed since then failed because of it.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn running() -> std::sync::MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn end_group(group: u32, signal: &str) {
    // Failure means that the group is gone already, which is what was wanted.
    let _ = Command::new("kill")
        .args(["-s", signal, "--", &format!("-{group}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// One external command and the rules it runs under.
#[derive(Debug)]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    dir: Option<PathBuf>,
    env: Vec<(OsString, OsString)>,
    limit: Duration,
    log: Option<PathBuf>,
}

impl Cmd {
    /// A command with a limit of ten minutes whose output goes to the terminal.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            dir: None,
            env: Vec::new(),
            limit: Duration::from_secs(600),
            log: None,
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Runs in this folder.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Ends the command, and all it started, after so many minutes.
    pub fn limit_minutes(mut self, minutes: u64) -> Self {
        self.limit = Duration::from_secs(minutes * 60);
        self
    }

    /// Appends the output to this file instead of the terminal.
    pub fn log(mut self, log: impl AsRef<Path>) -> Self {
        self.log = Some(log.as_ref().to_owned());
        self
    }

    /// The command as a person would type it, for messages.
    pub fn shown(&self) -> String {
        let mut words = vec![self.program.to_string_lossy().into_owned()];
        words.extend(self.args.iter().map(|arg| {
            let arg = arg.to_string_lossy();
            if arg.contains('\n') {
                "…".to_owned()
            } else if arg.is_empty() || arg.contains(char::is_whitespace) {
                format!("'{arg}'")
            } else {
                arg.into_owned()
            }
        }));
        words.join(" ")
    }

    fn command(&self, stdin: Stdio) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).stdin(stdin);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        if let Some(path) = std::env::var_os(LIBRARY_PATH) {
            let built = std::env::current_exe().unwrap_or_default();
            command.env(LIBRARY_PATH, without_target(&path, built.ancestors().nth(2)));
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn spawn(&self, command: &mut Command) -> Result<Child> {
        // Its own group, so that a limit ends the whole tree and not only the first process.
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.to_string_lossy()))?;
        running().insert(child.id());
        Ok(child)
    }

    fn wait(&self, mut child: Child) -> Result<ExitStatus> {
        let group = child.id();
        let started = Instant::now();
        let outcome = loop {
            if let Some(status) = child.try_wait()? {
                break Ok(status);
            }
            if started.elapsed() > self.limit {
                end_group(group, "TERM");
                thread::sleep(Duration::from_secs(2));
                end_group(group, "KILL");
                child.wait()?;
                break Err(anyhow::anyhow!(
                    "took longer than {} minutes and was ended: {}",
                    self.limit.as_secs() / 60,
                    self.shown()
                ));
            }
            thread::sleep(Duration::from_millis(20));
        };
        running().remove(&group);
        outcome
    }

    fn open_log(&self) -> Result<Option<File>> {
        let Some(path) = &self.log else {
            return Ok(None);
        };
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(file, "$ {}", self.shown())?;
        Ok(Some(file))
    }

    /// Runs it; an exit status other than 0 is an error.
    pub fn run(self) -> Result<()> {
        let status = self.status()?;
        if !status.success() {
            bail!("{status}: {}", self.shown());
        }
        Ok(())
    }

    /// Runs it and gives its exit status.
    pub fn status(&self) -> Result<ExitStatus> {
        let mut command = self.command(Stdio::null());
        if let Some(file) = self.open_log()? {
            command.stdout(file.try_clone()?).stderr(file);
        }
        let child = self.spawn(&mut command)?;
        self.wait(child)
    }

    /// Replaces this process by the command, keeping standard input and output: for commands
    /// that somebody else talks to. Returns only if it could not be started.
    pub fn exec(self) -> anyhow::Error {
        let mut command = self.command(Stdio::inherit());
        let error = command.exec();
        anyhow::Error::new(error).context(format!("cannot start {}", self.program.to_string_lossy()))
    }

    /// Runs it and gives what it printed on standard output; the rest goes to the log.
    pub fn output(self) -> Result<String> {
        let mut command = self.command(Stdio::null());
        command.stdout(Stdio::piped());
        if let Some(file) = self.open_log()? {
            command.stderr(file);
        } else {
            command.stderr(Stdio::piped());
        }
        let mut child = self.spawn(&mut command)?;
        let mut stdout = child.stdout.take().context("standard output is piped")?;
        let stderr = child.stderr.take();
        let reader = thread::spawn(move || {
            let mut text = Vec::new();
            stdout.read_to_end(&mut text).map(|_| text)
        });
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_end(&mut text);
            }
            text
        });
        let status = self.wait(child)?;
        let text = reader.join().map_err(|_| anyhow::anyhow!("the reading thread panicked"))??;
        if !status.success() {
            let errors = errors.join().unwrap_or_default();
            let errors = String::from_utf8_lossy(&errors);
            bail!("{status}: {}\n{}", self.shown(), errors.trim_end());
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Where the system looks for shared libraries first.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// The search path without what `cargo run` put there for us: a program under test must load the library that was packed or
/// installed for it, not the unoptimised one that happens to lie in the target directory.
fn without_target(path: &OsStr, target: Option<&Path>) -> OsString {
    let kept = std::env::split_paths(path).filter(|entry| target.is_none_or(|target| !entry.starts_with(target)));
    std::env::join_paths(kept).unwrap_or_default()
}

/// The lines of a log that say what failed, wherever they stand, and its end.
pub fn telling(path: &Path) -> String {
    const MOST: usize = 120;
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut found = Vec::new();
    // The conformance runner explains a failure in the indented lines after it.
    let mut explains = false;
    for line in text.lines() {
        explains = line.starts_with("FAIL ") || (explains && line.starts_with(' '));
        if explains || line.starts_with("[ERROR]") {
            found.push(line);
        }
    }
    let end = tail(path, 60);
    if found.is_empty() {
        return end;
    }
    let left_out = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let more = if left_out > 0 { format!("\n… and {left_out} lines more") } else { String::new() };
    format!("{}{more}\n----\n{end}", found.join("\n"))
}

/// The last lines of a log, for showing why something failed.
pub fn tail(path: &Path, lines: usize) -> String {
    let Ok(mut file) = File::open(path) else {
        return String::new();
    };
    let length = file.metadata().map(|data| data.len()).unwrap_or(0);
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::Start(length.saturating_sub(64 * 1024))).and_then(|_| file.read_to_end(&mut bytes)).is_err()
    {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Looks a program up on the `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_target_directory_is_not_loaded_by_chance() {
        let path = OsStr::new("/c/target/debug/deps:/c/target/debug:/usr/lib/rust:/opt/lib");
        assert_eq!(without_target(path, Some(Path::new("/c/target"))), "/usr/lib/rust:/opt/lib");
        assert_eq!(without_target(path, None), path);
    }

    #[test]
    fn output_is_given_and_a_failure_shows_what_was_said() {
        let text = Cmd::new("sh").args(["-c", "echo out; echo err >&2"]).output();
        assert_eq!(text.expect("ran"), "out\n");
        let error = Cmd::new("sh").args(["-c", "echo why >&2; exit 3"]).output().expect_err("failed");
        assert!(error.to_string().contains("why"), "{error}");
    }

    #[test]
    fn a_log_gets_the_command_and_both_streams() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = folder.path().join("log");
        let script = "echo out; echo err >&2";
        Cmd::new("sh").args(["-c", script]).log(&log).run().expect("ran");
        assert_eq!(tail(&log, 2), "out\nerr");
        assert!(tail(&log, 9).starts_with("$ sh -c"), "{}", tail(&log, 9));
    }

    #[test]
    fn what_failed_is_found_far_from_the_end() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = folder.path().join("log");
        let text = format!("ok    a\nFAIL  b\n  because\nok    c\n  not this\n{}", "ok    d\n".repeat(200));
        std::fs::write(&log, text).expect("written");
        let shown = telling(&log);
        assert!(shown.starts_with("FAIL  b\n  because\n----\n"), "{shown}");
        assert!(!shown.contains("not this"), "{shown}");
    }

    #[test]
    fn the_limit_ends_the_whole_tree() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let sign = folder.path().join("sign");
        let script = format!("(sleep 4; touch {}) & wait", sign.display());
        let mut command = Cmd::new("sh").args(["-c", &script]);
        command.limit = Duration::from_millis(100);
        let started = Instant::now();
        let error = command.run().expect_err("too slow");
        assert!(error.to_string().contains("took longer"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(4));
        thread::sleep(Duration::from_secs(5).saturating_sub(started.elapsed()));
        assert!(!sign.exists(), "the grandchild went on");
    }

    #[test]
    fn there_is_no_standard_input() {
        let text = Cmd::new("cat").output().expect("ended by itself");
        assert_eq!(text, "");
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(on_path("sh").is_some());
        assert!(on_path("no-such-program-here").is_none());
    }
}
