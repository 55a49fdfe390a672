//! The CPython interpreters on the machine, and virtual environments made from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Missing, apt};
use crate::command::{Cmd, on_path};
use crate::workspace::Workspace;

/// The minor versions of Python 3 that the package supports.
pub const MINORS: std::ops::RangeInclusive<u32> = 10..=13;

/// An interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Its minor version: 12 for 3.12.
    pub minor: u32,
    /// The program.
    pub program: PathBuf,
}

/// Every supported version on the machine, oldest first. Looks on the `PATH` and in pyenv's folder, because pyenv puts only
/// the selected versions on the `PATH`.
pub fn find() -> Vec<Python> {
    let mut found = BTreeMap::new();
    for program in candidates() {
        if let Some(minor) = minor_version(&program)
            && MINORS.contains(&minor)
        {
            found.entry(minor).or_insert(program);
        }
    }
    found.into_iter().map(|(minor, program)| Python { minor, program }).collect()
}

fn candidates() -> Vec<PathBuf> {
    let mut programs = Vec::new();
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        let mut folders: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        programs.extend(folders.iter().map(|folder| folder.join("bin/python3")));
    }
    programs.extend(MINORS.filter_map(|minor| on_path(&format!("python3.{minor}"))));
    programs.extend(on_path("python3"));
    programs.retain(|program| program.is_file());
    programs
}

/// Asks the interpreter. A pyenv shim of a version that is not selected exists, but fails.
fn minor_version(program: &Path) -> Option<u32> {
    let answer = Cmd::new(program)
        .args(["-c", "import sys; print(sys.implementation.name, *sys.version_info[:2])"])
        .limit_minutes(1)
        .output()
        .ok()?;
    let mut words = answer.split_whitespace();
    if (words.next()?, words.next()?) != ("cpython", "3") {
        return None;
    }
    words.next()?.parse().ok()
}

/// All supported interpreters, at least one: if there is none, installs Debian's.
pub fn ensure(log: &Path) -> Result<Vec<Python>> {
    let found = find();
    if !found.is_empty() {
        return Ok(found);
    }
    apt::ensure(&["python3", "python3-venv", "python3-dev"], log)?;
    let found = find();
    if found.is_empty() {
        return Err(Missing("needs CPython 3.10 or newer".to_owned()).into());
    }
    Ok(found)
}

/// The folder of a virtual environment.
pub fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("venvs").join(name)
}

/// Makes a virtual environment with these packages, replacing one with the same name.
pub fn fresh(workspace: &Workspace, python: &Python, name: &str, packages: &[String], log: &Path) -> Result<PathBuf> {
    let folder = folder(workspace, name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Cmd::new(&python.program).args(["-m", "venv"]).arg(&folder).limit_minutes(5).log(log).run()?;
    install(&folder, packages, log)?;
    Ok(folder)
}

/// Installs packages into a virtual environment.
pub fn install(folder: &Path, packages: &[String], log: &Path) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    Cmd::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "5"])
        .args(packages)
        .limit_minutes(10)
        .log(log)
        .run()
        .with_context(|| format!("cannot install {}", packages.join(" ")))
}
