//! What cargo knows of the workspace and its dependencies.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::Cmd;
use crate::workspace::Workspace;

/// How a package is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// By what is shipped.
    Normal,
    /// By a build script.
    Build,
    /// By tests only.
    Dev,
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The oldest Rust that it says it works with.
    pub rust_version: Option<String>,
    /// Its licence, as an SPDX expression.
    pub license: Option<String>,
    /// True if it is one of ours.
    pub ours: bool,
    /// What it needs: package ids and kinds.
    pub needs: Vec<(String, BTreeSet<Kind>)>,
}

/// All packages, by id.
#[derive(Debug, Default)]
pub struct Graph {
    /// By cargo's package id.
    pub packages: BTreeMap<String, Package>,
}

impl Graph {
    /// Asks cargo, without changing the lock file: one that is out of date is an error.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let text = Cmd::new(workspace.cargo())
            .args(["metadata", "--format-version", "1", "--locked"])
            .dir(&workspace.root)
            .output()
            .context("Cargo.lock is out of date, or a manifest is wrong")?;
        Self::parse(&text)
    }

    /// Reads the answer of `cargo metadata`.
    pub fn parse(text: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(text).context("cargo metadata is not JSON")?;
        let members: BTreeSet<&str> = list(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        let mut packages = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let id = text_of(package, "id")?;
            packages.insert(
                id.clone(),
                Package {
                    name: text_of(package, "name")?,
                    version: text_of(package, "version")?,
                    rust_version: package["rust_version"].as_str().map(str::to_owned),
                    license: package["license"].as_str().map(str::to_owned),
                    ours: members.contains(id.as_str()),
                    needs: Vec::new(),
                },
            );
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let id = text_of(node, "id")?;
            let mut needs = Vec::new();
            for dependency in list(&node["deps"]) {
                let kinds = list(&dependency["dep_kinds"])
                    .map(|kind| match kind["kind"].as_str() {
                        Some("dev") => Kind::Dev,
                        Some("build") => Kind::Build,
                        _ => Kind::Normal,
                    })
                    .collect();
                needs.push((text_of(dependency, "pkg")?, kinds));
            }
            if let Some(package) = packages.get_mut(&id) {
                package.needs = needs;
            }
        }
        Ok(Self { packages })
    }

    /// Everything that is reached from our packages over needs of these kinds; a `Dev` need
    /// counts only for our own packages, as cargo has it.
    pub fn reached(&self, kinds: &[Kind]) -> BTreeSet<&str> {
        self.reached_from(|package| package.ours, kinds)
    }

    /// The same from chosen packages, which are among the answer.
    pub fn reached_from(&self, start: impl Fn(&Package) -> bool, kinds: &[Kind]) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> =
            self.packages.iter().filter(|(_, package)| start(package)).map(|(id, _)| id.as_str()).collect();
        while let Some(id) = open.pop() {
            if !reached.insert(id) {
                continue;
            }
            let Some(package) = self.packages.get(id) else {
                continue;
            };
            for (need, found) in &package.needs {
                let counts = kinds.iter().any(|kind| found.contains(kind) && (*kind != Kind::Dev || package.ours));
                if counts {
                    open.push(need);
                }
            }
        }
        reached
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("cargo metadata lacks '{field}'"))
}

/// A small graph for the tests of the checks.
#[cfg(test)]
pub fn graph(packages: &[(&str, Package)]) -> Graph {
    Graph { packages: packages.iter().map(|(id, package)| ((*id).to_owned(), package.clone())).collect() }
}

/// A package for the tests of the checks.
#[cfg(test)]
pub fn package(name: &str, ours: bool, needs: &[(&str, Kind)]) -> Package {
    Package {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        rust_version: None,
        license: Some("MIT".to_owned()),
        ours,
        needs: needs.iter().map(|(id, kind)| ((*id).to_owned(), BTreeSet::from([*kind]))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_needs_of_others_are_not_followed() {
        let graph = graph(&[
            ("ours", package("ours", true, &[("a", Kind::Normal), ("b", Kind::Dev)])),
            ("a", package("a", false, &[("c", Kind::Dev)])),
            ("b", package("b", false, &[])),
            ("c", package("c", false, &[])),
        ]);
        let all = graph.reached(&[Kind::Normal, Kind::Build, Kind::Dev]);
        assert_eq!(all, BTreeSet::from(["ours", "a", "b"]));
        let shipped = graph.reached(&[Kind::Normal, Kind::Build]);
        assert_eq!(shipped, BTreeSet::from(["ours", "a"]));
    }

    #[test]
    fn this_workspace_can_be_read() {
        let workspace = Workspace::find().expect("the checkout");
        let graph = Graph::read(&workspace).expect("metadata");
        let ours: Vec<&str> =
            graph.packages.values().filter(|package| package.ours).map(|package| package.name.as_str()).collect();
        assert!(ours.contains(&"xtask") && ours.contains(&"netbird-tokens"), "{ours:?}");
    }
}
