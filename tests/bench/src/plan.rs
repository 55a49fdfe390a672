//! What is measured, in which order, how often.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::audit;
use crate::clients::NAMES;
use crate::report;
use crate::server::{self, LENGTHS, OWNER, PAT, SCRATCH, Server};

/// What the caller chose.
#[derive(Default)]
pub struct Options {
    /// One short round, to see that everything works; its figures mean nothing.
    pub quick: bool,
    /// Where the figures go as JSON.
    pub json: Option<PathBuf>,
    /// Other languages' programs: a name, and a command line whose words have spaces between.
    pub rows: Vec<(String, String)>,
    /// Files whose size belongs in the table.
    pub sizes: Vec<(String, String)>,
}

const OPERATIONS: [(&str, usize); 4] = [("list10", 10_000), ("get", 5_000), ("create", 3_000), ("delete", 3_000)];
const THREADS: [usize; 4] = [1, 4, 16, 64];

pub fn run(options: &Options) -> Result<()> {
    let pin = pin();
    let rounds = if options.quick { 1 } else { 5 };
    let scale = |calls: usize| if options.quick { calls / 20 } else { calls };
    let mut figures = Map::new();
    figures.insert("pinned".into(), json!(!pin.is_empty()));

    {
        let server = Server::start(&pin)?;
        let mut latency = Map::new();
        for (operation, calls) in OPERATIONS {
            eprintln!("latency of {operation} …");
            let calls = scale(calls).to_string();
            let row = alternate(&NAMES, rounds, |name| case(&pin, &["latency", name, &server.url, operation, &calls]))?;
            latency.insert(operation.into(), row);
        }
        figures.insert("latency".into(), latency.into());

        eprintln!("first call …");
        figures
            .insert("first_call".into(), alternate(&NAMES, rounds, |name| case(&pin, &["first", name, &server.url]))?);

        let mut large = Map::new();
        for length in LENGTHS {
            eprintln!("a list of {length} …");
            let row = alternate(&["floor", "ours"], rounds.min(3), |name| {
                case(&pin, &["large", name, &server.url, &length.to_string()])
            })?;
            large.insert(length.to_string(), json!({ "body_bytes": body_bytes(&server.url, length)?, "clients": row }));
        }
        figures.insert("large".into(), large.into());

        let mut rows = Map::new();
        for (name, command) in &options.rows {
            eprintln!("rows of {name} …");
            rows.insert(name.clone(), other_rows(&pin, command, &server.url, options.quick)?);
        }
        figures.insert("rows".into(), rows.into());
    }

    // Threads need both cores, or there is nothing to see.
    let server = Server::start(&[])?;
    let mut threads = Map::new();
    for count in THREADS {
        eprintln!("{count} threads …");
        let calls = scale(30_000).to_string();
        let row = alternate(&NAMES[1..], rounds.min(3), |name| {
            case(&[], &["threads", name, &server.url, &count.to_string(), &calls])
        })?;
        threads.insert(count.to_string(), row);
    }
    figures.insert("threads".into(), threads.into());

    figures.insert("audit".into(), audits(rounds.min(3))?);

    let mut sizes = Map::new();
    for (name, file) in &options.sizes {
        let size = std::fs::metadata(file).with_context(|| format!("{file} is not there"))?.len();
        sizes.insert(name.clone(), json!(size));
    }
    figures.insert("sizes".into(), sizes.into());

    let figures = Value::Object(figures);
    print!("{}", report::tables(&figures));
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_vec_pretty(&figures)?)?;
        println!("\nThe figures as JSON: {}", file.display());
    }
    Ok(())
}

/// Audits need both cores too, since client and server work at the same time.
fn audits(rounds: usize) -> Result<Value> {
    let mut audits = Map::new();
    for users in audit::USERS {
        eprintln!("an audit of {users} users …");
        let server = Server::for_audits(users, audit::ANSWER_MS)?;
        let row =
            alternate(&["floor", "ours"], rounds, |name| case(&[], &["audit", name, &server.url, &users.to_string()]))?;
        audits.insert(users.to_string(), row);
    }
    Ok(audits.into())
}

/// The words before a command that keep it on one core; none where the system has no `taskset`.
fn pin() -> Vec<String> {
    let words = ["taskset", "-c", "0"];
    let works = Command::new(words[0]).args(&words[1..]).arg("true").status().is_ok_and(|status| status.success());
    if works { words.iter().map(ToString::to_string).collect() } else { Vec::new() }
}

/// Measures each client in every round, in turning order, so that a slow spell of the machine does not hit one alone, and
/// takes each figure's median over the rounds.
fn alternate(names: &[&str], rounds: usize, mut measure: impl FnMut(&str) -> Result<Value>) -> Result<Value> {
    let mut all: Map<String, Value> = Map::new();
    for round in 0..rounds {
        let mut order = names.to_vec();
        if round % 2 == 1 {
            order.reverse();
        }
        for name in order {
            let figures = measure(name).with_context(|| format!("measuring {name}"))?;
            let figures = figures.as_object().context("a measurement is an object")?;
            let rows = all.entry(name).or_insert_with(|| json!({})).as_object_mut().context("made just above")?;
            for (figure, value) in figures {
                let list = rows.entry(figure).or_insert_with(|| json!([])).as_array_mut().context("made just above")?;
                list.push(value.clone());
            }
        }
    }
    for rows in all.values_mut().filter_map(Value::as_object_mut) {
        for value in rows.values_mut() {
            let mut list: Vec<f64> = value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            list.sort_by(f64::total_cmp);
            *value = json!(list.get(list.len() / 2));
        }
    }
    Ok(all.into())
}

/// One measurement, by this same program in a new process.
fn case(pin: &[String], args: &[&str]) -> Result<Value> {
    let output =
        server::pinned(pin, &std::env::current_exe()?).arg("case").args(args).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the case {} failed: {}", args.join(" "), output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
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
