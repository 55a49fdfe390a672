//! Checks of the sources, the documents and the dependencies.

mod cycles;
mod dependencies;
pub mod files;
mod findings;
mod layers;
mod licence_texts;
mod licences;
mod links;
mod metadata;
mod private;
mod scripts;
mod snippets;
mod supply;
mod text;
mod versions;

use anyhow::Result;

use findings::Findings;

use crate::api;
use crate::plan::Step;
use crate::workspace::Workspace;

/// The value of `--only` that selects the checks.
pub const NAME: &str = "check";

type Check = fn(&Workspace) -> Result<Findings>;

const VERSIONS: (&str, Check) = ("versions agree", versions::check);

/// Quick checks, which only read files.
const CHECKS: &[(&str, Check)] = &[
    VERSIONS,
    ("dependencies need no newer Rust", dependencies::msrv),
    ("dependencies' licences", licences::check),
    ("dependencies' sources", supply::check),
    ("licence texts", licence_texts::check),
    ("dependencies once each", dependencies::duplicates),
    ("dependencies between crates", layers::check),
    ("no import cycles", cycles::check),
    ("nothing private", private::check),
    ("links", links::check),
    ("code in documents", snippets::check),
    ("scripts", scripts::check),
    ("white space", text::check),
    ("public APIs are as listed", apis),
];

/// The front ends whose API can be read from committed files.
fn apis(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut numbers = Vec::new();
    for surface in api::FROM_SOURCES {
        match surface.check(workspace) {
            Ok(number) => numbers.push(number),
            Err(error) => findings.add(format!("{error:#}")),
        }
    }
    findings.note = numbers.join(", ");
    Ok(findings)
}

fn step((name, check): (&str, Check)) -> Step {
    Step::new(format!("{NAME}: {name}"), move |job| check(job.workspace())?.into_result())
}

/// All checks, formatting and Clippy included.
pub fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = CHECKS.iter().copied().map(step).collect();
    steps.push(format_step());
    steps.push(clippy_step());
    steps
}

/// The step of `cargo xtask check-versions`.
pub fn version_step() -> Step {
    step(VERSIONS)
}

/// `cargo fmt`, without changing anything.
fn format_step() -> Step {
    Step::new(format!("{NAME}: format"), |job| {
        job.cargo("fmt").args(["--all", "--check", "--", "--color", "never"]).run()?;
        Ok(String::new())
    })
}

/// Clippy for everything. A warning is a failure.
fn clippy_step() -> Step {
    Step::new(format!("{NAME}: clippy"), |job| {
        job.cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
        Ok(String::new())
    })
    .cargo()
}
