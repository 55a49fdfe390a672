//! The server that everything is measured against: the mock, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The PAT that the measurements use.
pub const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";

/// The lengths of the lists that users `list-1`, `list-10`, … have.
pub const LENGTHS: [usize; 5] = [1, 10, 100, 10_000, 100_000];

/// How many tokens each service user has that is audited.
pub const AUDIT_TOKENS: usize = 20;

/// The user whose token the PAT is.
pub const OWNER: &str = "owner";

/// The service user that tokens are created for and deleted of.
pub const SCRATCH: &str = "scratch";

/// How a server differs from the ordinary one.
#[derive(Default)]
pub struct Kind {
    /// HTTPS with a certificate of the mock's own CA.
    pub tls: bool,
    /// Each answer says that the connection ends with it.
    pub closes: bool,
    /// The milliseconds that it waits before each answer.
    pub answer_ms: Option<usize>,
}

pub struct Server {
    child: Child,
    pub url: String,
    /// With TLS, the CA's certificate.
    pub ca_pem: Option<String>,
}

impl Server {
    /// Starts the mock that was built beside this program, on the given core where one is given.
    pub fn start(pin: &[String]) -> Result<Self> {
        Self::of_kind(pin, &Kind::default())
    }

    /// One that differs from it. The long lists are left out.
    pub fn of_kind(pin: &[String], kind: &Kind) -> Result<Self> {
        let delay = kind.answer_ms.map(|ms| json!({ "delay": { "ms": ms } }));
        let close = kind.closes.then(|| json!({ "edit_headers": { "set": [["Connection", "close"]] } }));
        let is_ordinary = delay.is_none() && close.is_none() && !kind.tls;
        let longest = if is_ordinary { usize::MAX } else { 100 };
        Self::with_world(pin, kind.tls, &world_json(longest, delay.into_iter().chain(close)))
    }

    /// A server with so many service users of 20 tokens each, that takes so many milliseconds for each answer.
    pub fn for_audits(users: usize, answer_ms: usize) -> Result<Self> {
        Self::with_world(&[], false, &audit_world_json(users, answer_ms))
    }

    fn with_world(pin: &[String], tls: bool, json: &Value) -> Result<Self> {
        let own = std::env::current_exe()?;
        let program = own.with_file_name("netbird-mock");
        let world = own.with_file_name("netbird-bench-world.json");
        std::fs::write(&world, serde_json::to_vec(json)?)?;
        let mut command = pinned(pin, &program);
        command.args(["--listen", "127.0.0.1:0", "--until-stdin-closes", "--world"]).arg(&world);
        if tls {
            command.arg("--tls");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start: build netbird-mock first", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("it has a pipe")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the mock's first line is not JSON")?;
        let url = ready["url"].as_str().context("the mock told no URL")?.to_owned();
        let ca_pem = ready["ca_pem"].as_str().map(str::to_owned);
        Ok(Server { child, url, ca_pem })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It is a child of ours that ends with its input; if it is gone already, so much the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs on the cores that `pin` (as `taskset -c 0`) says.
pub fn pinned(pin: &[String], program: &Path) -> Command {
    match pin.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    }
}

fn owner() -> Value {
    json!({
        "id": OWNER, "name": "Ada", "email": "ada@x.example", "role": "owner",
        "tokens": [{ "name": "bench", "plain": PAT }],
    })
}

fn service_user(id: &str, tokens: usize) -> Value {
    let tokens: Vec<Value> = (0..tokens)
        .map(|at| {
            json!({
                "name": format!("token-{at:06}"),
                "created_by": "7ad8c053-287d-473f-b42a-365504bf25e7",
                "created_at": "2026-11-01T10:20:30.123456789Z",
                "expiration_date": "2027-01-30T10:20:30.123456789Z",
                "last_used": "2026-11-22T14:02:53.272427795Z",
            })
        })
        .collect();
    json!({ "id": id, "name": id, "role": "user", "is_service_user": true, "tokens": tokens })
}

fn world_json(longest: usize, actions: impl Iterator<Item = Value>) -> Value {
    let lengths = LENGTHS.iter().filter(|length| **length <= longest);
    let lists = lengths.map(|length| service_user(&format!("list-{length}"), *length));
    let users: Vec<Value> = [owner(), service_user(SCRATCH, 0)].into_iter().chain(lists).collect();
    let faults: Vec<Value> = actions.map(|action| json!({ "times": 0, "action": action })).collect();
    json!({ "users": users, "faults": faults })
}

fn audit_world_json(users: usize, answer_ms: usize) -> Value {
    let service_users = (0..users).map(|at| service_user(&format!("service-{at:05}"), AUDIT_TOKENS));
    let users: Vec<Value> = std::iter::once(owner()).chain(service_users).collect();
    json!({ "users": users, "faults": [{ "times": 0, "action": { "delay": { "ms": answer_ms } } }] })
}
