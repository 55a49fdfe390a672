//! Dependencies: the oldest Rust version that they work with, and packages in several versions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;

use super::findings::Findings;
use super::metadata::{Graph, Kind};
use crate::workspace::Workspace;

/// No dependency of what is shipped needs a newer Rust version than the workspace promises. (Clippy's
/// `incompatible_msrv` checks our own code.)
pub fn msrv(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let promised = graph.ours().filter_map(|package| package.rust_version.as_ref()).min();
    let promised = promised.context("no package of the workspace declares a rust-version")?.clone();
    Ok(too_new(&graph, &promised))
}

fn too_new(graph: &Graph, promised: &Version) -> Findings {
    let mut findings = Findings::default();
    let mut newest = None;
    for id in graph.reached(&[Kind::Normal, Kind::Build]) {
        let package = &graph.packages[id];
        let Some(needed) = &package.rust_version else {
            continue;
        };
        if needed > promised {
            findings.add(format!(
                "{} {} needs Rust {needed}; the workspace promises {promised}",
                package.name, package.version
            ));
        }
        if !package.ours {
            newest = newest.max(Some((needed, &package.name)));
        }
    }
    findings.note = match newest {
        Some((needed, name)) => format!("{promised} promised, {needed} needed by {name}"),
        None => format!("{promised} promised"),
    };
    findings
}

/// Lists packages that are compiled in several versions. They cost size and time, but often only other packages can change
/// that, so this is a warning.
pub fn duplicates(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let mut versions: BTreeMap<&str, BTreeSet<&Version>> = BTreeMap::new();
    for id in graph.reached(&[Kind::Normal, Kind::Build]) {
        let package = &graph.packages[id];
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let several: Vec<String> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!("{name} {}", versions.join(" + "))
        })
        .collect();
    let note = if several.is_empty() { String::new() } else { format!("warning: {}", several.join(", ")) };
    Ok(Findings { wrong: Vec::new(), note })
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{graph, package};
    use super::*;

    #[test]
    fn a_dependency_that_is_too_new_is_found_unless_only_tests_use_it() {
        let found = |kind, minor, patch| {
            let mut dependency = package("dep", false, &[]);
            dependency.rust_version = Some(Version::new(1, minor, patch));
            let graph = graph(&[("ours", package("ours", true, &[("dep", kind)])), ("dep", dependency)]);
            too_new(&graph, &Version::new(1, 88, 0)).wrong.len()
        };
        assert_eq!(found(Kind::Normal, 89, 0), 1);
        assert_eq!(found(Kind::Build, 88, 1), 1);
        assert_eq!(found(Kind::Normal, 88, 0), 0);
        assert_eq!(found(Kind::Normal, 9, 0), 0);
        assert_eq!(found(Kind::Dev, 95, 0), 0);
    }
}
