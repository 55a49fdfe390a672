//! What is measured, in which order, how often.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::clients::NAMES;
use crate::rounds::{alternate, case, case_on, pin};
use crate::run::Run;
use crate::server::{self, Kind, LENGTHS, OWNER, PAT, SCRATCH, Server};
use crate::{audit, document, machine, report, start, syscalls, tls};

/// What the caller chose.
#[derive(Default)]
pub struct Options {
    /// One short round, to see that everything works; its figures mean nothing.
    pub quick: bool,
    /// The parts to measure; all if there is none.
    pub parts: Vec<String>,
    /// Where the figures go as JSON.
    pub json: Option<PathBuf>,
    /// The folder of the documents: the figures are kept there, and shown.
    pub keep: Option<PathBuf>,
    /// Other languages' programs: a name, and a command line whose words have spaces between.
    pub rows: Vec<(String, String)>,
    /// Files whose size belongs in the table.
    pub sizes: Vec<(String, String)>,
    /// The command-line tool, for its cold start.
    pub tool: Option<PathBuf>,
}

type Part = fn(&Run) -> Result<Value>;

/// The parts, which are also the names of their figures.
const PARTS: [(&str, Part); 10] = [
    ("latency", latency),
    ("first_call", first_call),
    ("large", large),
    ("rows", other_languages),
    ("threads", threads),
    ("slow", slow),
    ("tls", tls::part),
    ("syscalls", syscalls::part),
    ("start", start::part),
    ("audit", audits),
];

const OPERATIONS: [(&str, usize); 4] = [("list10", 10_000), ("get", 5_000), ("create", 3_000), ("delete", 3_000)];
const THREADS: [usize; 4] = [1, 4, 16, 64];
/// How long the slow server waits before each answer.
const SLOW_MS: usize = 5;

pub fn run(options: &Options) -> Result<()> {
    if let Some(unknown) = options.parts.iter().find(|part| !PARTS.iter().any(|(name, _)| name == part)) {
        bail!("{unknown} is no part of the benchmarks: they are {}", PARTS.map(|(name, _)| name).join(", "));
    }
    let run = Run { pin: pin(), quick: options.quick, tool: options.tool.clone(), rows: options.rows.clone() };
    let mut figures = Map::new();
    figures.insert("machine".into(), machine::describe());
    figures.insert("pinned".into(), json!(!run.pin.is_empty()));
    for (name, part) in PARTS {
        if options.parts.is_empty() || options.parts.iter().any(|wanted| wanted == name) {
            eprintln!("{name} …");
            figures.insert(name.into(), part(&run).with_context(|| format!("measuring {name}"))?);
        }
    }
    let mut sizes = Map::new();
    for (name, file) in &options.sizes {
        let size = std::fs::metadata(file).with_context(|| format!("{file} is not there"))?.len();
        sizes.insert(name.clone(), json!(size));
    }
    figures.insert("sizes".into(), sizes.into());

    let figures = Value::Object(figures);
    print!("{}", report::tables(&figures));
    if let Some(file) = &options.json {
        write(file, &figures)?;
    }
    if let Some(docs) = &options.keep {
        let date = figures["machine"]["date"].as_str().context("they have a date")?;
        write(&docs.join("benchmarks").join(date).with_extension("json"), &figures)?;
        document::write(docs)?;
    }
    Ok(())
}

fn write(file: &Path, figures: &Value) -> Result<()> {
    std::fs::write(file, format!("{figures:#}\n")).with_context(|| format!("cannot write {}", file.display()))
}

fn latency(run: &Run) -> Result<Value> {
    let server = Server::start(&run.pin)?;
    let mut latency = Map::new();
    for (operation, calls) in OPERATIONS {
        let calls = run.calls(calls).to_string();
        let row = alternate(&NAMES, run.rounds(5), |name| {
            case(&run.pin, &["latency", name, &server.url, operation, &calls])
        })?;
        latency.insert(operation.into(), row);
    }
    Ok(latency.into())
}

fn first_call(run: &Run) -> Result<Value> {
    let server = Server::start(&run.pin)?;
    alternate(&NAMES, run.rounds(5), |name| case(&run.pin, &["first", name, &server.url]))
}

fn large(run: &Run) -> Result<Value> {
    let server = Server::start(&run.pin)?;
    let mut large = Map::new();
    for length in LENGTHS {
        let row = alternate(&["floor", "ours"], run.rounds(3), |name| {
            case(&run.pin, &["large", name, &server.url, &length.to_string()])
        })?;
        large.insert(length.to_string(), json!({ "body_bytes": body_bytes(&server.url, length)?, "clients": row }));
    }
    Ok(large.into())
}

/// Threads need both cores, or there is nothing to see.
fn threads(run: &Run) -> Result<Value> {
    let server = Server::start(&[])?;
    let mut threads = Map::new();
    for count in THREADS {
        let calls = run.calls(30_000).to_string();
        let row = alternate(&NAMES[1..], run.rounds(3), |name| {
            case(&[], &["threads", name, &server.url, &count.to_string(), &calls])
        })?;
        threads.insert(count.to_string(), row);
    }
    Ok(threads.into())
}

/// Lists of 10 from a server that takes its time, as one far away does.
fn slow(run: &Run) -> Result<Value> {
    let server = Server::of_kind(&run.pin, &Kind { answer_ms: Some(SLOW_MS), ..Kind::default() })?;
    let calls = run.calls(200).to_string();
    alternate(&NAMES, run.rounds(3), |name| case_on(&server, &run.pin, "latency", name, &["list10", &calls]))
}

/// Audits need both cores too, since client and server work at the same time.
fn audits(run: &Run) -> Result<Value> {
    let mut audits = Map::new();
    for users in audit::USERS {
        let server = Server::for_audits(users, audit::ANSWER_MS)?;
        let row = alternate(&["floor", "ours"], run.rounds(3), |name| {
            case(&[], &["audit", name, &server.url, &users.to_string()])
        })?;
        audits.insert(users.to_string(), row);
    }
    Ok(audits.into())
}

fn other_languages(run: &Run) -> Result<Value> {
    let server = Server::start(&run.pin)?;
    let mut rows = Map::new();
    for (name, command) in &run.rows {
        eprintln!("  {name} …");
        rows.insert(name.clone(), other_rows(&run.pin, command, &server.url, run.quick)?);
    }
    Ok(rows.into())
}

/// What another language's program measures. It gets `NETBIRD_BENCH_URL`, `NETBIRD_BENCH_PAT`, `NETBIRD_BENCH_USER` (whose
/// list has 10 tokens), `NETBIRD_BENCH_LARGE_USER` (100 000) and, for a short run, `NETBIRD_BENCH_QUICK=1`, and prints a JSON
/// array of objects, each with a text `row` and figures such as `p50_us`.
fn other_rows(pin: &[String], command: &str, url: &str, quick: bool) -> Result<Value> {
    let mut words = command.split_whitespace();
    let program = words.next().context("a command has at least one word")?;
    let output = server::pinned(pin, program.as_ref())
        .args(words)
        .env("NETBIRD_BENCH_URL", url)
        .env("NETBIRD_BENCH_PAT", PAT)
        .env("NETBIRD_BENCH_OWNER", OWNER)
        .env("NETBIRD_BENCH_SCRATCH_USER", SCRATCH)
        .env("NETBIRD_BENCH_USER", "list-10")
        .env("NETBIRD_BENCH_LARGE_USER", "list-100000")
        .env("NETBIRD_BENCH_QUICK", if quick { "1" } else { "" })
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{command} does not start"))?;
    if !output.status.success() {
        bail!("{command} failed: {}", output.status);
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command} did not print JSON"))
}

fn body_bytes(url: &str, length: usize) -> Result<u64> {
    let mut response = ureq::get(format!("{url}/api/users/list-{length}/tokens"))
        .header("Authorization", format!("Token {PAT}"))
        .call()?;
    Ok(response.body_mut().with_config().limit(1 << 30).read_to_vec()?.len() as u64)
}
