//! The crates, as cargo packs them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::archive::CleanPlace;
use super::part::{self, Part, Parts, VERSION};
use super::sample;
use crate::command::Cmd;
use crate::fronts::compile::COMPILE;
use crate::plan::{Job, Step};

/// In the order in which they are published.
const CRATES: [&str; 3] = ["netbird-mock", "netbird-tokens", "netbird-tokens-cli"];

pub fn step(parts: &Parts) -> Step {
    part::step(Part::Crates, parts, make).needs(COMPILE).cargo()
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let packages = || CRATES.iter().flat_map(|name| ["--package", name]);
    // Each is compiled below from what was packed, against the other packed ones.
    job.cargo("publish").args(["--dry-run", "--no-verify", "--allow-dirty"]).args(packages()).run()?;
    job.cargo("package").args(["--no-verify", "--allow-dirty"]).args(packages()).run()?;
    let place = CleanPlace::new()?;
    let mut unpacked = Vec::new();
    for name in CRATES {
        let packed = job.workspace().target.join("package").join(format!("{name}-{VERSION}.crate"));
        let file = parts.take(&packed)?;
        unpacked.push(place.unpack(job, &file, &format!("{name}-{VERSION}"))?);
        let tried = match name {
            "netbird-tokens" => "its example tour",
            "netbird-tokens-cli" => "installed with cargo, and its demo",
            _ => "compiled into the packed command line, whose demo runs it",
        };
        parts.note(file, "a crate", tried);
    }
    let [mock, core, cli] = unpacked.as_slice() else { unreachable!("there are three crates") };
    run_tour(job, core)?;
    run_demo(job, place.folder(), mock, core, cli)?;
    Ok(CRATES.join(", "))
}

/// A cargo that finds none of the checkout's sources. What the crates depend on may be compiled already.
fn cargo(job: &Job, folder: &Path) -> Cmd {
    job.logged(Cmd::new(job.workspace().cargo()))
        .dir(folder)
        .env("CARGO_TARGET_DIR", job.workspace().target.join("release-dry-run/target"))
        .limit_minutes(30)
}

fn run_tour(job: &Job, core: &Path) -> Result<()> {
    cargo(job, core).args(["build", "--example", "tour"]).run()?;
    let tour = job.workspace().target.join("release-dry-run/target/debug/examples/tour");
    sample::run(job, core, Cmd::new(tour), "revoked ")
}

/// Until they are published, the packed command line has to be told where the packed others are.
fn run_demo(job: &Job, folder: &Path, mock: &Path, core: &Path, cli: &Path) -> Result<()> {
    let patch = |name: &str, place: &Path| format!("patch.crates-io.{name}.path='{}'", place.display());
    let root: PathBuf = folder.join("installed");
    cargo(job, folder)
        .args(["install", "--debug", "--path"])
        .arg(cli)
        .arg("--root")
        .arg(&root)
        .args(["--config", &patch("netbird-tokens", core), "--config", &patch("netbird-mock", mock)])
        .run()?;
    job.logged(Cmd::new(root.join("bin/netbird-tokens")).arg("demo").dir(folder)).limit_minutes(2).run()
}
