//! The command-line tool.

use anyhow::{Context as _, Result};

use super::compile::{self, COMPILE, built};
use super::front::Front;
use super::live::{Server, live};
use super::manifests;
use super::steps::{package_tests, scenarios};
use crate::command::on_path;
use crate::plan::{Job, Step};
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// `cli`.
pub struct Cli;

const PACKAGE: &str = "netbird-tokens-cli";
const SHELLS: &str = "cli: bash, zsh, fish";
const DESKTOP: &str = "cli: keyring and browser";

/// Programs of a desktop that its tests start, and the Debian packages that have them.
const DESKTOP_PROGRAMS: [(&str, &[&str]); 3] = [
    ("dbus-run-session", &["dbus-bin", "dbus-daemon"]),
    ("gnome-keyring-daemon", &["gnome-keyring"]),
    ("chromedriver", &["chromium", "chromium-driver"]),
];

/// Presses TAB in real shells. The tests are ignored by default, for those who do not have all the shells.
fn completion_tests() -> Step {
    Step::new("cli: completion in bash, zsh and fish", |job| {
        let programs = compile::test_programs(job.workspace(), PACKAGE)?;
        let tests = programs.iter().find(|program| program.target == "completion").context("it was not built")?;
        job.logged(tests.command(job.workspace())).arg("--ignored").limit_minutes(10).run()?;
        job.tests_passed()
    })
    .needs(SHELLS)
    .needs(COMPILE)
}

/// Logs in with a real keyring and a real browser. The tests are ignored by default, for those who do not have them.
fn desktop_tests() -> Step {
    Step::new("cli: login with a keyring and a browser", |job| {
        let programs = compile::test_programs(job.workspace(), PACKAGE)?;
        let tests = programs.iter().find(|program| program.target == "command_line").context("it was not built")?;
        job.logged(tests.command(job.workspace()))
            .args(["--ignored", "browser::", "keyring::"])
            .limit_minutes(10)
            .run()?;
        job.tests_passed()
    })
    .needs(DESKTOP)
    .needs(COMPILE)
}

impl Front for Cli {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn main_file(&self) -> &'static str {
        "cli/Cargo.toml"
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(SHELLS, |job| {
                for shell in ["bash", "zsh", "fish"] {
                    if on_path(shell).is_none() {
                        apt::ensure(&[shell], &job.log)?;
                    }
                }
                Ok(String::new())
            })
            .waits(),
            Step::new(DESKTOP, |job| {
                for (program, packages) in DESKTOP_PROGRAMS {
                    if on_path(program).is_none() {
                        apt::ensure(packages, &job.log)?;
                    }
                }
                Ok(String::new())
            })
            .waits(),
            manifests::toolchain(),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("cli", PACKAGE),
            completion_tests(),
            desktop_tests(),
            manifests::test(),
            scenarios("cli", "cli", adapter),
            live("cli", "cli", Server { version: "current", limited: false }, adapter),
        ]
    }
}

fn adapter(job: &Job) -> Result<Vec<(String, String)>> {
    let path = |program| built(job.workspace(), program).display().to_string();
    Ok(vec![
        ("NETBIRD_ADAPTER_CLI".to_owned(), path("netbird-adapter-cli")),
        ("ADAPTER_BIN_NETBIRD_TOKENS_CLI".to_owned(), path("netbird-tokens")),
    ])
}
