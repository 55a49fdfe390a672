//! The tools of the languages that make the references.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::docc;
use super::folders::{self, copy};
use super::reference::{GENERATOR, Reference, VERSION};
use crate::command::on_path;
use crate::fronts::{kotlin, rust, swift};
use crate::plan::{Job, Step};
use crate::toolchain::apt;

/// The step that makes a reference.
pub fn step(reference: Reference) -> Step {
    let make = move |job: &Job| {
        let folder = reference.folder(job.workspace());
        fs::create_dir_all(&folder)?;
        match reference {
            Reference::Rust => rustdoc(job, &folder),
            Reference::C => doxygen(job, &folder),
            Reference::Kotlin => dokka(job, &folder),
            Reference::Swift => docc::make(job, &folder),
        }?;
        let start = folder.join(reference.start());
        ensure!(start.is_file(), "the tool did not make {}", start.display());
        Ok(String::new())
    };
    let step = Step::new(reference.step_name(), make).needs(GENERATOR);
    match reference {
        Reference::Rust => step.needs(rust::DOCUMENTATION),
        Reference::C => step.waits(),
        // The build writes the same folder.
        Reference::Kotlin => step.needs(kotlin::TOOLCHAIN).after(kotlin::BUILD),
        Reference::Swift => step.needs(swift::TOOLCHAIN).needs(swift::GENERATE).after(swift::BUILD),
    }
}

/// What the step of the Rust front end made.
fn rustdoc(job: &Job, folder: &Path) -> Result<()> {
    copy(job, &job.workspace().target.join("doc"), folder)
}

/// C and C++ in one: the second is written on top of the first.
fn doxygen(job: &Job, folder: &Path) -> Result<()> {
    if on_path("doxygen").is_none() {
        apt::ensure(&["doxygen"], &job.log)?;
    }
    let start = folders::folder(job.workspace()).join("c-reference.md");
    let header = fs::read_to_string(job.workspace().path("c-header/include/netbird_tokens.h"))?;
    let text = fs::read_to_string(job.workspace().path("docs/site/c-reference.md"))?;
    fs::write(&start, format!("{text}\n```text\n{}```\n", conventions(&header)?))?;
    job.command("doxygen")
        .arg("docs/site/Doxyfile")
        .env("NETBIRD_DOCS_VERSION", VERSION)
        .env("NETBIRD_DOCS_OUTPUT", folder)
        .env("NETBIRD_DOCS_START", &start)
        .limit_minutes(5)
        .run()
}

/// What the header's first comment says below `Conventions`.
fn conventions(header: &str) -> Result<String> {
    let (_, rest) =
        header.split_once(" * Conventions\n *\n").context("the header does not begin with its conventions")?;
    let (text, _) = rest.split_once(" */").context("the header's first comment has no end")?;
    Ok(text.lines().map(|line| format!("{}\n", line.trim_start_matches(" * ").trim_start_matches(" *"))).collect())
}

/// Reads only sources, so nothing is compiled for it.
fn dokka(job: &Job, folder: &Path) -> Result<()> {
    let mut output = std::ffi::OsString::from("-DoutputDir=");
    output.push(folder);
    kotlin::maven(job).args(["--projects", "library", "dokka:dokka"]).arg(output).run()
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
