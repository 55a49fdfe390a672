//! The command line: the program, its manual pages and its completions.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::archive::{self, CleanPlace};
use super::part::{self, Part, Parts, VERSION};
use crate::command::Cmd;
use crate::plan::{Job, Step};

const PROGRAM: &str = "netbird-tokens";
/// The names under which each shell looks for completions.
const COMPLETIONS: [(&str, &str); 3] =
    [("bash", "netbird-tokens"), ("zsh", "_netbird-tokens"), ("fish", "netbird-tokens.fish")];

pub fn step(parts: &Parts) -> Step {
    part::step(Part::CommandLine, parts, make).cargo()
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let workspace = job.workspace();
    job.cargo("build").args(["--release", "--package", "netbird-tokens-cli"]).run()?;
    let name = format!("{PROGRAM}-{VERSION}-{}", target(job)?);
    let work = parts.work("command-line")?;
    let folder = work.join(&name);
    let program = folder.join(PROGRAM);
    fs::create_dir_all(folder.join("completions"))?;
    fs::copy(workspace.target.join("release").join(PROGRAM), &program)?;
    for (shell, file) in COMPLETIONS {
        let script = job.command(&program).args(["completions", shell]).limit_minutes(1).output()?;
        fs::create_dir_all(folder.join("completions").join(shell))?;
        fs::write(folder.join("completions").join(shell).join(file), script)?;
    }
    job.command(&program).args(["man", "--directory"]).arg(folder.join("man/man1")).limit_minutes(1).run()?;
    fs::copy(workspace.path("cli/README.md"), folder.join("README.md"))?;
    copy_licences(job, &folder)?;
    let archive = parts.file(&format!("{name}.tar.gz"));
    archive::pack(job, &work, &name, &archive)?;

    let place = CleanPlace::new()?;
    let unpacked = place.unpack(job, &archive, &name)?;
    job.logged(Cmd::new(unpacked.join(PROGRAM)).arg("demo").dir(place.folder())).limit_minutes(2).run()?;
    parts.note(archive, "the command line", "its demo, from where it was unpacked");
    Ok(name)
}

/// The target that is built for.
pub fn target(job: &Job) -> Result<String> {
    let version = job.command("rustc").arg("-vV").limit_minutes(1).output()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

/// The licence texts of the project.
pub fn copy_licences(job: &Job, folder: &Path) -> Result<()> {
    for text in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(job.workspace().path(text), folder.join(text))?;
    }
    Ok(())
}
