//! Measuring clients by turns, each measurement in a process of its own.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::clients::CA_VARIABLE;
use crate::server::{self, Server};

/// The words before a command that keep it on one core; none where the system has no `taskset`.
pub fn pin() -> Vec<String> {
    let words = ["taskset", "-c", "0"];
    let works = Command::new(words[0]).args(&words[1..]).arg("true").status().is_ok_and(|status| status.success());
    if works { words.iter().map(ToString::to_string).collect() } else { Vec::new() }
}

/// Measures each client in every round, in turning order, so that a slow spell of the machine does not hit one alone, and
/// takes each figure's median over the rounds.
pub fn alternate(names: &[&str], rounds: usize, mut measure: impl FnMut(&str) -> Result<Value>) -> Result<Value> {
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
pub fn case(pin: &[String], args: &[&str]) -> Result<Value> {
    output(server::pinned(pin, &std::env::current_exe()?).arg("case").args(args))
}

/// The same, of a server that may have a CA of its own.
pub fn case_on(server: &Server, pin: &[String], kind: &str, name: &str, rest: &[&str]) -> Result<Value> {
    let mut command = server::pinned(pin, &std::env::current_exe()?);
    command.args(["case", kind, name, &server.url]).args(rest);
    if let Some(pem) = &server.ca_pem {
        command.env(CA_VARIABLE, pem);
    }
    output(&mut command)
}

fn output(command: &mut Command) -> Result<Value> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
