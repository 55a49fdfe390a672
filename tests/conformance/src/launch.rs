//! How each adapter is built and started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// One entry of `tests/adapters/adapters.yaml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Entry {
    /// Build these packages of the workspace. The first one's program is the adapter, unless there is a `command`.
    cargo_packages: Vec<String>,
    /// Run this first, in the workspace's folder.
    build: Vec<String>,
    /// The adapter's program and arguments, started in the workspace's folder.
    command: Vec<String>,
}

/// How an adapter is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Its name.
    pub name: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Variables with the paths of the programs that were built for it: `ADAPTER_BIN_` and the package's name.
    pub env: BTreeMap<String, String>,
}

fn entries(root: &Path) -> Result<BTreeMap<String, Entry>> {
    let path = root.join("tests/adapters/adapters.yaml");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_norway::from_str(&text).with_context(|| path.display().to_string())
}

/// The names of all adapters.
///
/// # Errors
/// `tests/adapters/adapters.yaml` cannot be read.
pub fn names(root: &Path) -> Result<Vec<String>> {
    Ok(entries(root)?.into_keys().collect())
}

/// Finds the adapter, builds it if necessary, and returns how to start it.
///
/// `command` takes precedence over the variable `NETBIRD_ADAPTER_<NAME>`, which takes precedence over the entry's command.
///
/// # Errors
/// There is no such adapter, or it does not build.
pub fn prepare(root: &Path, name: &str, command: Option<&str>) -> Result<Launch> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut launch =
        Launch { name: name.to_owned(), command: command.map(words).unwrap_or_default(), env: BTreeMap::new() };
    if !launch.command.is_empty() {
        return Ok(launch);
    }
    let mut entries = entries(root)?;
    let known: Vec<String> = entries.keys().cloned().collect();
    let Some(entry) = entries.remove(name) else {
        bail!("there is no adapter {name:?}; known adapters: {}", known.join(", "));
    };
    let upper = name.to_uppercase().replace('-', "_");
    if let Ok(own) = std::env::var(format!("NETBIRD_ADAPTER_{upper}")) {
        launch.command = words(&own);
        return Ok(launch);
    }
    if !entry.build.is_empty() {
        run(root, &entry.build)?;
    }
    if !entry.cargo_packages.is_empty() {
        for (package, program) in cargo_build(root, &entry.cargo_packages)? {
            let variable = package.to_uppercase().replace('-', "_");
            launch.env.insert(format!("ADAPTER_BIN_{variable}"), program.display().to_string());
            if package == entry.cargo_packages[0] {
                launch.command = vec![program.display().to_string()];
            }
        }
    }
    if !entry.command.is_empty() {
        launch.command = entry.command;
    }
    if launch.command.is_empty() {
        bail!("the entry of {name} in tests/adapters/adapters.yaml does not say how to start it");
    }
    Ok(launch)
}

fn run(root: &Path, command: &[String]) -> Result<()> {
    let (program, args) = command.split_first().context("an empty build command")?;
    let status = Command::new(program)
        .args(args)
        .current_dir(root)
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("running {program}"))?;
    if !status.success() {
        bail!("{} ended with {status}", command.join(" "));
    }
    Ok(())
}

/// Builds packages and returns the program of each that has one.
fn cargo_build(root: &Path, packages: &[String]) -> Result<Vec<(String, PathBuf)>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut builder = Command::new(cargo);
    builder
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .current_dir(root)
        .stderr(Stdio::inherit());
    for package in packages {
        builder.args(["--package", package]);
    }
    let output = builder.output().context("running cargo")?;
    if !output.status.success() {
        bail!("building {} failed", packages.join(", "));
    }
    let mut programs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let Some(program) = message["executable"].as_str() else {
            continue;
        };
        let manifest = message["manifest_path"].as_str().unwrap_or_default();
        let found = packages.iter().find(|package| {
            let id = message["package_id"].as_str().unwrap_or_default();
            id.contains(&format!("#{package}@")) || package_name(manifest).as_ref() == Some(package)
        });
        if let Some(package) = found {
            programs.push((package.clone(), PathBuf::from(program)));
        }
    }
    Ok(programs)
}

/// The name that a manifest gives its package.
fn package_name(manifest: &str) -> Option<String> {
    let text = std::fs::read_to_string(manifest).ok()?;
    let line = text.lines().find(|line| line.starts_with("name"))?;
    Some(line.split('"').nth(1)?.to_owned())
}
