//! The wheel and the source distribution.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::archive::CleanPlace;
use super::part::{self, Part, Parts};
use crate::command::Cmd;
use crate::fronts::python::{self, WHEEL};
use crate::plan::{Job, Step};
use crate::toolchain::python as interpreters;

pub fn step(parts: &Parts) -> Step {
    // Installing the source distribution compiles it.
    part::step(Part::Python, parts, make).needs(WHEEL).cargo()
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let workspace = job.workspace();
    let wheel = parts.take(&python::wheel(workspace)?)?;
    let work = parts.work("python")?;
    job.command(python::maturin(workspace))
        .args(["sdist", "--manifest-path", "python/Cargo.toml", "--out"])
        .arg(&work)
        .limit_minutes(5)
        .run()?;
    let made = fs::read_dir(&work)?.flatten().map(|entry| entry.path()).next();
    let sources = parts.take(&made.context("maturin made no source distribution")?)?;

    install_and_run(job, &wheel)?;
    install_and_run(job, &sources)?;
    let name = |file: &Path| file.file_name().unwrap_or_default().display().to_string();
    let names = format!("{}, {}", name(&wheel), name(&sources));
    parts.note(wheel, "the Python package", "its demo, in a new environment");
    parts.note(
        sources,
        "the sources of the Python package",
        "installed into a new environment outside the checkout, and its demo",
    );
    Ok(names)
}

/// In an environment with nothing else, outside the checkout.
fn install_and_run(job: &Job, package: &Path) -> Result<()> {
    let found = interpreters::ensure(&job.log)?;
    let interpreter = found.last().context("no interpreter")?;
    let place = CleanPlace::new()?;
    let python = place.folder().join("environment/bin/python");
    let inside = |command: Cmd| job.logged(command.dir(place.folder()));
    inside(Cmd::new(&interpreter.program).args(["-m", "venv", "environment"])).limit_minutes(5).run()?;
    inside(Cmd::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).arg(package))
        // Only what it is built from comes from the package; what that depends on may be compiled already.
        .env("CARGO_TARGET_DIR", &job.workspace().target)
        .limit_minutes(30)
        .run()?;
    inside(Cmd::new(&python).args(["-m", "netbird_tokens", "demo"])).limit_minutes(2).run()
}
