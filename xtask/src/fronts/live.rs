//! The live scenarios of a front end against the mock as a program of its own: what `cargo xtask live` does with a real server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::{fs, str};

use anyhow::{Context as _, Result, bail, ensure};
use regex::Regex;

use super::compile::{COMPILE, built};
use crate::mock_program::MockProgram;
use crate::plan::{Job, Step};
use crate::workspace::Workspace;

/// The server of a live run.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// A release of NetBird that the mock can be.
    pub version: &'static str,
    /// Whether its limiter is on, with the limits of a real server.
    pub limited: bool,
}

/// Somebody's server: an owner, and a service user that the run must not touch.
const USERS: &str = r#""users": [
    {"id": "google-oauth2|1", "name": "Olga", "role": "owner", "tokens": [{"name": "desktop"}]},
    {"id": "theirs", "name": "theirs", "role": "admin", "is_service_user": true, "tokens": [{"name": "laptop"}]}]"#;
const LIMITER: &str = r#""rate_limit": {"rpm": 6, "burst": 500},"#;

/// Runs the live scenarios against one server. `prepare` returns environment variables for the runner.
pub fn live(
    adapter: &'static str,
    front: &str,
    server: Server,
    prepare: impl FnOnce(&Job) -> Result<Vec<(String, String)>> + Send + 'static,
) -> Step {
    let limiter = if server.limited { ", limiter on" } else { "" };
    Step::new(format!("{front}: live scenarios of {adapter} on {}{limiter}", server.version), move |job| {
        let mock = start(job, server)?;
        let before = state(&mock)?;
        let mut command = job
            .command(built(job.workspace(), "netbird-conformance"))
            .args(["live", "--adapter", adapter])
            .env("NETBIRD_TEST_URL", &mock.url)
            .env("NETBIRD_TEST_TOKEN", &mock.pat)
            .limit_minutes(15);
        for (name, value) in prepare(job)? {
            command = command.env(name, value);
        }
        command.run()?;
        let after = state(&mock)?;
        ensure!(before == after, "the run has left something on the server: {after}");
        job.tests_passed()
    })
    .needs(COMPILE)
}

/// Starts the mock of this checkout with somebody's users.
fn start(job: &Job, server: Server) -> Result<MockProgram> {
    let world = job.log.with_extension("json");
    let limiter = if server.limited { LIMITER } else { "" };
    fs::write(&world, format!("{{{limiter} {USERS}}}"))?;
    let mut command = Command::new(built(job.workspace(), "netbird-mock"));
    MockProgram::start(
        command.args(["--until-stdin-closes", "--server-version", server.version, "--world"]).arg(&world),
    )
}

/// The users that exist, and the names of the first two's tokens.
fn state(mock: &MockProgram) -> Result<String> {
    let names = |answer: &str| -> Result<Vec<String>> {
        Ok(Regex::new(r#""name":"([^"]*)""#)?.captures_iter(answer).map(|found| found[1].to_owned()).collect())
    };
    let owners = names(&get(&mock.control, "/users/google-oauth2%7C1/tokens")?)?;
    let theirs = names(&get(&mock.control, "/users/theirs/tokens")?)?;
    Ok(format!("{} {owners:?} {theirs:?}", get(&mock.control, "/users")?))
}

/// The body that the mock's control API answers with.
fn get(url: &str, path: &str) -> Result<String> {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = str::from_utf8(&answer)?;
    if !text.starts_with("HTTP/1.1 200") {
        bail!("{path} of the control API: {}", text.lines().next().unwrap_or_default());
    }
    Ok(text.split_once("\r\n\r\n").context("an answer without a body")?.1.to_owned())
}

/// Environment variables with the program of the Rust adapter.
pub fn rust_adapter(workspace: &Workspace) -> Vec<(String, String)> {
    vec![("NETBIRD_ADAPTER_RUST".to_owned(), built(workspace, "netbird-adapter-rust").display().to_string())]
}
