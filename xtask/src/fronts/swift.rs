//! The Swift package.

use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::{Front, built, conformance_step};
use crate::command::Cmd;
use crate::fronts::rust;
use crate::plan::{Job, Step};
use crate::toolchain::swift;
use crate::workspace::Workspace;

/// `bindings/swift`.
pub struct Swift;

const PACKAGE: &str = "bindings/swift";
const TOOLCHAIN: &str = "swift: toolchain";
const SOURCES: &str = "swift: generated sources";
const BUILD: &str = "swift: build";

/// Where each kind of generated file belongs. The module map beside the header is not generated.
const GENERATED: &[(&str, &str)] = &[("swift", "Sources/NetBirdTokensNative"), ("h", "Sources/NetBirdTokensFFI")];

/// `swift …` in the package's folder, in this step's log.
fn swift_command(job: &Job, args: &[&str]) -> Result<Cmd> {
    let workspace = job.workspace();
    let words = std::iter::once("swift").chain(args.iter().copied());
    let libraries = workspace.target.join("debug");
    let command = swift::ensure(workspace, &job.log)?.command(workspace, &workspace.path(PACKAGE), words)?;
    Ok(job.logged(command).env("NETBIRD_TOKENS_LIB_DIR", libraries).limit_minutes(15))
}

/// Writes the Swift sources that UniFFI makes of the built library into the package. A file that
/// is as it was keeps its time, so that nothing is compiled again for it.
fn generate(job: &Job) -> Result<usize> {
    let workspace = job.workspace();
    let fresh = workspace.target.join("swift-generated");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let library = format!("{}netbird_tokens_uniffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    job.command(built(workspace, "netbird-tokens-bindgen"))
        .arg("generate")
        .arg(workspace.target.join("debug").join(library))
        .args(["--language", "swift", "--no-format", "--metadata-no-deps", "--config", "bindings/uniffi.toml"])
        .arg("--out-dir")
        .arg(&fresh)
        .run()?;
    let mut number = 0;
    for entry in fs::read_dir(&fresh)? {
        let path = entry?.path();
        let place = GENERATED.iter().find(|(kind, _)| path.extension().is_some_and(|extension| extension == *kind));
        let (Some((_, folder)), Some(name)) = (place, path.file_name()) else {
            continue;
        };
        let text = fs::read(&path)?;
        let target = workspace.path(PACKAGE).join(folder).join(name);
        if !fs::read(&target).is_ok_and(|old| old == text) {
            fs::write(&target, text).with_context(|| format!("cannot write {}", target.display()))?;
        }
        number += 1;
    }
    if number < GENERATED.len() {
        bail!("the generator made only {number} of the files that the package needs");
    }
    Ok(number)
}

impl Front for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn sign_of_life(&self) -> &'static str {
        "bindings/swift/Package.swift"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-uniffi", "netbird-tokens-bindgen"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLCHAIN, |job| {
                swift::ensure(job.workspace(), &job.log)?;
                Ok(swift::describe(job.workspace()))
            })
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(SOURCES, |job| Ok(format!("{} files", generate(job)?))).needs(rust::COMPILE),
            Step::new(BUILD, |job| {
                swift_command(job, &["build", "--build-tests"])?.run()?;
                Ok(String::new())
            })
            .needs(TOOLCHAIN)
            .needs(SOURCES),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new("swift: tests", |job| {
                swift_command(job, &["test"])?.run()?;
                job.tests_passed()
            })
            .needs(BUILD),
            conformance_step("swift", "swift", |_| Ok(Vec::new())).needs(BUILD),
        ]
    }
}
