//! Other programs: the one that prints the credential and the one that takes a secret. Started without a shell unless asked.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use netbird_tokens::CancelToken;

use crate::failure::Failure;
use crate::interrupt::Stopped;

/// How often an end is looked for.
const TICK: Duration = Duration::from_millis(5);
/// How long a program that is told to end may take, before it is killed.
#[cfg(unix)]
const LAST_CHANCE: Duration = Duration::from_secs(1);

/// A program with its arguments, as an option gave them.
#[derive(Debug)]
pub(crate) struct Program {
    words: Vec<String>,
    is_script: bool,
}

impl Program {
    /// Splits the text into words as a shell does, but expands nothing; or leaves all of it to a shell.
    pub(crate) fn parse(option: &str, text: &str, shell: bool) -> Result<Self, Failure> {
        if text.trim().is_empty() {
            return Err(Failure::usage(format!("{option} is empty: name a program")));
        }
        if shell {
            let words = ["sh", "-c", text].map(str::to_owned).to_vec();
            return Ok(Program { words, is_script: true });
        }
        let words = shlex::split(text).filter(|words| words.first().is_some_and(|program| !program.is_empty()));
        let words = words.ok_or_else(|| {
            Failure::usage(format!(
                "{option} cannot be split into words: a quote is not closed, or it names no program"
            ))
        })?;
        Ok(Program { words, is_script: false })
    }

    /// What messages call it. Its arguments stay out of them.
    pub(crate) fn name(&self) -> &str {
        if self.is_script { "the shell script" } else { &self.words[0] }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// Whether there is such a program, as far as that can be told without starting it.
    pub(crate) fn exists(&self) -> bool {
        let program = Path::new(&self.words[0]);
        if program.components().count() > 1 {
            return program.exists();
        }
        let directories = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&directories).any(|directory| {
            let path = directory.join(program);
            path.is_file() || path.with_extension(std::env::consts::EXE_EXTENSION).is_file()
        })
    }

    /// Why it cannot be started.
    pub(crate) fn not_started(&self, option: &str, error: &io::Error) -> String {
        let hint = if !self.is_script && error.kind() == io::ErrorKind::NotFound {
            ": name a program that is there, or add --shell if it is a command of the shell"
        } else {
            ""
        };
        format!("{option}: {} cannot be started ({error}){hint}", self.name())
    }

    /// How it ended, if that was not a success.
    pub(crate) fn failed(&self, option: &str, status: ExitStatus) -> String {
        format!("{option}: {} failed ({status})", self.name())
    }
}

/// A program that was started.
pub(crate) struct Running {
    child: Child,
    /// Whether it leads a group of its own, which is ended with it.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no groups"))]
    leads_group: bool,
}

impl Running {
    /// Starts it. Where a person is at a terminal, it stays in this program's group, so that it can ask for a passphrase there.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        #[cfg(unix)]
        let leads_group = {
            use std::os::unix::process::CommandExt as _;
            let is_attended = io::stderr().is_terminal() || io::stdin().is_terminal();
            if !is_attended {
                command.process_group(0);
            }
            !is_attended
        };
        #[cfg(not(unix))]
        let leads_group = false;
        Ok(Running { child: command.spawn()?, leads_group })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for its end. If it does not end in time, or this run is interrupted, it is ended.
    pub(crate) fn wait(&mut self, cancel: &CancelToken, deadline: Instant) -> io::Result<Result<ExitStatus, Stopped>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ok(status));
            }
            let stopped = match (cancel.is_cancelled(), Instant::now() >= deadline) {
                (true, _) => Stopped::Interrupted,
                (false, true) => Stopped::TimeOver,
                (false, false) => {
                    std::thread::sleep(TICK);
                    continue;
                }
            };
            self.end()?;
            return Ok(Err(stopped));
        }
    }

    /// Asks it to end, and kills it if it does not.
    #[cfg(unix)]
    fn end(&mut self) -> io::Result<()> {
        use nix::sys::signal::Signal;
        self.signal(Signal::SIGTERM);
        let last_chance = Instant::now() + LAST_CHANCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() >= last_chance {
                self.signal(Signal::SIGKILL);
                self.child.wait()?;
            }
            std::thread::sleep(TICK);
        }
        // What it started, and did not end.
        if self.leads_group {
            self.signal(Signal::SIGKILL);
        }
        Ok(())
    }

    #[cfg(unix)]
    fn signal(&self, signal: nix::sys::signal::Signal) {
        use nix::sys::signal::{kill, killpg};
        use nix::unistd::Pid;
        let Ok(id) = i32::try_from(self.child.id()) else { return };
        let id = Pid::from_raw(id);
        // Nobody there any more is as good.
        let _ = if self.leads_group { killpg(id, signal) } else { kill(id, signal) };
    }

    #[cfg(not(unix))]
    fn end(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Program::parse("--exec", text, false).unwrap().words
    }

    #[test]
    fn words_are_split_and_nothing_is_expanded() {
        assert_eq!(words("vault kv put 'secret/my app' token=-"), ["vault", "kv", "put", "secret/my app", "token=-"]);
        assert_eq!(words("a $HOME * ; | b\\ c \"d\""), ["a", "$HOME", "*", ";", "|", "b c", "d"]);
        for text in ["", "  ", "'a", "'' x"] {
            assert!(Program::parse("--exec", text, false).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_script_goes_to_the_shell_whole() {
        let script = Program::parse("--exec", "a | b", true).unwrap();
        assert_eq!((script.words[2].as_str(), script.name()), ("a | b", "the shell script"));
        assert!(Program::parse("--exec", " ", true).is_err());
    }
}
