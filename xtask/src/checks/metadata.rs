//! The graph of the workspace's packages and their dependencies, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, TargetKind};

use crate::command::Cmd;
use crate::workspace::Workspace;

/// What needs a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The package itself.
    Normal,
    /// Its build script.
    Build,
    /// Its tests.
    Dev,
}

impl From<DependencyKind> for Kind {
    fn from(kind: DependencyKind) -> Self {
        match kind {
            DependencyKind::Development => Self::Dev,
            DependencyKind::Build => Self::Build,
            _ => Self::Normal,
        }
    }
}

/// A package.
#[derive(Debug, Clone)]
pub struct Package {
    pub name: String,
    pub version: Version,
    /// The oldest Rust version that it declares.
    pub rust_version: Option<Version>,
    /// Its licence, as an SPDX expression.
    pub license: Option<String>,
    /// True if it is a member of this workspace.
    pub ours: bool,
    /// The root files of its library and its programs.
    pub roots: Vec<PathBuf>,
    /// Its dependencies: package ids and what needs them.
    pub needs: Vec<(String, BTreeSet<Kind>)>,
}

/// All packages.
#[derive(Debug, Default)]
pub struct Graph {
    /// By cargo's package id.
    pub packages: BTreeMap<String, Package>,
}

impl Graph {
    /// Runs `cargo metadata`. It is an error if `Cargo.lock` is out of date.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let text = Cmd::new(workspace.cargo())
            .args(["metadata", "--format-version", "1", "--locked"])
            .dir(&workspace.root)
            .output()
            .context("Cargo.lock is out of date, or a manifest is invalid")?;
        Ok(Self::new(MetadataCommand::parse(text)?))
    }

    fn new(metadata: Metadata) -> Self {
        let members: BTreeSet<_> = metadata.workspace_members.into_iter().collect();
        let mut packages: BTreeMap<String, Package> = metadata
            .packages
            .into_iter()
            .map(|package| {
                let is_root = |kinds: &[TargetKind]| {
                    let other = [TargetKind::CustomBuild, TargetKind::Example, TargetKind::Test, TargetKind::Bench];
                    !kinds.iter().any(|kind| other.contains(kind))
                };
                let targets = package.targets.into_iter().filter(|target| is_root(&target.kind));
                let ours = members.contains(&package.id);
                let converted = Package {
                    name: package.name.into_inner(),
                    version: package.version,
                    rust_version: package.rust_version,
                    license: package.license,
                    ours,
                    roots: targets.map(|target| target.src_path.into_std_path_buf()).collect(),
                    needs: Vec::new(),
                };
                (package.id.repr, converted)
            })
            .collect();
        for node in metadata.resolve.into_iter().flat_map(|resolve| resolve.nodes) {
            if let Some(package) = packages.get_mut(&node.id.repr) {
                let kinds =
                    |need: &cargo_metadata::NodeDep| need.dep_kinds.iter().map(|found| found.kind.into()).collect();
                package.needs = node
                    .deps
                    .into_iter()
                    .map(|need| {
                        let kinds = kinds(&need);
                        (need.pkg.repr, kinds)
                    })
                    .collect();
            }
        }
        Self { packages }
    }

    /// The members of this workspace.
    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.ours)
    }

    /// All packages that the workspace reaches over dependencies of these kinds. `Dev` counts only for members of the
    /// workspace, as in cargo.
    pub fn reached(&self, kinds: &[Kind]) -> BTreeSet<&str> {
        self.reached_from(|package| package.ours, kinds)
    }

    /// The same from the packages that `start` selects. The result includes these.
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
        version: Version::new(1, 0, 0),
        rust_version: None,
        license: Some("MIT".to_owned()),
        ours,
        roots: Vec::new(),
        needs: needs.iter().map(|(id, kind)| ((*id).to_owned(), BTreeSet::from([*kind]))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_dependencies_of_others_are_not_followed() {
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
        let xtask = graph.ours().find(|package| package.name == "xtask").expect("the task runner");
        assert_eq!(xtask.roots, [workspace.path("xtask/src/main.rs")]);
        let id_of = |name: &str| graph.packages.iter().find(|(_, package)| package.name == name).expect(name).0;
        assert!(xtask.needs.contains(&(id_of("anyhow").clone(), BTreeSet::from([Kind::Normal]))));
        let cli = graph.ours().find(|package| package.name == "netbird-tokens-cli").expect("the command line");
        assert!(cli.needs.contains(&(id_of("tempfile").clone(), BTreeSet::from([Kind::Dev]))));
    }
}
