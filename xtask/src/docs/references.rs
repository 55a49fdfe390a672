//! The API references that each language's own tool makes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;

use super::{docc, site};
use crate::command::{Cmd, on_path};
use crate::fronts::{kotlin, rust, swift};
use crate::plan::{Job, Step};
use crate::toolchain::{self, Missing, apt};
use crate::workspace::Workspace;

/// A reference beside that of Python, which is part of the site's own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    Rust,
    C,
    Kotlin,
    Swift,
}

/// The Swift module that programs import.
const SWIFT_MODULE: &str = "NetBirdTokens";

impl Reference {
    /// Its folder, its marker in `docs/reference.md` and the value of `--only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
        }
    }

    /// The page that it starts with.
    pub fn start(self) -> &'static str {
        match self {
            Self::Rust => "netbird_tokens/index.html",
            Self::C => "index.html",
            Self::Kotlin => "netbird-tokens/netbird.tokens/index.html",
            Self::Swift => "documentation/netbirdtokens/index.html",
        }
    }

    /// The name of the step that makes it.
    pub fn step_name(self) -> String {
        format!("{}: reference of {}", super::NAME, self.name())
    }

    /// Where the step puts it.
    pub fn folder(self, workspace: &Workspace) -> PathBuf {
        site::folder(workspace).join("references").join(self.name())
    }

    /// The step that makes it.
    pub fn step(self) -> Step {
        let make = move |job: &Job| {
            let folder = self.folder(job.workspace());
            fs::create_dir_all(&folder)?;
            match self {
                Self::Rust => rustdoc(job, &folder),
                Self::C => doxygen(job, &folder),
                Self::Kotlin => dokka(job, &folder),
                Self::Swift => swift_docc(job, &folder),
            }?;
            let start = folder.join(self.start());
            ensure!(start.is_file(), "the tool did not make {}", start.display());
            Ok(String::new())
        };
        let step = Step::new(self.step_name(), make).needs(site::GENERATOR);
        match self {
            Self::Rust => step.needs(rust::DOCUMENTATION),
            Self::C => step.waits(),
            // The build writes the same folder.
            Self::Kotlin => step.needs(kotlin::TOOLCHAIN).after(kotlin::BUILD),
            Self::Swift => step.needs(swift::TOOLCHAIN).needs(swift::GENERATE).after(swift::BUILD),
        }
    }
}

/// What the step of the Rust front end made.
fn rustdoc(job: &Job, folder: &Path) -> Result<()> {
    copy(job, &job.workspace().target.join("doc"), folder)
}

/// Copies what is in a folder.
pub fn copy(job: &Job, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    job.command("cp").arg("-R").arg(from.join(".")).arg(to).limit_minutes(2).run()
}

/// C and C++ in one: the second is written on top of the first.
fn doxygen(job: &Job, folder: &Path) -> Result<()> {
    if on_path("doxygen").is_none() {
        apt::ensure(&["doxygen"], &job.log)?;
    }
    let start = site::folder(job.workspace()).join("c-reference.md");
    let header = fs::read_to_string(job.workspace().path("c-header/include/netbird_tokens.h"))?;
    let text = fs::read_to_string(job.workspace().path("docs/site/c-reference.md"))?;
    fs::write(&start, format!("{text}\n```text\n{}```\n", conventions(&header)?))?;
    job.command("doxygen")
        .arg("docs/site/Doxyfile")
        .env("NETBIRD_DOCS_VERSION", site::VERSION)
        .env("NETBIRD_DOCS_OUTPUT", folder)
        .env("NETBIRD_DOCS_START", &start)
        .limit_minutes(5)
        .run()
}

/// What the header's first comment says below `Conventions`.
fn conventions(header: &str) -> Result<String> {
    let (_, rest) = header.split_once(" * Conventions\n *\n").context("the header does not begin with its conventions")?;
    let (text, _) = rest.split_once(" */").context("the header's first comment has no end")?;
    Ok(text.lines().map(|line| format!("{}\n", line.trim_start_matches(" * ").trim_start_matches(" *"))).collect())
}

/// Reads only sources, so nothing is compiled for it.
fn dokka(job: &Job, folder: &Path) -> Result<()> {
    let mut output = std::ffi::OsString::from("-DoutputDir=");
    output.push(folder);
    kotlin::maven(job).args(["--projects", "library", "dokka:dokka"]).arg(output).run()
}

/// From the module's symbol graph, which the compiler writes.
fn swift_docc(job: &Job, folder: &Path) -> Result<()> {
    let workspace = job.workspace();
    swift::command(job, swift::PACKAGE, &["build", "--target", SWIFT_MODULE])?.run()?;
    let graphs = site::folder(workspace).join("symbol-graphs");
    if graphs.exists() {
        fs::remove_dir_all(&graphs)?;
    }
    fs::create_dir_all(&graphs)?;
    let extract = [
        "symbolgraph-extract",
        "-module-name",
        SWIFT_MODULE,
        "-I",
        ".build/debug/Modules",
        "-I",
        "Sources/NetBirdTokensFFI",
        "-minimum-access-level",
        "public",
        "-skip-inherited-docs",
        "-output-dir",
    ];
    let triple = swift_triple(job)?;
    let graphs = graphs.display().to_string();
    let words = [extract.as_slice(), &[&graphs, "-target", &triple]].concat();
    swift::command(job, swift::PACKAGE, &words)?.run()?;
    docc::convert(job, &graphs, folder)
}

/// The platform that the compiler builds for.
fn swift_triple(job: &Job) -> Result<String> {
    let info = swift_tool(job, &["swiftc", "-print-target-info"])?.output()?;
    let (_, rest) = info.split_once("\"triple\": \"").context("swiftc does not tell its target")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// A command where Swift is.
pub fn swift_tool(job: &Job, words: &[&str]) -> Result<Cmd> {
    let workspace = job.workspace();
    let swift = toolchain::swift::ensure(workspace, &job.log)?;
    Ok(job.logged(swift.command(workspace, &workspace.path(swift::PACKAGE), words)?).limit_minutes(5))
}

/// The program `docc` of the Swift toolchain.
///
/// # Errors
/// [`Missing`] if the toolchain has none.
pub fn docc_program(job: &Job) -> Result<String> {
    // Debian keeps the toolchain's lesser programs out of the path.
    let look = "command -v docc || ls /usr/libexec/swift/bin/docc";
    match swift_tool(job, &["sh", "-c", look])?.output() {
        Ok(found) => Ok(found.trim().to_owned()),
        Err(_) => Err(Missing("needs docc, which this Swift toolchain does not have".to_owned()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conventions_are_those_of_the_header() {
        let header = "/*\n * About.\n *\n * Conventions\n *\n * Handles  One.\n *\n * Memory   Two.\n */\n\n/** x */\n";
        assert_eq!(conventions(header).expect("found"), "Handles  One.\n\nMemory   Two.\n");
        assert!(conventions("/* Other. */").is_err());
    }
}
