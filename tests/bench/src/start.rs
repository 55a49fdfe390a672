//! The cold start of the command-line tool: one list, from the start of the process to its end, beside curl.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::rounds::alternate;
use crate::run::Run;
use crate::server::{self, PAT, Server};

pub fn part(run: &Run) -> Result<Value> {
    let Some(tool) = &run.tool else {
        eprintln!("  SKIPPED: no --tool");
        return Ok(json!({ "skipped": "the command-line tool was not given" }));
    };
    let server = Server::start(&run.pin)?;
    let curl =
        Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !curl {
        eprintln!("  SKIPPED: curl is not here");
    }
    let names = ["netbird-tokens list", "curl"];
    alternate(&names[..if curl { 2 } else { 1 }], run.rounds(3), |name| {
        let mut times = Vec::new();
        for _ in 0..run.calls(40) {
            let mut command = match name {
                "curl" => server::pinned(&run.pin, "curl".as_ref()),
                _ => server::pinned(&run.pin, tool),
            };
            let mut input = Vec::new();
            if name == "curl" {
                // On standard input, so that no argument has the token.
                command.args(["--silent", "--fail", "--config", "-"]);
                input =
                    format!("url = {}/api/users/list-10/tokens\nheader = \"Authorization: Token {PAT}\"\n", server.url)
                        .into_bytes();
            } else {
                command.args(["list", "--user-id", "list-10", "--output", "json", "--management-url", &server.url]);
                command.env("NB_PAT", PAT);
            }
            times.push(once(&mut command, &input)?);
        }
        times.sort_by(f64::total_cmp);
        Ok(json!({ "p50_ms": times[times.len() / 2], "p90_ms": times[times.len() * 9 / 10] }))
    })
}

/// The milliseconds that the process lives.
fn once(command: &mut Command, input: &[u8]) -> Result<f64> {
    let began = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
    child.stdin.take().context("it has a pipe")?.write_all(input)?;
    let status = child.wait()?;
    let ms = began.elapsed().as_secs_f64() * 1e3;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(ms)
}
