//! Bills of materials: which crates the programs and libraries are made of.

use anyhow::Result;

use super::part::{self, Part, Parts};
use crate::plan::{Job, Step};
use crate::sources;

// Pinned, as every tool.
const TOOL: &str = "cargo-cyclonedx@0.5.9";
/// The folders of the crates that are shipped compiled.
const SHIPPED: [&str; 4] = ["c-header", "python", "cli", "bindings"];

pub fn step(parts: &Parts) -> Step {
    part::step(Part::Sbom, parts, make).cargo()
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let tools = job.workspace().target.join("tools");
    job.command(job.workspace().cargo())
        .args(["install", "--locked", "--quiet", TOOL, "--root"])
        .arg(&tools)
        .limit_minutes(30)
        .run()?;
    // It writes beside the manifests.
    let copy = parts.work("sbom")?;
    sources::check_out(job.workspace(), &copy)?;
    let mut names = Vec::new();
    for folder in SHIPPED {
        let crate_folder = copy.join(folder);
        let manifest = std::fs::read_to_string(crate_folder.join("Cargo.toml"))?;
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let name = name.ok_or_else(|| anyhow::anyhow!("{folder}/Cargo.toml has no name"))?.to_owned();
        job.command(tools.join("bin/cargo-cyclonedx"))
            .args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--manifest-path"])
            .arg(crate_folder.join("Cargo.toml"))
            .env("SOURCE_DATE_EPOCH", sources::commit_time(job.workspace())?)
            .limit_minutes(5)
            .run()?;
        let file = parts.take(&crate_folder.join(format!("{name}.cdx.json")))?;
        let bill = std::fs::read_to_string(&file)?;
        anyhow::ensure!(bill.contains("pkg:cargo/rustls@"), "{} does not name the TLS library", file.display());
        parts.note(file, "a bill of materials, CycloneDX 1.5", "read again");
        names.push(name);
    }
    Ok(names.join(", "))
}
