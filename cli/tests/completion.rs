//! Completion as a person gets it: a real bash, zsh and fish at a terminal, and a real TAB.
//!
//! Ignored by default because it needs the three shells; the task runner installs them and runs it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A shell that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// What is typed before TAB, and the arguments that the shell then runs the command with.
const TYPED: &[(&str, &str)] = &[
    // Commands, also one with a hyphen in its name.
    ("who", "whoami"),
    ("mock", "mock-server"),
    // Options after a command.
    ("list --token-f", "list --token-file"),
    ("create --expires", "create --expires-in"),
    ("mock-server --unt", "mock-server --until-stdin-closes"),
    ("token --insp", "token --inspect"),
    // The values of an option.
    ("list --output j", "list --output json"),
    ("completions fi", "completions fish"),
    // Hidden options, and those that the command does not have.
    ("list --no", "list --no"),
    ("list --token-t", "list --token-t"),
    ("mock-server --user", "mock-server --user"),
    ("whoami --user-i", "whoami --user-i"),
];

/// A shell at a terminal of its own.
struct Shell {
    process: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
}

impl Shell {
    /// Starts it in `home`, where a stand-in for the command prints the arguments that it is run with.
    fn start(home: &Path, command: &[&str]) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let end = || Stdio::from(OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap());
        // `setsid` makes it the shell's controlling terminal, without which fish does not start.
        let process = Command::new("setsid")
            .args(["--ctty", "--wait"])
            .args(command)
            .current_dir(home)
            .env_clear()
            .env("HOME", home)
            .env("PATH", format!("{}:{}", home.display(), std::env::var("PATH").unwrap()))
            .env("TERM", "xterm")
            .env("LC_ALL", "C.UTF-8")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let keyboard = File::from(keyboard);
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut output, seen) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            // A terminal whose programs have ended cannot be read further.
            while let Ok(length @ 1..) = output.read(&mut part) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..length]));
            }
        });
        Shell { process, keyboard, screen }
    }

    /// Types something and returns what the stand-in then prints.
    fn run(&mut self, keys: &str) -> String {
        let before = self.screen.lock().unwrap().len();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        let started = Instant::now();
        loop {
            let screen = self.screen.lock().unwrap()[before..].to_owned();
            if let Some((arguments, _)) = screen.split_once("RAN<").and_then(|(_, rest)| rest.split_once('>')) {
                return arguments.to_owned();
            }
            assert!(started.elapsed() < LIMIT, "nothing ran after {keys:?}: {screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn completes(shell: &str, command: &[&str], load: &str) {
    let home = tempfile::tempdir().unwrap();
    let script = Command::new(env!("CARGO_BIN_EXE_netbird-tokens")).args(["completions", shell]).output().unwrap();
    assert!(script.status.success());
    std::fs::write(home.path().join("completions"), script.stdout).unwrap();
    let stand_in = home.path().join("netbird-tokens");
    std::fs::write(&stand_in, "#!/bin/sh\nprintf 'RAN<%s>\\n' \"$*\"\n").unwrap();
    std::fs::set_permissions(&stand_in, PermissionsExt::from_mode(0o755)).unwrap();

    let mut shell = Shell::start(home.path(), command);
    assert_eq!(shell.run(&format!("{load}; netbird-tokens ready\r")), "ready");
    for (typed, expected) in TYPED {
        let arguments = shell.run(&format!("netbird-tokens {typed}\t\r"));
        // zsh may leave the `=` behind which it expects the value.
        assert_eq!(arguments.trim_end_matches('='), *expected, "{typed}<TAB>");
    }
}

#[test]
#[ignore = "needs bash"]
fn bash() {
    completes("bash", &["bash", "--noprofile", "--norc", "-i"], "source ./completions");
}

#[test]
#[ignore = "needs zsh"]
fn zsh() {
    completes("zsh", &["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; source ./completions");
}

#[test]
#[ignore = "needs fish"]
fn fish() {
    completes("fish", &["fish", "--no-config", "-i"], "source ./completions");
}
