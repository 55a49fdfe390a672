//! One measurement, in a process of its own: `case KIND CLIENT URL …`, printing one JSON object.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::clients::{self, Subject};
use crate::server::{PAT, SCRATCH};
use crate::{audit, tls};

pub fn run(args: &[String]) -> Result<()> {
    let started = Instant::now();
    let arg = |at: usize| args.get(at).map(String::as_str).context("a case takes more arguments");
    let number = |at: usize| -> Result<usize> { Ok(arg(at)?.parse()?) };
    let (kind, name, url) = (arg(0)?, arg(1)?, arg(2)?);
    let row = match kind {
        "latency" => latency(name, url, arg(3)?, number(4)?)?,
        "new-client" => tls::new_clients(name, url, number(4)?)?,
        "threads" => threads(name, url, number(3)?, number(4)?)?,
        "first" => {
            let mut subject = clients::make(name, url, PAT)?;
            subject.list("list-10")?;
            json!({ "ms": started.elapsed().as_secs_f64() * 1e3 })
        }
        "large" => {
            let before = peak_bytes()?;
            let mut subject = clients::make(name, url, PAT)?;
            let user = format!("list-{}", number(3)?);
            let began = Instant::now();
            let length = subject.list(&user)?;
            let ms = began.elapsed().as_secs_f64() * 1e3;
            json!({ "length": length, "ms": ms, "peak_bytes": peak_bytes()? - before })
        }
        "audit" => {
            let before = peak_bytes()?;
            let mut row = match name {
                "floor" => audit::floor(url, number(3)?)?,
                _ => audit::run(url, number(3)?)?,
            };
            row["peak_bytes"] = json!(peak_bytes()? - before);
            row
        }
        _ => bail!("there is no case {kind}"),
    };
    println!("{row}");
    Ok(())
}

/// `calls` calls of one operation, one after the other.
fn latency(name: &str, url: &str, operation: &str, calls: usize) -> Result<serde_json::Value> {
    let mut subject = clients::make(name, url, PAT)?;
    let warm_up = (calls / 10).max(10);
    let mut ids = Vec::new();
    if operation == "get" || operation == "delete" {
        let needed = if operation == "get" { 1 } else { calls + warm_up };
        for _ in 0..needed {
            ids.push(subject.create(SCRATCH)?);
        }
    }
    let mut once = |subject: &mut Box<dyn Subject>| -> Result<()> {
        match operation {
            "list10" => assert_length(subject.list("list-10")?, 10),
            "get" => subject.get(SCRATCH, &ids[0]),
            "create" => {
                ids.push(subject.create(SCRATCH)?);
                Ok(())
            }
            "delete" => subject.delete(SCRATCH, &ids.pop().context("there is one for each call")?),
            _ => bail!("there is no operation {operation}"),
        }
    };
    for _ in 0..warm_up {
        once(&mut subject)?;
    }
    let mut times = Vec::with_capacity(calls);
    let cpu = cpu_seconds()?;
    for _ in 0..calls {
        let began = Instant::now();
        once(&mut subject)?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    let cpu = (cpu_seconds()? - cpu) * 1e6 / calls as f64;
    // What was created is deleted again, so that the next measurement finds the server as this one did.
    for id in &ids {
        subject.delete(SCRATCH, id)?;
    }
    times.sort_by(f64::total_cmp);
    Ok(json!({ "p50_us": times[calls / 2], "p99_us": times[calls * 99 / 100], "cpu_us": cpu }))
}

/// `calls` lists of 10 in all, from so many threads on one client.
fn threads(name: &str, url: &str, threads: usize, calls: usize) -> Result<serde_json::Value> {
    let first = clients::make(name, url, PAT)?;
    let mut subjects = (0..threads).map(|_| first.again()).collect::<Result<Vec<_>>>()?;
    for subject in &mut subjects {
        subject.list("list-10")?;
    }
    let each = calls / threads;
    let cpu = cpu_seconds()?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let running: Vec<_> = subjects
            .into_iter()
            .map(|mut subject| {
                scope.spawn(move || -> Result<()> {
                    for _ in 0..each {
                        assert_length(subject.list("list-10")?, 10)?;
                    }
                    Ok(())
                })
            })
            .collect();
        running.into_iter().try_for_each(|thread| thread.join().expect("a measuring thread does not panic"))
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let calls = (each * threads) as f64;
    Ok(json!({ "calls_per_s": calls / seconds, "cpu_us": (cpu_seconds()? - cpu) * 1e6 / calls }))
}

fn assert_length(length: usize, expected: usize) -> Result<()> {
    if length != expected {
        bail!("the list has {length} tokens, not {expected}");
    }
    Ok(())
}

/// What all threads of this process have run so far.
fn cpu_seconds() -> Result<f64> {
    // Fields 14 and 15 are counted in ticks of 10 ms; the measurements run for seconds. Threads that have ended count too.
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').context("it has the program's name")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64> { Ok(fields.get(at).context("it has 52 fields")?.parse::<f64>()?) };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

/// The most memory that this process has had resident.
fn peak_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("Linux tells the peak")?;
    let kib: u64 = line.split_whitespace().nth(1).context("it has a value")?.parse()?;
    Ok(kib * 1024)
}
