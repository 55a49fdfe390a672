//! Any front end, through its conformance adapter: one process for each caller.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use netbird_conformance::adapter::{Adapter, Answer};
use netbird_conformance::launch::{self, Launch};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{Front, New, Opening, Output, Reply, Rotating, Seat};
use crate::call::{Failure, Made, Record};
use crate::link::{Armed, Link, Mark};
use crate::story::Moment;
use crate::world::{BACKOFF, SILENCE, TIMEOUT};

/// How long an answer may take before the adapter counts as hung.
const HUNG: Duration = Duration::from_secs(60);

/// After so many runs a process is replaced, because what it has printed is kept.
const RUNS: usize = 100;

/// The client's name in the adapter.
const CLIENT: &str = "chaos";

/// A front end's adapter.
#[derive(Debug)]
pub struct AdapterFront {
    launch: Launch,
    root: PathBuf,
    shared: Arc<Shared>,
}

impl Clone for AdapterFront {
    /// The same adapter, with processes of its own.
    fn clone(&self) -> Self {
        AdapterFront { launch: self.launch.clone(), root: self.root.clone(), shared: Arc::default() }
    }
}

/// What the seats give back.
#[derive(Debug, Default)]
struct Shared {
    idle: Mutex<Vec<Process>>,
    output: Mutex<Output>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running adapter, and how much of its output was taken already.
#[derive(Debug)]
struct Process {
    adapter: Adapter,
    printed: usize,
    errors: usize,
    runs: usize,
    can_fork: bool,
    /// The child that answers in its place.
    child: Option<Pid>,
}

impl Process {
    /// Who answers: it, or its child.
    fn answering(&self) -> Option<Pid> {
        self.child.or_else(|| pid(self.adapter.id()))
    }

    fn kill(self) -> (String, String) {
        if let Some(child) = self.child {
            // It may have ended by itself.
            let _ = kill_process(child, Signal::KILL);
        }
        self.adapter.kill()
    }
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?)
}

impl AdapterFront {
    /// Builds the adapter.
    ///
    /// # Errors
    /// There is none of that name, or it does not build.
    pub fn prepare(root: &Path, name: &str) -> Result<Self> {
        let launch = launch::prepare(root, name, None)?;
        Ok(AdapterFront { launch, root: root.to_owned(), shared: Arc::default() })
    }

    fn start(&self) -> Result<Process> {
        let (adapter, hello) = Adapter::start(&self.launch.command, &self.root, &BTreeMap::clone(&self.launch.env))?;
        if !hello.options.contains("cancel_file") || !hello.operations.contains("rotation_create") {
            bail!("the adapter {} has no `cancel_file` or no rotations, which the campaign needs", self.launch.name);
        }
        Ok(Process { adapter, printed: 0, errors: 0, runs: 0, can_fork: hello.options.contains("fork"), child: None })
    }
}

impl Front for AdapterFront {
    fn seats(&mut self, clients: &[Opening<'_>], actors: &[usize]) -> Result<Vec<Box<dyn Seat>>> {
        let mut seats: Vec<Box<dyn Seat>> = Vec::new();
        for client in actors {
            let idle = lock(&self.shared.idle).pop();
            let process = match idle {
                Some(process) => process,
                None => self.start()?,
            };
            let opening = clients[*client];
            let folder = tempfile::tempdir()?;
            let mut seat = AdapterSeat {
                front: self.clone_for_seat(),
                process: Some(process),
                link: opening.link.clone(),
                options: options(&opening),
                cancel_file: folder.path().join("cancel"),
                _folder: folder,
                rotation: None,
            };
            seat.open()?;
            seats.push(Box::new(seat));
        }
        Ok(seats)
    }

    fn take_output(&mut self) -> Output {
        // It prints the library's warnings on standard error. Of the others, what their errors say must do.
        let is_complete = matches!(self.launch.name.as_str(), "python" | "python-async");
        Output { is_complete, ..std::mem::take(&mut *lock(&self.shared.output)) }
    }
}

impl AdapterFront {
    fn clone_for_seat(&self) -> Self {
        AdapterFront { launch: self.launch.clone(), root: self.root.clone(), shared: Arc::clone(&self.shared) }
    }
}

fn options(opening: &Opening<'_>) -> Value {
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut options = json!({
        "management_url": opening.link.url(),
        "proxy_from_env": false,
        "timeout_ms": milliseconds(TIMEOUT),
        "read_timeout_ms": milliseconds(SILENCE),
        "connect_timeout_ms": milliseconds(SILENCE),
        "retry_base_delay_ms": milliseconds(BACKOFF),
        "retry_max_delay_ms": milliseconds(BACKOFF),
        "max_retries": opening.plan.max_retries,
        "on_unknown": if opening.plan.revoke_and_retry { "revoke_and_retry" } else { "report" },
    });
    match opening.token_file {
        Some(path) => options["token_file"] = json!(path),
        None => options["pat"] = json!(opening.secret),
    }
    options
}

struct AdapterSeat {
    front: AdapterFront,
    /// None once it was killed.
    process: Option<Process>,
    link: Link,
    options: Value,
    cancel_file: PathBuf,
    _folder: tempfile::TempDir,
    rotation: Option<String>,
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(text).collect()
}

fn failure(error: &Value) -> Failure {
    Failure {
        kind: text(&error["kind"]).unwrap_or_default(),
        ids: texts(&error["candidate_token_ids"]),
        token_name: text(&error["token_name"]),
        text: error.to_string(),
    }
}

fn record(value: &Value) -> Record {
    Record {
        json: value.to_string(),
        old_id: text(&value["old_token_id"]).unwrap_or_default(),
        name: text(&value["token_name"]).unwrap_or_default(),
        new_id: text(&value["token_id"]),
        stage: text(&value["stage"]).unwrap_or_default(),
    }
}

fn ids(tokens: &Value) -> Vec<String> {
    tokens.as_array().into_iter().flatten().filter_map(|token| text(&token["id"])).collect()
}

impl AdapterSeat {
    fn open(&mut self) -> Result<()> {
        let command = json!({"cmd": "new_client", "client": CLIENT, "options": self.options});
        let process = self.process.as_mut().context("the process runs")?;
        // The command has the credential; the answer must not.
        match process.adapter.command(command, HUNG, false)? {
            (Answer::Ok(_), _) => Ok(()),
            (Answer::Error(error), _) => bail!("the adapter refuses the options: {}", failure(&error).text),
        }
    }

    /// Sends a command. `None` if the process was killed meanwhile.
    fn send(&mut self, command: Value, confidential: bool) -> Reply<Value> {
        let process = self.process.as_mut()?;
        match process.adapter.command(command, HUNG, confidential) {
            Ok((Answer::Ok(value), _)) => Some(Ok(value)),
            Ok((Answer::Error(error), _)) => Some(Err(failure(&error))),
            Err(_) => {
                self.kill();
                None
            }
        }
    }

    fn call(&mut self, operation: &str, args: Value) -> Reply<Value> {
        self.send(json!({"cmd": "call", "client": CLIENT, "operation": operation, "args": args}), false)
    }

    /// A call that is interrupted at that moment of a request with that mark.
    fn interrupted(&mut self, operation: &str, args: Value, at: Option<Moment>, mark: Mark) -> Reply<Value> {
        let Some(at) = at else { return self.call(operation, args) };
        let file = self.cancel_file.clone();
        let armed: Armed = self.link.arm(at, mark, move || {
            // Without the file the call is not interrupted, which is a story too.
            let _ = std::fs::write(&file, "");
        });
        let command = json!({
            "cmd": "call", "client": CLIENT, "operation": operation, "args": args, "cancel_file": self.cancel_file,
        });
        let reply = self.send(command, false);
        drop(armed);
        // It is there only if the moment came.
        let _ = std::fs::remove_file(&self.cancel_file);
        reply
    }

    fn made(&mut self, answer: &Value) -> Option<Made> {
        let secret = text(&answer["secret"])?;
        let command = json!({"cmd": "call", "client": CLIENT, "operation": "expose", "args": {"secret": secret}});
        let secret = text(&self.send(command, true)?.ok()?)?;
        Some(Made { id: text(&answer["token"]["id"])?, name: text(&answer["token"]["name"])?, secret })
    }

    fn step(&mut self, operation: &str, extra: Value) -> Reply<Record> {
        let mut args = extra;
        args["rotation"] = json!(self.rotation.clone()?);
        Some(self.call(operation, args)?.map(|answer| record(&answer["record"])))
    }

    fn kill(&mut self) {
        self.rotation = None;
        if let Some(process) = self.process.take() {
            let (taken, errors_taken) = (process.printed, process.errors);
            let (printed, errors) = process.kill();
            note(&self.front.shared, &printed[taken..], errors.get(errors_taken..).unwrap_or_default());
        }
    }
}

/// Keeps what an adapter printed.
fn note(shared: &Shared, printed: &str, errors: &str) {
    let mut output = lock(&shared.output);
    output.text.push_str(printed);
    output.text.push_str(errors);
    output.reports.extend(errors.lines().map(str::to_owned));
}

impl Drop for AdapterSeat {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        if process.child.is_some() {
            // Its parent exits after it, and may have something to say.
            let ending = process.adapter.finish();
            let errors = ending.stderr.get(process.errors..).unwrap_or_default();
            return note(&self.front.shared, &ending.printed[process.printed..], errors);
        }
        let (printed, errors) = process.adapter.output();
        note(&self.front.shared, &printed[process.printed..], errors.get(process.errors..).unwrap_or_default());
        (process.printed, process.errors) = (printed.len(), errors.len());
        process.runs += 1;
        if process.runs < RUNS {
            lock(&self.front.shared.idle).push(process);
        }
    }
}

impl Seat for AdapterSeat {
    fn create(&mut self, new: New<'_>, interrupt: Option<Moment>) -> Reply<Made> {
        let args = json!({"name": new.name, "expires_in_days": new.days, "tag": new.tag});
        match self.interrupted("create_token", args, interrupt, Mark::Days(new.days))? {
            Ok(answer) => self.made(&answer).map(Ok),
            Err(failure) => Some(Err(failure)),
        }
    }

    fn delete(&mut self, id: &str, interrupt: Option<Moment>) -> Reply<()> {
        let reply =
            self.interrupted("delete_token", json!({"token_id": id}), interrupt, Mark::Delete(id.to_owned()))?;
        Some(reply.map(drop))
    }

    fn list(&mut self) -> Reply<Vec<String>> {
        Some(self.call("list_tokens", json!({}))?.map(|tokens| ids(&tokens)))
    }

    fn current_user(&mut self) -> Reply<String> {
        Some(self.call("current_user", json!({}))?.map(|user| text(&user["id"]).unwrap_or_default()))
    }

    fn check(&mut self) -> Reply<String> {
        Some(self.call("check_credential", json!({}))?.map(|check| text(&check["state"]).unwrap_or_default()))
    }

    fn audit(&mut self) -> Reply<Vec<String>> {
        let args = json!({"time_limit_ms": u64::try_from(TIMEOUT.as_millis()).unwrap_or(u64::MAX)});
        let tokens = |audit: Value| {
            let users = audit["users"].as_array().into_iter().flatten();
            let tokens = users.flat_map(|user| user["tokens"].as_array().into_iter().flatten());
            tokens.filter_map(|audited| text(&audited["token"]["id"])).collect()
        };
        Some(self.call("audit_tokens", args)?.map(tokens))
    }

    fn rotate(&mut self, rotating: Rotating<'_>, interrupt: Option<Moment>) -> Reply<(Record, Option<Made>)> {
        let args = json!({
            "token_id": rotating.old, "expires_in_days": rotating.days, "tag": rotating.tag, "adopt": rotating.adopt,
            "prepare_only": rotating.prepare,
        });
        match self.interrupted("rotate_token", args, interrupt, Mark::Days(rotating.days))? {
            Ok(answer) => {
                self.rotation = text(&answer["rotation"]);
                let made = self.made(&answer);
                Some(Ok((record(&answer["record"]), made)))
            }
            Err(failure) => Some(Err(failure)),
        }
    }

    fn rotation_create(&mut self, days: i64, killed: Option<Moment>) -> Reply<(Record, Option<Made>)> {
        let pid = self.process.as_ref().and_then(Process::answering);
        let kill = move || {
            if let Some(pid) = pid {
                // It may have ended by itself.
                let _ = kill_process(pid, Signal::KILL);
            }
        };
        let _armed = killed.map(|at| self.link.arm(at, Mark::Days(days), kill));
        let args = json!({"rotation": self.rotation.clone()?});
        match self.call("rotation_create", args)? {
            Ok(answer) => {
                let made = self.made(&answer);
                Some(Ok((record(&answer["record"]), made)))
            }
            Err(failure) => Some(Err(failure)),
        }
    }

    fn mark_stored(&mut self) -> Reply<Record> {
        self.step("rotation_mark_stored", json!({}))
    }

    fn commit(&mut self, keep_old: bool) -> Reply<Record> {
        self.step("rotation_commit", json!({"keep_old": keep_old}))
    }

    fn abort(&mut self) -> Reply<Record> {
        self.step("rotation_abort", json!({}))
    }

    fn let_go(&mut self) -> Reply<()> {
        let Some(rotation) = self.rotation.take() else { return Some(Ok(())) };
        Some(self.call("rotation_drop", json!({"rotation": rotation}))?.map(drop))
    }

    fn crash(&mut self) -> bool {
        self.kill();
        self.process = self.front.start().ok();
        if self.open().is_err() {
            self.kill();
        }
        true
    }

    fn fork(&mut self) -> Reply<bool> {
        if !self.process.as_ref()?.can_fork {
            return Some(Ok(false));
        }
        let answered = self.send(json!({"cmd": "fork"}), false)?;
        Some(answered.map(|answer| {
            let child = answer["pid"].as_u64().and_then(|number| pid(u32::try_from(number).ok()?));
            if let Some(process) = &mut self.process {
                process.child = child;
            }
            child.is_some()
        }))
    }

    fn resume(&mut self, record_given: &Record, secret: Option<&str>) -> Reply<Record> {
        let stored: Value = serde_json::from_str(&record_given.json).unwrap_or_default();
        let mut args = json!({"record": stored});
        if let Some(secret) = secret {
            args["plain_token"] = json!(secret);
        }
        Some(self.call("resume_rotation", args)?.map(|answer| record(&answer["record"])))
    }

    fn close(&mut self) -> Reply<()> {
        Some(self.send(json!({"cmd": "close", "client": CLIENT}), false)?.map(drop))
    }
}
