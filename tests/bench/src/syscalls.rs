//! How many system calls one list of 10 takes, counted by `strace`.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::clients::NAMES;
use crate::run::Run;
use crate::server::Server;

/// Two runs, whose difference is what the calls alone take.
const CALLS: [usize; 2] = [100, 1_100];

/// The counts, or why there are none.
pub fn part(run: &Run) -> Result<Value> {
    if !Command::new("strace").args(["-c", "-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("  SKIPPED: strace is not here or may not trace");
        return Ok(json!({ "skipped": "strace is not here or may not trace" }));
    }
    let server = Server::start(&run.pin)?;
    let mut figures = Map::new();
    for name in NAMES {
        let [few, many] = [count(name, &server.url, CALLS[0])?, count(name, &server.url, CALLS[1])?];
        // Each run has a tenth more calls, which warm up.
        let calls = (CALLS[1] - CALLS[0]) as f64 * 1.1;
        let each: BTreeMap<String, f64> = many
            .into_iter()
            .map(|(syscall, count)| {
                let before = few.get(&syscall).copied().unwrap_or(0.0);
                (syscall, ((count - before) / calls * 100.0).round() / 100.0)
            })
            .filter(|(_, count)| *count > 0.0)
            .collect();
        let total = each.get("total").copied().context("strace prints a total")?;
        let each: BTreeMap<_, _> = each.into_iter().filter(|(syscall, _)| syscall != "total").collect();
        figures.insert(name.into(), json!({ "total": total, "each": each }));
    }
    Ok(figures.into())
}

/// The system calls of a run of so many lists, by name.
fn count(name: &str, url: &str, calls: usize) -> Result<BTreeMap<String, f64>> {
    let output = Command::new("strace")
        .args(["--follow-forks", "--summary-only"])
        .arg(std::env::current_exe()?)
        .args(["case", "latency", name, url, "list10", &calls.to_string()])
        .stdout(Stdio::null())
        .output()?;
    if !output.status.success() {
        bail!("strace failed: {}", output.status);
    }
    Ok(table(&String::from_utf8_lossy(&output.stderr)))
}

/// The counts in strace's table: the fourth column, and the name in the last one.
fn table(text: &str) -> BTreeMap<String, f64> {
    let rows = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Some((words.last()?.to_string(), words.get(3)?.parse().ok()?))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straces_table_is_read() {
        let text = "% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.11    0.000120           1       100         2 futex
  0.00    0.000000           0         3           read
------ ----------- ----------- --------- --------- ----------------
100.00    0.000196           1       103         2 total
";
        let expected = [("futex", 100.0), ("read", 3.0), ("total", 103.0)];
        assert_eq!(table(text), expected.map(|(name, count)| (name.to_owned(), count)).into());
    }
}
