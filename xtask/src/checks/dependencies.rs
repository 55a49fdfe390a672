//! Dependencies: the oldest Rust they work with, and how often each is compiled.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use regex::Regex;

use super::Findings;
use super::metadata::{Graph, Kind};
use crate::workspace::Workspace;

/// No dependency of what is shipped may need a newer Rust than the workspace promises. (That
/// the code itself does not, Clippy's `incompatible_msrv` says.)
pub fn msrv(workspace: &Workspace) -> Result<Findings> {
    let manifest = std::fs::read_to_string(workspace.path("Cargo.toml"))?;
    let promised = Regex::new(r#"(?m)^rust-version = "([\d.]+)""#)?
        .captures(&manifest)
        .context("Cargo.toml has no rust-version")?[1]
        .to_owned();
    Ok(too_new(&Graph::read(workspace)?, &promised))
}

fn too_new(graph: &Graph, promised: &str) -> Findings {
    let mut findings = Findings::default();
    let mut newest = (Vec::new(), String::new());
    for id in graph.reached(&[Kind::Normal, Kind::Build]) {
        let package = &graph.packages[id];
        let Some(needed) = &package.rust_version else {
            continue;
        };
        if numbers(needed) > numbers(promised) {
            findings.add(format!(
                "{} {} needs Rust {needed}; the workspace promises {promised}",
                package.name, package.version
            ));
        }
        if !package.ours && numbers(needed) > newest.0 {
            newest = (numbers(needed), format!("{needed} for {}", package.name));
        }
    }
    findings.seen = format!("{promised} promised, {} needed", newest.1);
    findings
}

/// `1.88` and `1.88.0` are the same.
fn numbers(version: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// A package in two versions costs size and time. Often only its users can change that, so it
/// is said and does not fail.
pub fn duplicates(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for id in graph.reached(&[Kind::Normal, Kind::Build]) {
        let package = &graph.packages[id];
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let twice: Vec<String> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| {
            let versions: Vec<&str> = versions.iter().copied().collect();
            format!("{name} {}", versions.join(" + "))
        })
        .collect();
    Ok(Findings {
        wrong: Vec::new(),
        seen: if twice.is_empty() { String::new() } else { format!("warning: {}", twice.join(", ")) },
    })
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{graph, package};
    use super::*;

    #[test]
    fn a_dependency_that_is_too_new_is_found_unless_only_tests_use_it() {
        let needs = |version: &str| {
            let mut package = package("dep", false, &[]);
            package.rust_version = Some(version.to_owned());
            package
        };
        let found = |kind, version| {
            let graph = graph(&[("ours", package("ours", true, &[("dep", kind)])), ("dep", needs(version))]);
            too_new(&graph, "1.88").wrong.len()
        };
        assert_eq!(found(Kind::Normal, "1.89"), 1);
        assert_eq!(found(Kind::Build, "1.88.1"), 1);
        assert_eq!(found(Kind::Normal, "1.88.0"), 0);
        assert_eq!(found(Kind::Normal, "1.9"), 0);
        assert_eq!(found(Kind::Dev, "1.95"), 0);
    }
}
