//! What must hold of the sources, beside the tests.

mod arrows;
mod dependencies;
mod files;
mod licences;
mod links;
mod metadata;
mod private;
mod scripts;
mod text;
mod versions;

use anyhow::{Result, bail};

use crate::plan::Step;
use crate::workspace::Workspace;

/// What a check found wrong, each with its place; and what to say if nothing was.
#[derive(Debug, Default)]
struct Findings {
    wrong: Vec<String>,
    seen: String,
}

impl Findings {
    fn add(&mut self, finding: impl Into<String>) {
        self.wrong.push(finding.into());
    }
}

type Check = fn(&Workspace) -> Result<Findings>;

/// Checks that read files and are done at once.
const CHECKS: &[(&str, Check)] = &[
    ("check: versions agree", versions::check),
    ("check: dependencies need no newer Rust", dependencies::msrv),
    ("check: dependencies' licences", licences::check),
    ("check: dependencies once each", dependencies::duplicates),
    ("check: arrows point down", arrows::check),
    ("check: nothing private", private::check),
    ("check: links", links::check),
    ("check: scripts", scripts::check),
    ("check: white space", text::check),
];

fn run(check: Check, workspace: &Workspace) -> Result<String> {
    let findings = check(workspace)?;
    if findings.wrong.is_empty() {
        return Ok(findings.seen);
    }
    let count = findings.wrong.len();
    bail!("{count} found\n  {}", findings.wrong.join("\n  "));
}

/// Formatting, lints and freshness.
pub fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> =
        CHECKS.iter().map(|&(name, check)| Step::new(name, move |job| run(check, job.workspace()))).collect();
    steps.push(format_step());
    steps.push(lint_step());
    steps
}

/// `cargo fmt`, without changing anything.
pub fn format_step() -> Step {
    Step::new("check: format", |job| {
        job.cargo("fmt").args(["--all", "--check", "--", "--color", "never"]).run()?;
        Ok(String::new())
    })
}

/// Clippy over everything; any warning fails.
pub fn lint_step() -> Step {
    Step::new("check: clippy", |job| {
        job.cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
        Ok(String::new())
    })
    .cargo()
}

/// The steps of `cargo xtask check-versions`.
pub fn version_step() -> Step {
    Step::new(CHECKS[0].0, |job| run(versions::check, job.workspace()))
}
