//! The protocol of `tests/adapters/README.md`, from the runner's side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::process::{End, LineProcess, NoAnswer};

/// The first answer may take long: some languages start slowly.
const HELLO_LIMIT: Duration = Duration::from_secs(90);

/// The option by which an adapter says that each of its calls is a process of its own, which knows nothing of the last.
pub const PROCESS_PER_CALL: &str = "process_per_call";
/// What all others have: a client that keeps what it learned, and its connections. Scenarios about that need it.
const MEMORY: &str = "memory";

/// What an adapter says that it has.
#[derive(Clone, Debug, Default)]
pub struct Hello {
    /// Operations that `call` knows.
    pub operations: BTreeSet<String>,
    /// Options of `new_client`, and further abilities.
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
#[derive(Debug)]
pub enum Trouble {
    /// Not in time.
    TooSlow(Duration),
    /// The process is gone.
    Ended,
    /// The answer breaks the protocol.
    Protocol(String),
}

/// A running adapter.
#[derive(Debug)]
pub struct Adapter {
    process: LineProcess,
    next_id: u64,
    /// Every line it printed, but for answers to `expose`.
    printed: String,
}

/// How it ended.
#[derive(Debug)]
pub struct Ending {
    /// The exit.
    pub end: End,
    /// Lines that answered nothing.
    pub unasked: Vec<String>,
    /// All of standard error.
    pub stderr: String,
    /// All of standard output, but for answers to `expose`.
    pub printed: String,
}

impl Adapter {
    /// Starts the program and asks what it has.
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
        if !hello.options.contains(PROCESS_PER_CALL) {
            hello.options.insert(MEMORY.to_owned());
        }
        Ok((adapter, hello))
    }

    /// Sends a command and waits for the answer. `confidential` answers are left out of what is searched for secrets.
    ///
    /// # Errors
    /// There is no usable answer.
    pub fn command(
        &mut self,
        mut command: Value,
        limit: Duration,
        confidential: bool,
    ) -> Result<(Answer, Duration), Trouble> {
        let id = self.next_id;
        self.next_id += 1;
        command["id"] = json!(id);
        let started = Instant::now();
        let line = self.process.ask(&command.to_string(), limit).map_err(|error| match error {
            NoAnswer::TooSlow(limit) => Trouble::TooSlow(limit),
            NoAnswer::Ended => Trouble::Ended,
        })?;
        let took = started.elapsed();
        if !confidential {
            self.printed.push_str(&line);
            self.printed.push('\n');
        }
        Ok((understand(&line, id)?, took))
    }

    /// All it printed so far on standard output (without `expose`) and on standard error.
    #[must_use]
    pub fn output(&self) -> (&str, String) {
        (&self.printed, self.process.stderr())
    }

    /// Ends its input and waits for its end.
    #[must_use]
    pub fn finish(self) -> Ending {
        let (end, unasked, stderr) = self.process.finish();
        let mut printed = self.printed;
        for line in &unasked {
            printed.push_str(line);
            printed.push('\n');
        }
        Ending { end, unasked, stderr, printed }
    }

    /// Ends it at once: it hangs.
    #[must_use]
    pub fn kill(mut self) -> (String, String) {
        self.process.kill();
        (self.printed.clone(), self.process.stderr())
    }
}

fn understand(line: &str, id: u64) -> Result<Answer, Trouble> {
    let broken = |why: String| Trouble::Protocol(why);
    let mut fields: Map<String, Value> = serde_json::from_str(line)
        .map_err(|error| broken(format!("a line that is no JSON object ({error}): {line}")))?;
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
