//! The protocol of `tests/adapters/README.md`, from the runner's side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::process::{Exit, LineProcess, NoLine};

/// The first answer may take long: some languages start slowly.
const HELLO_LIMIT: Duration = Duration::from_secs(90);

/// The option by which an adapter says that each of its calls runs in a new process, which keeps nothing from the one
/// before.
pub const PROCESS_PER_CALL: &str = "process_per_call";
/// The ability that all other adapters have: a client keeps what it learned, and its connections.
const MEMORY: &str = "memory";
/// The option by which an adapter says that lengths of time which are no limits of a connection are whole seconds for it.
const WHOLE_SECONDS: &str = "whole_seconds";
/// The ability that all other adapters have.
const MILLISECONDS: &str = "milliseconds";
/// The option by which an adapter says that its language has no place for a credential where a login begins.
const LOGIN_WITHOUT_CREDENTIAL: &str = "login_without_credential";
/// The ability that all other adapters have.
const LOGIN_CREDENTIAL: &str = "login_credential";

/// What an adapter declares that it has.
#[derive(Clone, Debug, Default)]
pub struct Hello {
    /// The operations of `call`.
    pub operations: BTreeSet<String>,
    /// The options of `new_client`, and further abilities.
    pub options: BTreeSet<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// `ok`
    Ok(Value),
    /// `error`
    Error(Value),
}

/// Why a command got no usable answer.
#[derive(Debug, Error)]
pub enum CommandError {
    /// Not in time.
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    /// The process has ended.
    #[error("the adapter ended before it answered")]
    Ended,
    /// The answer violates the protocol.
    #[error("{0}")]
    Protocol(String),
}

impl From<NoLine> for CommandError {
    fn from(error: NoLine) -> Self {
        match error {
            NoLine::TooSlow(limit) => Self::TooSlow(limit),
            NoLine::Ended => Self::Ended,
        }
    }
}

/// A command that was sent and not answered yet.
#[derive(Debug)]
pub struct Sent {
    id: u64,
    at: Instant,
    confidential: bool,
}

/// A running adapter.
#[derive(Debug)]
pub struct Adapter {
    process: LineProcess,
    next_id: u64,
    /// Every line it printed, except answers to `expose`.
    printed: String,
}

/// How an adapter ended.
#[derive(Debug)]
pub struct Ending {
    /// The exit.
    pub exit: Exit,
    /// Lines that answered no command.
    pub extra_lines: Vec<String>,
    /// All of standard error.
    pub stderr: String,
    /// All of standard output, except answers to `expose`.
    pub printed: String,
}

impl Adapter {
    /// Starts the program and sends `hello`.
    ///
    /// # Errors
    /// It does not start or does not answer properly.
    pub fn start(command: &[String], folder: &Path, env: &BTreeMap<String, String>) -> Result<(Self, Hello)> {
        let mut adapter =
            Self { process: LineProcess::start(command, folder, env)?, next_id: 1, printed: String::new() };
        let answer = adapter.command(json!({"cmd": "hello"}), HELLO_LIMIT, false);
        let hello = match answer {
            Ok((Answer::Ok(hello), _)) => hello,
            other => {
                adapter.process.kill();
                let stderr = adapter.process.stderr();
                anyhow::bail!("the adapter did not answer `hello`: {other:?}\n{stderr}");
            }
        };
        let names = |field: &str| -> Result<BTreeSet<String>> {
            serde_json::from_value(hello[field].clone()).with_context(|| format!("`{field}` in the answer to `hello`"))
        };
        let mut hello = Hello { operations: names("operations")?, options: names("options")? };
        for (lack, ability) in
            [(PROCESS_PER_CALL, MEMORY), (WHOLE_SECONDS, MILLISECONDS), (LOGIN_WITHOUT_CREDENTIAL, LOGIN_CREDENTIAL)]
        {
            if !hello.options.contains(lack) {
                hello.options.insert(ability.to_owned());
            }
        }
        Ok((adapter, hello))
    }

    /// Sends a command and waits for the answer. The answer to a confidential command is not searched for secrets.
    ///
    /// # Errors
    /// There is no usable answer.
    pub fn command(
        &mut self,
        command: Value,
        limit: Duration,
        confidential: bool,
    ) -> Result<(Answer, Duration), CommandError> {
        let sent = self.send(command, confidential)?;
        self.receive(&sent, limit)
    }

    /// Sends a command.
    ///
    /// # Errors
    /// The process has ended.
    pub fn send(&mut self, mut command: Value, confidential: bool) -> Result<Sent, CommandError> {
        let id = self.next_id;
        self.next_id += 1;
        command["id"] = json!(id);
        let at = Instant::now();
        self.process.send(&command.to_string())?;
        Ok(Sent { id, at, confidential })
    }

    /// Waits for the answer to a command, and says how long after the command it came.
    ///
    /// # Errors
    /// There is no usable answer within the limit.
    pub fn receive(&mut self, sent: &Sent, limit: Duration) -> Result<(Answer, Duration), CommandError> {
        let line = self.process.receive(limit)?;
        let took = sent.at.elapsed();
        if !sent.confidential {
            self.printed.push_str(&line);
            self.printed.push('\n');
        }
        Ok((parse_answer(&line, sent.id)?, took))
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Everything it printed so far on standard output (without answers to `expose`) and on standard error.
    #[must_use]
    pub fn output(&self) -> (&str, String) {
        (&self.printed, self.process.stderr())
    }

    /// Closes its input and waits until it exits.
    #[must_use]
    pub fn finish(self) -> Ending {
        let (exit, extra_lines, stderr) = self.process.finish();
        let mut printed = self.printed;
        for line in &extra_lines {
            printed.push_str(line);
            printed.push('\n');
        }
        Ending { exit, extra_lines, stderr, printed }
    }

    /// Kills it: it hangs, or its answers cannot be matched to commands. Returns what it printed.
    #[must_use]
    pub fn kill(mut self) -> (String, String) {
        self.process.kill();
        (self.printed.clone(), self.process.stderr())
    }
}

fn parse_answer(line: &str, id: u64) -> Result<Answer, CommandError> {
    let broken = |why: String| CommandError::Protocol(why);
    let mut fields: Map<String, Value> = serde_json::from_str(line)
        .map_err(|error| broken(format!("a line that is not a JSON object ({error}): {line}")))?;
    if fields.remove("id") != Some(json!(id)) {
        return Err(broken(format!("an answer to another command than {id}: {line}")));
    }
    let ok = fields.remove("ok");
    let error = fields.remove("error");
    match (ok, error) {
        (Some(ok), None) if fields.is_empty() => Ok(Answer::Ok(ok)),
        (None, Some(error)) if fields.is_empty() => Ok(Answer::Error(error)),
        _ => Err(broken(format!("an answer needs `id` and one of `ok` and `error`, and nothing else: {line}"))),
    }
}
