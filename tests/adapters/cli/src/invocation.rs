//! One run of the program: the options as flags, the credential on standard input, and the result or the error that it printed.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::Value;

use crate::fields::{Fields, refused, text};
use crate::shown;

pub(crate) const OPTIONS: &[&str] = &[
    "management_url",
    "pat",
    "bearer",
    "detect",
    "token_file",
    "from_env",
    "connect_timeout_ms",
    "read_timeout_ms",
    "timeout_ms",
    "max_retries",
    "retry_base_delay_ms",
    "retry_max_delay_ms",
    "max_response_bytes",
    "allow_insecure_http",
    "ca_pem",
    "proxy",
    "proxy_from_env",
    "user_agent",
    "on_unknown",
    "cancel_after_ms",
    "cancel_file",
    "process_per_call",
    "whole_seconds",
];

const CREDENTIALS: &[&str] = &["pat", "bearer", "detect"];

/// The variables that the program reads. Removed unless the client is to read the environment.
const VARIABLES: &[&str] =
    &["NB_PAT", "NETBIRD_API_TOKEN", "NETBIRD_TOKEN", "NB_API_KEY", "NB_MANAGEMENT_URL", "NETBIRD_API_URL"];

/// A client of a program that keeps nothing between two runs: the flags that all runs get.
#[derive(Clone)]
pub(crate) struct Connection {
    program: PathBuf,
    /// Where the program looks for a login that is kept. There is none.
    state: PathBuf,
    flags: Vec<OsString>,
    /// Only for a create.
    on_unknown: Option<String>,
    /// Its type and its text.
    credential: Option<(&'static str, String)>,
    from_env: bool,
}

impl Connection {
    pub(crate) fn new(program: PathBuf, folder: &Path, options: &Fields) -> Result<Self, Value> {
        let mut flags: Vec<OsString> = vec!["--output=json".into()];
        let on_unknown = text(options, "on_unknown").map(|what| format!("--on-unknown={}", what.replace('_', "-")));
        for (name, value) in options {
            let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let flag = name.strip_suffix("_ms").unwrap_or(name).replace('_', "-");
            match name.as_str() {
                "pat" | "bearer" | "detect" | "from_env" | "on_unknown" => {}
                "ca_pem" => {
                    let path = folder.join("ca.pem");
                    std::fs::write(&path, plain).map_err(|error| refused(&error.to_string()))?;
                    flags.push(format!("--ca-file={}", path.display()).into());
                }
                "allow_insecure_http" if value == true => flags.push("--allow-insecure-http".into()),
                "allow_insecure_http" => {}
                _ if name.ends_with("_ms") => {
                    let seconds = value.as_f64().unwrap_or(f64::NAN) / 1e3;
                    flags.push(format!("--{flag}={seconds}").into());
                }
                _ => flags.push(format!("--{flag}={plain}").into()),
            }
        }
        let from_env = options.get("from_env").is_some_and(|value| value == true);
        let state = folder.join("state");
        let connection = Connection { program, state, flags, on_unknown, credential: None, from_env };
        Ok(connection.with_credential(options))
    }

    /// The flags that only a create takes.
    pub(crate) fn create_flags(&self) -> impl Iterator<Item = &str> {
        self.on_unknown.as_deref().into_iter()
    }

    /// The same with the credential in these options, if there is one.
    pub(crate) fn with_credential(&self, options: &Fields) -> Self {
        let named = CREDENTIALS.iter().find_map(|name| text(options, name).map(|text| (*name, text.to_owned())));
        Connection { credential: named.or_else(|| self.credential.clone()), ..self.clone() }
    }

    /// Runs the program with these arguments, the command first, and returns the JSON that it printed, or its error.
    pub(crate) fn run(&self, words: &[OsString], interrupt: Option<&Interrupt>) -> Result<Value, Value> {
        let output = self.output(words, interrupt).map_err(|error| refused(&error.to_string()))?;
        if output.status.success() { printed(&output) } else { Err(reported(&output)) }
    }

    /// Runs `check`, which prints its result also if the credential does not work.
    pub(crate) fn check(&self, interrupt: Option<&Interrupt>) -> Result<(Value, Option<Value>), Value> {
        let output = self.output(&["check".into()], interrupt).map_err(|error| refused(&error.to_string()))?;
        if output.status.success() {
            return Ok((printed(&output)?, None));
        }
        let error = reported(&output);
        if output.stdout.is_empty() { Err(error) } else { Ok((printed(&output)?, Some(error))) }
    }

    /// Runs `audit`, which prints its report also if it is incomplete. The report's last line is the summary.
    pub(crate) fn audit(&self, words: &[OsString], interrupt: Option<&Interrupt>) -> Result<Vec<Value>, Value> {
        let output = self.output(words, interrupt).map_err(|error| refused(&error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
        let lines = lines.map_err(|error| broken(&output, &error.to_string()))?;
        if lines.last().is_some_and(|line| line.get("summary").is_some()) { Ok(lines) } else { Err(reported(&output)) }
    }

    fn output(&self, words: &[OsString], interrupt: Option<&Interrupt>) -> std::io::Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(&words[..1]).args(&self.flags);
        if let Some((kind, _)) = &self.credential {
            command.arg("--token-file=-").arg(format!("--token-type={kind}"));
        }
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("XDG_STATE_HOME", &self.state);
        if !self.from_env {
            for name in VARIABLES {
                command.env_remove(name);
            }
        }
        let mut child = command.spawn()?;
        if let (Some(mut stdin), Some((_, text))) = (child.stdin.take(), &self.credential) {
            // A program that ended without reading it says why on standard error.
            let _ = stdin.write_all(text.as_bytes());
        }
        let (ended, until) = mpsc::channel::<()>();
        if let Some(interrupt) = interrupt.cloned() {
            let id = child.id().to_string();
            std::thread::spawn(move || {
                if interrupt.comes_before_the_end(&until) {
                    // The program may have ended just now.
                    let _ = Command::new("kill").args(["-s", "INT", &id]).stderr(Stdio::null()).status();
                }
            });
        }
        let output = child.wait_with_output();
        drop(ended);
        output
    }
}

/// When a call is interrupted.
#[derive(Clone)]
pub(crate) enum Interrupt {
    After(Duration),
    WhenExists(PathBuf),
}

impl Interrupt {
    pub(crate) fn of(command: &Fields) -> Option<Self> {
        let after = command.get("cancel_after_ms").and_then(Value::as_u64).map(Duration::from_millis);
        after
            .map(Interrupt::After)
            .or_else(|| text(command, "cancel_file").map(|path| Interrupt::WhenExists(path.into())))
    }

    /// Waits for the moment, or until `ended` is closed. Says whether the moment came.
    fn comes_before_the_end(&self, ended: &Receiver<()>) -> bool {
        const POLL: Duration = Duration::from_millis(2);
        match self {
            Interrupt::After(time) => ended.recv_timeout(*time) == Err(RecvTimeoutError::Timeout),
            Interrupt::WhenExists(path) => loop {
                if path.exists() {
                    return true;
                }
                if ended.recv_timeout(POLL) != Err(RecvTimeoutError::Timeout) {
                    return false;
                }
            },
        }
    }
}

/// The result on standard output.
fn printed(output: &Output) -> Result<Value, Value> {
    serde_json::from_slice(&output.stdout).map_err(|error| broken(output, &error.to_string()))
}

/// The error in the last line of standard error.
fn reported(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_or_else(|error| broken(output, &error.to_string()), shown::error)
}

/// The error for output that breaks the program's contract. Its output is not repeated: it may hold anything.
fn broken(output: &Output, why: &str) -> Value {
    let mut error = refused(&format!("the program ended with {} and printed no JSON: {why}", output.status));
    error["kind"] = "internal".into();
    error["code"] = 90.into();
    error
}
