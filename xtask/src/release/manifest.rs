//! What a release consists of: `manifest.json` for programs, `SHA256SUMS` for people.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::command_line::target;
use super::part::{Made, Part, Parts, VERSION};
use crate::plan::{Job, Step};
use crate::sources;

pub const STEP: &str = "release: manifest";

pub fn step(parts: &Parts) -> Step {
    let parts = parts.clone();
    let step = Step::new(STEP, move |job| make(job, &parts));
    // Also when a part was left out: the manifest says what is there.
    Part::ALL.into_iter().fold(step, |step, part| step.after(part.step_name()))
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let made = parts.made();
    ensure!(!made.is_empty(), "nothing was made");
    let (commit, is_changed) = sources::commit(job.workspace())?;
    let compiler = job.command("rustc").arg("-V").limit_minutes(1).output()?;
    let mut sums = String::new();
    let mut listed = Vec::new();
    for Made { file, what, tried } in &made {
        let name = file.file_name().unwrap_or_default().display().to_string();
        let sum = sha256(file)?;
        sums.push_str(&format!("{sum}  {name}\n"));
        listed.push(json!({
            "file": name, "bytes": fs::metadata(file)?.len(), "sha256": sum, "what": what, "tried": tried,
        }));
    }
    let manifest = json!({
        "version": VERSION, "commit": commit, "has_uncommitted_changes": is_changed, "target": target(job)?,
        "compiler": compiler.trim(), "files": listed,
    });
    fs::write(parts.file("manifest.json"), format!("{}\n", serde_json::to_string_pretty(&manifest)?))?;
    fs::write(parts.file("SHA256SUMS"), sums)?;
    job.command("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).dir(parts.folder()).limit_minutes(2).run()?;
    let uncommitted = if is_changed { ", with changes that are not committed" } else { "" };
    Ok(format!("{} files{uncommitted}", made.len()))
}

fn sha256(file: &Path) -> Result<String> {
    let digest = Sha256::digest(fs::read(file)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_that_of_sha256sum() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "abc").expect("written");
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&file).expect("read"), known);
    }
}
