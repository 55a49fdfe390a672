//! Runs external commands: no standard input, a time limit, output to a log.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::children::Group;

/// An external command: arguments, folder, environment, time limit and log.
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
    /// A command with a time limit of ten minutes and its output on the terminal.
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

    /// Sets the time limit. At the limit the command and everything that it started are ended.
    pub fn limit_minutes(mut self, minutes: u64) -> Self {
        self.limit = Duration::from_secs(minutes * 60);
        self
    }

    /// Appends the output to this file instead of the terminal.
    pub fn log(mut self, log: impl AsRef<Path>) -> Self {
        self.log = Some(log.as_ref().to_owned());
        self
    }

    /// The command as you would type it, for messages.
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

    fn spawn(&self, command: &mut Command) -> Result<Group> {
        Group::spawn(command).with_context(|| format!("cannot start {}", self.program.to_string_lossy()))
    }

    fn wait(&self, group: Group) -> Result<ExitStatus> {
        let minutes = self.limit.as_secs() / 60;
        group.wait(self.limit)?.with_context(|| format!("ended after its limit of {minutes} minutes: {}", self.shown()))
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

    /// Runs the command; an exit status other than 0 is an error.
    pub fn run(self) -> Result<()> {
        let status = self.status()?;
        if !status.success() {
            bail!("{status}: {}", self.shown());
        }
        Ok(())
    }

    /// Runs the command and returns its exit status.
    pub fn status(&self) -> Result<ExitStatus> {
        let mut command = self.command(Stdio::null());
        if let Some(file) = self.open_log()? {
            command.stdout(file.try_clone()?).stderr(file);
        }
        let group = self.spawn(&mut command)?;
        self.wait(group)
    }

    /// Replaces this process by the command, which inherits standard input and output. Returns only if the command could
    /// not be started.
    pub fn exec(self) -> anyhow::Error {
        let mut command = self.command(Stdio::inherit());
        let error = command.exec();
        anyhow::Error::new(error).context(format!("cannot start {}", self.program.to_string_lossy()))
    }

    /// Runs the command and returns its standard output. Standard error goes to the log, or without a log into the error.
    pub fn output(self) -> Result<String> {
        let mut command = self.command(Stdio::null());
        command.stdout(Stdio::piped());
        match self.open_log()? {
            Some(file) => command.stderr(file),
            None => command.stderr(Stdio::piped()),
        };
        let mut group = self.spawn(&mut command)?;
        // Two threads, so that neither pipe fills up while the other is read.
        let stdout = read_on_thread(group.child.stdout.take());
        let stderr = read_on_thread(group.child.stderr.take());
        let status = self.wait(group)?;
        let text = |reader: thread::JoinHandle<std::io::Result<Vec<u8>>>| -> Result<String> {
            let bytes = reader.join().map_err(|_| anyhow::anyhow!("the reading thread panicked"))??;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        if !status.success() {
            bail!("{status}: {}\n{}", self.shown(), text(stderr)?.trim_end());
        }
        text(stdout)
    }
}

fn read_on_thread<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<std::io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes))?;
        Ok(bytes)
    })
}

/// The environment variable with the folders that are searched first for shared libraries.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// The search path without the entries that `cargo run` added for the task runner: a program under test must load the
/// library that was packed or installed for it, not the debug build in the target directory.
fn without_target(path: &OsStr, target: Option<&Path>) -> OsString {
    let kept = std::env::split_paths(path).filter(|entry| target.is_none_or(|target| !entry.starts_with(target)));
    std::env::join_paths(kept).unwrap_or_default()
}

/// Looks a program up on the `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_is_not_searched_for_libraries() {
        let path = OsStr::new("/c/target/debug/deps:/c/target/debug:/usr/lib/rust:/opt/lib");
        assert_eq!(without_target(path, Some(Path::new("/c/target"))), "/usr/lib/rust:/opt/lib");
        assert_eq!(without_target(path, None), path);
    }

    #[test]
    fn output_is_returned_and_a_failure_shows_standard_error() {
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
        let text = std::fs::read_to_string(&log).expect("log");
        assert_eq!(text, format!("$ sh -c '{script}'\nout\nerr\n"));
    }

    #[test]
    fn the_limit_is_an_error_that_names_the_command() {
        let mut command = Cmd::new("sleep").arg("20");
        command.limit = Duration::ZERO;
        let error = command.run().expect_err("too slow").to_string();
        assert!(error.contains("limit") && error.ends_with("sleep 20"), "{error}");
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
