//! The core crate, and the one compilation that every other front end builds on.
//!
//! The whole workspace is compiled in one go: cargo unifies features over the packages that it
//! is asked for, so building them one by one would compile the large dependencies again and
//! again. The tests of a package are then run from what that compilation made.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Front, conformance_step, package_tests, unneeded_packages};
use crate::command::Cmd;
use crate::plan::{Job, Step};
use crate::workspace::Workspace;

/// The step that compiles the workspace.
pub const COMPILE: &str = "rust: compile the workspace";

/// The core crate and the task runner.
pub struct Rust;

impl Front for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn sign_of_life(&self) -> &'static str {
        "core/Cargo.toml"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-bench"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        // Whoever runs us has cargo.
        Vec::new()
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(COMPILE, |job| {
                let excluded = excludes(job);
                job.cargo("build").arg("--workspace").args(&excluded).run()?;
                let messages = job
                    .cargo("test")
                    .args(["--workspace", "--no-run", "--message-format=json-render-diagnostics"])
                    .args(&excluded)
                    .output()?;
                let list = test_list(job.workspace());
                fs::write(&list, &messages).with_context(|| format!("cannot write {}", list.display()))?;
                Ok(format!("{} test programs", parse(&messages)?.len()))
            })
            .cargo(),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("rust", "netbird-tokens"),
            package_tests("rust", "xtask"),
            Step::new("rust: examples in the documentation", |job| {
                job.cargo("test").args(["--workspace", "--doc"]).args(excludes(job)).run()?;
                job.tests_passed()
            })
            .needs(COMPILE)
            .cargo(),
            Step::new("rust: documentation", |job| {
                job.cargo("doc")
                    .args(["--workspace", "--no-deps", "--lib"])
                    .args(excludes(job))
                    .env("RUSTDOCFLAGS", "-D warnings")
                    .run()?;
                Ok(String::new())
            })
            .needs(COMPILE)
            .cargo(),
            conformance_step("rust", "rust", |job| {
                Ok(vec![(
                    "NETBIRD_ADAPTER_RUST".to_owned(),
                    super::built(job.workspace(), "netbird-adapter-rust").display().to_string(),
                )])
            }),
        ]
    }
}

/// Leaves out the crates of front ends that were not asked for.
fn excludes(job: &Job) -> Vec<&'static str> {
    unneeded_packages(&job.context.only).into_iter().flat_map(|package| ["--exclude", package]).collect()
}

fn test_list(workspace: &Workspace) -> PathBuf {
    workspace.logs().join("test-programs.json")
}

/// A compiled test program.
#[derive(Debug, Clone)]
pub struct TestProgram {
    /// The package it tests.
    pub package: String,
    /// The library, program or test file it was made of.
    pub target: String,
    executable: PathBuf,
    folder: PathBuf,
    version: String,
}

impl TestProgram {
    /// Runs it where and how cargo would.
    pub fn command(&self, workspace: &Workspace) -> Cmd {
        Cmd::new(&self.executable)
            .dir(&self.folder)
            .env("CARGO", workspace.cargo())
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("CARGO_PKG_NAME", &self.package)
            .env("CARGO_PKG_VERSION", &self.version)
    }
}

/// The test programs of one package, from the last compilation.
pub fn test_programs(workspace: &Workspace, package: &str) -> Result<Vec<TestProgram>> {
    let list = test_list(workspace);
    let messages = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let mut programs = parse(&messages)?;
    programs.retain(|program| program.package == package);
    Ok(programs)
}

fn parse(messages: &str) -> Result<Vec<TestProgram>> {
    let mut found = BTreeMap::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Value = serde_json::from_str(line).context("cargo's message is not JSON")?;
        if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
            continue;
        }
        let (Some(executable), Some(manifest), Some(id)) =
            (message["executable"].as_str(), message["manifest_path"].as_str(), message["package_id"].as_str())
        else {
            continue;
        };
        let folder = PathBuf::from(manifest).parent().map(PathBuf::from).unwrap_or_default();
        let (package, version) = package_and_version(id, &folder);
        found.insert(
            executable.to_owned(),
            TestProgram {
                package,
                target: message["target"]["name"].as_str().unwrap_or_default().to_owned(),
                executable: PathBuf::from(executable),
                folder,
                version,
            },
        );
    }
    Ok(found.into_values().collect())
}

/// A package id is `…/folder#name@version`, or `…/name#version` where the folder has the name.
fn package_and_version(id: &str, folder: &std::path::Path) -> (String, String) {
    let spec = id.rsplit('#').next().unwrap_or_default();
    match spec.split_once('@') {
        Some((name, version)) => (name.to_owned(), version.to_owned()),
        None => {
            (folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(), spec.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_programs_are_found_among_the_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","package_id":"path+file:///r/core#netbird-tokens@0.1.0","manifest_path":"/r/core/Cargo.toml","target":{"name":"netbird_tokens"},"profile":{"test":true},"executable":"/t/a"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"path+file:///r/xtask#0.1.0","manifest_path":"/r/xtask/Cargo.toml","target":{"name":"xtask"},"profile":{"test":true},"executable":"/t/b"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"path+file:///r/xtask#0.1.0","manifest_path":"/r/xtask/Cargo.toml","target":{"name":"xtask"},"profile":{"test":false},"executable":"/t/c"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
            "\n",
        );
        let found = parse(messages).expect("parsed");
        let names: Vec<(&str, &str)> =
            found.iter().map(|program| (program.package.as_str(), program.version.as_str())).collect();
        assert_eq!(names, [("netbird-tokens", "0.1.0"), ("xtask", "0.1.0")]);
    }
}
