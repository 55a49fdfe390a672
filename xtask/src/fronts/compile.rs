//! The compilation of the whole workspace, which every front end builds on.
//!
//! Cargo unifies features over the packages of one command, so compiling the packages one by one would compile large
//! dependencies several times. Each package's tests run later, from the programs that were compiled here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::command::Cmd;
use crate::plan::{Job, Step};
use crate::workspace::Workspace;

/// The name of the step.
pub const COMPILE: &str = "rust: compile the workspace";

/// The step that compiles the programs and the tests.
pub fn step() -> Step {
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
    .cargo()
}

/// Options for cargo that leave out the crates of front ends that were not selected.
pub fn excludes(job: &Job) -> Vec<&'static str> {
    job.context.excluded_packages.iter().flat_map(|package| ["--exclude", package]).collect()
}

/// A program of this workspace that the step compiled.
pub fn built(workspace: &Workspace, program: &str) -> PathBuf {
    workspace.target.join("debug").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// A compiled test program.
#[derive(Debug, Clone)]
pub struct TestProgram {
    /// The package that it tests.
    pub package: String,
    /// The library, program or test file that it was compiled from.
    pub target: String,
    executable: PathBuf,
    folder: PathBuf,
    version: String,
}

impl TestProgram {
    /// Runs it in the folder and with the variables that `cargo test` would give it.
    pub fn command(&self, workspace: &Workspace) -> Cmd {
        Cmd::new(&self.executable)
            .dir(&self.folder)
            .env("CARGO", workspace.cargo())
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("CARGO_PKG_NAME", &self.package)
            .env("CARGO_PKG_VERSION", &self.version)
    }
}

/// Cargo's messages from the last compilation.
fn test_list(workspace: &Workspace) -> PathBuf {
    workspace.logs().join("test-programs.json")
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
    for message in Message::parse_stream(messages.as_bytes()) {
        let artifact = match message? {
            Message::CompilerArtifact(artifact) if artifact.profile.test => artifact,
            Message::TextLine(line) if line.starts_with('{') => bail!("cannot read cargo's message: {line}"),
            _ => continue,
        };
        let Some(executable) = artifact.executable else {
            continue;
        };
        let folder = artifact.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default();
        let (package, version) = package_and_version(&artifact.package_id.repr, &folder);
        let executable = executable.into_std_path_buf();
        let program =
            TestProgram { package, target: artifact.target.name, executable: executable.clone(), folder, version };
        found.insert(executable, program);
    }
    Ok(found.into_values().collect())
}

/// A package id is `…/folder#name@version`, or `…/name#version` if the folder has the package's name.
fn package_and_version(id: &str, folder: &Path) -> (String, String) {
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

    fn artifact(id: &str, manifest: &str, test: bool, executable: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"path+file://{id}","manifest_path":"{manifest}",
            "target":{{"kind":["lib"],"crate_types":["lib"],"name":"x","src_path":"/r/x.rs","edition":"2024"}},
            "profile":{{"opt_level":"0","debug_assertions":true,"overflow_checks":true,"test":{test}}},
            "features":[],"filenames":[],"executable":"{executable}","fresh":true}}"#
        )
        .replace('\n', "")
    }

    #[test]
    fn test_programs_are_found_among_the_messages() {
        let messages = [
            artifact("/r/core#netbird-tokens@0.1.0", "/r/core/Cargo.toml", true, "/t/a"),
            artifact("/r/xtask#0.2.0", "/r/xtask/Cargo.toml", true, "/t/b"),
            artifact("/r/xtask#0.2.0", "/r/xtask/Cargo.toml", false, "/t/c"),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        let found = parse(&messages.join("\n")).expect("parsed");
        let names: Vec<(&str, &str)> =
            found.iter().map(|program| (program.package.as_str(), program.version.as_str())).collect();
        assert_eq!(names, [("netbird-tokens", "0.1.0"), ("xtask", "0.2.0")]);
    }

    #[test]
    fn a_message_that_cannot_be_read_is_an_error() {
        let error = parse(r#"{"reason":"compiler-artifact"}"#).expect_err("refused").to_string();
        assert!(error.contains("compiler-artifact"), "{error}");
    }
}
