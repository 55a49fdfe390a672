//! The benchmarks: builds what is measured, in release, and hands it to the program that measures.
//!
//! Every front end brings a small program that prints its rows. One whose tools are missing has no rows, and the summary says
//! why; the Rust rows are always there.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use crate::command::Cmd;
use crate::fronts::{self, Stage, kotlin, python};
use crate::plan::{self, Context, Mark, Step};
use crate::toolchain::{python as interpreters, swift};
use crate::workspace::Workspace;

const RUST: &str = "bench: rust";
const PYTHON: &str = "bench: python";
const C: &str = "bench: c";
const KOTLIN: &str = "bench: kotlin";
const SWIFT: &str = "bench: swift";

/// The clients that the Python rows stand beside.
const PEERS: &[&str] = &["netbird==1.4.0", "httpx==0.28.1", "requests==2.32.5"];

/// The languages whose rows can be left out.
const LANGUAGES: [(&str, &str); 4] = [("python", PYTHON), ("c", C), ("kotlin", KOTLIN), ("swift", SWIFT)];

/// Builds and measures; `words` are what stood after `bench`.
pub fn run(workspace: Workspace, words: &[String]) -> Result<bool> {
    let (wanted, rest) = split(words)?;
    let mut steps = fronts::steps(&workspace, Stage::Build);
    steps.extend(programs());
    let chosen = |name: &str| {
        name == RUST
            || LANGUAGES.iter().any(|(language, step)| name == *step && wanted.iter().any(|want| want == language))
    };
    let logs = workspace.logs();
    let context = Arc::new(Context { workspace, only: Vec::new(), strict: false, verbose: false });
    let summary = plan::run(&context, plan::select(steps, chosen))?;
    summary.print(&logs);
    let built = |name: &str| summary.lines.iter().any(|line| line.name == name && line.mark == Mark::Passed);
    if !built(RUST) {
        bail!("the benchmarks themselves do not build");
    }
    let workspace = &context.workspace;
    let release = workspace.target.join("release");
    let mut command = Cmd::new(release.join("netbird-bench"))
        .dir(&workspace.root)
        .args(["--size", &file("netbird-tokens (command line)", &release.join("netbird-tokens"))])
        .limit_minutes(60);
    for (language, step) in LANGUAGES {
        if built(step) {
            command = command.args(["--rows", &format!("{language}={}", program(workspace, language)?)]);
            for (what, path) in sizes(workspace, language)? {
                command = command.args(["--size", &file(what, &path)]);
            }
        }
    }
    Ok(command.args(rest).status()?.success() && summary.is_success())
}

/// The languages asked for with `--only` (all if none was), and what is for the measuring program.
fn split(words: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let (mut only, mut rest) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--only" {
            let name = words.next().context("--only needs a name")?;
            if name != "rust" && !LANGUAGES.iter().any(|(language, _)| language == name) {
                bail!("there are no rows of '{name}': rust, python, c, kotlin, swift");
            }
            only.push(name.clone());
        } else {
            rest.push(word.clone());
        }
    }
    if only.is_empty() {
        only = LANGUAGES.iter().map(|(language, _)| (*language).to_owned()).collect();
    }
    Ok((only, rest))
}

fn file(what: &str, path: &Path) -> String {
    format!("{what}={}", path.display())
}

/// The steps that build what is measured, beyond what building a front end does.
fn programs() -> Vec<Step> {
    vec![
        Step::new(RUST, |job| {
            let packages = ["netbird-mock", "netbird-bench", "netbird-tokens-cli"];
            let packages = packages.iter().flat_map(|package| ["--package", package]);
            job.cargo("build").args(["--release", "--bins"]).args(packages).run()?;
            Ok(String::new())
        })
        .cargo(),
        Step::new(PYTHON, |job| {
            let newest = interpreters::ensure(&job.log)?.pop().context("at least one was found")?;
            let mut packages = vec![python::wheel(job.workspace())?.display().to_string()];
            packages.extend(PEERS.iter().map(ToString::to_string));
            interpreters::fresh(job.workspace(), &newest, "bench", &packages, &job.log)?;
            Ok(format!("beside {}", PEERS.join(", ")))
        })
        .needs(python::WHEEL),
        Step::new(C, |job| {
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
        Step::new(KOTLIN, |job| {
            kotlin::maven(job)
                .args(["-Dcargo.release.built=true", "-DskipTests", "--projects", "bench", "--also-make", "package"])
                .arg(format!("-Dcargo.target={}", job.workspace().target.display()))
                .run()?;
            Ok(String::new())
        })
        .needs(kotlin::NATIVE),
        Step::new(SWIFT, |job| {
            // SwiftPM does not notice that the library is another.
            let program = job.workspace().path(fronts::swift::PACKAGE).join(".build/release").join(BENCH_PRODUCT);
            if program.exists() {
                std::fs::remove_file(&program)?;
            }
            swift_command(job.workspace(), &job.log, &["swift", "build", "-c", "release", "--product", BENCH_PRODUCT])
                .map(|command| job.logged(command).limit_minutes(20))?
                .run()?;
            Ok(String::new())
        })
        .needs(fronts::swift::BUILD)
        .needs(kotlin::NATIVE),
    ]
}

const BENCH_PRODUCT: &str = "netbird-tokens-bench";

/// A command in the Swift package, linked with the library as it is shipped.
fn swift_command(workspace: &Workspace, log: &Path, words: &[&str]) -> Result<Cmd> {
    let library = format!("NETBIRD_TOKENS_LIB_DIR={}", workspace.target.join("release").display());
    let words = ["env", &library].into_iter().chain(words.iter().copied());
    swift::ensure(workspace, log)?.command(workspace, &workspace.path(fronts::swift::PACKAGE), words)
}

/// The command line that prints a language's rows. Its words have no spaces in them, as the measuring program expects.
fn program(workspace: &Workspace, language: &str) -> Result<String> {
    let line = match language {
        "python" => {
            let python = interpreters::folder(workspace, "bench").join("bin/python");
            format!("{} {}", python.display(), workspace.path("python/benches/bench.py").display())
        }
        "c" => workspace.target.join("c-header/bench").display().to_string(),
        "kotlin" => {
            format!("java -jar {}", workspace.path("bindings/kotlin/bench/target/netbird-tokens-bench.jar").display())
        }
        "swift" => format!(
            "{} swift-exec {} -- .build/release/{BENCH_PRODUCT}",
            fronts::built(workspace, "xtask").display(),
            workspace.path(fronts::swift::PACKAGE).display()
        ),
        _ => bail!("there are no rows of '{language}'"),
    };
    Ok(line)
}

/// The files of a language whose size users feel.
fn sizes(workspace: &Workspace, language: &str) -> Result<Vec<(&'static str, std::path::PathBuf)>> {
    let release = workspace.target.join("release");
    Ok(match language {
        "python" => vec![("wheel", python::wheel(workspace)?)],
        "c" => vec![("libnetbird_tokens.so", fronts::c::prefix(workspace).join("lib/libnetbird_tokens.so"))],
        "kotlin" => vec![("libnetbird_tokens_uniffi.so", release.join("libnetbird_tokens_uniffi.so"))],
        _ => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn languages_are_chosen_and_the_rest_is_passed_on() {
        let (only, rest) = split(&words("--quick --only c --json out.json --only python")).unwrap();
        assert_eq!((only, rest), (words("c python"), words("--quick --json out.json")));
        assert_eq!(split(&[]).unwrap().0.len(), LANGUAGES.len());
        assert!(split(&words("--only cobol")).is_err());
        assert!(split(&words("--only")).is_err());
    }
}
