//! The benchmarks: builds the programs to measure, in release mode, and starts the program that measures them.
//!
//! Each front end has a small program that prints its rows. A language whose tools are missing has no rows, and the summary
//! says why. The Rust rows are always there.

mod language;
mod parts;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;

pub use language::Language;
use language::SWIFT_PRODUCT;
pub use parts::PARTS;

use crate::arguments::Bench;
use crate::command::Cmd;
use crate::fronts::{self, Stage, kotlin, python};
use crate::plan::{self, Context, Mark, Step};
use crate::toolchain::{python as interpreters, swift};
use crate::workspace::Workspace;

/// The clients that the Python rows are compared with.
const PEERS: &[&str] = &["netbird==1.4.0", "httpx==0.28.1", "requests==2.32.5"];

/// Where the documents are that show the figures.
const DOCS: &str = "docs";

/// Builds and measures, or shows what was measured before.
pub fn run(workspace: Workspace, arguments: &Bench) -> Result<bool> {
    if arguments.render {
        return render(&workspace);
    }
    let languages = selected(&arguments.only);
    let wanted: Vec<String> = languages.iter().map(|language| language.step()).collect();
    let mut steps = fronts::steps(&workspace, Stage::Build);
    steps.extend(programs());
    let steps = plan::select(steps, |name| wanted.iter().any(|step| step == name));
    let logs = workspace.logs();
    let context = Arc::new(Context { workspace, excluded_packages: Vec::new(), strict: false, verbose: false });
    let summary = plan::run(&context, steps)?;
    summary.print(&logs);
    let is_built = |language: Language| {
        let step = language.step();
        summary.lines.iter().any(|line| line.name == step && line.mark == Mark::Passed)
    };
    if !is_built(Language::Rust) {
        bail!("the measuring program does not build");
    }
    let workspace = &context.workspace;
    let mut command = Cmd::new(workspace.target.join("release/netbird-bench")).dir(&workspace.root).limit_minutes(60);
    for language in languages.into_iter().filter(|language| is_built(*language)) {
        if let Some(program) = language.program(workspace) {
            command = command.args(["--rows", &format!("{}={program}", language.name())]);
        }
        if let Some((what, path)) = language.file(workspace)? {
            command = command.args(["--size", &format!("{what}={}", path.display())]);
        }
    }
    if arguments.quick {
        command = command.arg("--quick");
    }
    for part in &arguments.part {
        command = command.args(["--part", part]);
    }
    command = command.arg("--tool").arg(workspace.target.join("release/netbird-tokens"));
    if arguments.keep {
        command = command.arg("--keep").arg(workspace.path(DOCS));
    }
    if let Some(file) = &arguments.json {
        command = command.arg("--json").arg(std::path::absolute(file)?);
    }
    Ok(command.status()?.success() && summary.is_success())
}

/// Makes the tables and charts of the document from the newest kept figures.
fn render(workspace: &Workspace) -> Result<bool> {
    let build = Cmd::new("cargo").args(["build", "--quiet", "--package", "netbird-bench"]).dir(&workspace.root);
    if !build.status()?.success() {
        bail!("the program that makes the document does not build");
    }
    let program = fronts::compile::built(workspace, "netbird-bench");
    Ok(Cmd::new(program).arg("render").arg(workspace.path(DOCS)).status()?.success())
}

/// Rust, which the others are compared with, and the languages that were asked for (all if none was).
fn selected(only: &[Language]) -> Vec<Language> {
    let all = Language::value_variants().iter().copied();
    all.filter(|language| *language == Language::Rust || only.is_empty() || only.contains(language)).collect()
}

/// The steps that build the measured programs, in addition to building the front ends.
fn programs() -> Vec<Step> {
    vec![
        Step::new(Language::Rust.step(), |job| {
            let packages = ["netbird-mock", "netbird-bench", "netbird-tokens-cli"];
            let packages = packages.iter().flat_map(|package| ["--package", package]);
            job.cargo("build").args(["--release", "--bins"]).args(packages).run()?;
            Ok(String::new())
        })
        .cargo(),
        Step::new(Language::Python.step(), |job| {
            let newest = interpreters::ensure(&job.log)?.pop().context("no interpreter")?;
            let mut packages = vec![python::wheel(job.workspace())?.display().to_string()];
            packages.extend(PEERS.iter().map(ToString::to_string));
            interpreters::fresh(job.workspace(), &newest, "bench", &packages, &job.log)?;
            Ok(format!("compared with {}", PEERS.join(", ")))
        })
        .needs(python::WHEEL),
        Step::new(Language::C.step(), |job| {
            let prefix = fronts::c::prefix(job.workspace());
            job.command("cc")
                .args(["-std=c99", "-O2", "c-header/benches/bench.c", "-o"])
                .arg(job.workspace().target.join("c-header/bench"))
                .arg(format!("-I{}", prefix.join("include").display()))
                .arg(format!("-L{}", prefix.join("lib").display()))
                .arg(format!("-Wl,-rpath,{}", prefix.join("lib").display()))
                .arg("-lnetbird_tokens")
                .run()?;
            Ok(String::new())
        })
        .needs(fronts::c::LIBRARY),
        Step::new(Language::Kotlin.step(), |job| {
            kotlin::maven(job)
                .args(["-Dcargo.release.built=true", "-DskipTests", "--projects", "bench", "--also-make", "package"])
                .arg(format!("-Dcargo.target={}", job.workspace().target.display()))
                .run()?;
            Ok(String::new())
        })
        .needs(kotlin::NATIVE),
        Step::new(Language::Swift.step(), |job| {
            // SwiftPM does not notice that the library has changed, so the program must be linked again.
            let program = job.workspace().path(fronts::swift::PACKAGE).join(".build/release").join(SWIFT_PRODUCT);
            if program.exists() {
                std::fs::remove_file(&program)?;
            }
            swift_command(job.workspace(), &job.log, &["swift", "build", "-c", "release", "--product", SWIFT_PRODUCT])
                .map(|command| job.logged(command).limit_minutes(20))?
                .run()?;
            Ok(String::new())
        })
        .needs(fronts::swift::BUILD)
        .needs(kotlin::NATIVE),
    ]
}

/// A command in the Swift package, linked with the release build of the library.
fn swift_command(workspace: &Workspace, log: &Path, words: &[&str]) -> Result<Cmd> {
    let library = format!("NETBIRD_TOKENS_LIB_DIR={}", workspace.target.join("release").display());
    let words = ["env", &library].into_iter().chain(words.iter().copied());
    swift::ensure(workspace, log)?.command(workspace, &workspace.path(fronts::swift::PACKAGE), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rust_rows_are_always_there() {
        assert_eq!(selected(&[Language::C, Language::Python]), [Language::Rust, Language::Python, Language::C]);
        assert_eq!(selected(&[Language::Rust]), [Language::Rust]);
        assert_eq!(selected(&[]), Language::value_variants());
    }

    #[test]
    fn every_language_has_a_step() {
        let steps = programs();
        for language in Language::value_variants() {
            assert!(steps.iter().any(|step| step.name == language.step()), "{language:?}");
        }
    }
}
