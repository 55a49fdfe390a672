//! What dependencies may be and where they come from: the part of `cargo deny check licenses bans sources` that needs no
//! further tool, by the same file.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result};
use regex::Regex;

use super::findings::Findings;
use super::licences;
use crate::workspace::Workspace;

const DENY: &str = "deny.toml";
const LOCK: &str = "Cargo.lock";

/// Every package comes from the registry that `deny.toml` allows, with a checksum, none is banned, and `deny.toml` allows the
/// licences that the licence check allows.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let read = |file: &str| fs::read_to_string(workspace.path(file)).with_context(|| format!("cannot read {file}"));
    let (deny, lock) = (read(DENY)?, read(LOCK)?);
    let mut findings = Findings::default();
    let registries: BTreeSet<String> = texts(&deny, "allow-registry")?;
    let banned: BTreeSet<String> =
        Regex::new(r#"\{ crate = "([\w-]+)" \}"#)?.captures_iter(&deny).map(|found| found[1].to_owned()).collect();
    let mut number = 0;
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
            line.and_then(|value| value.strip_suffix('"')).map(str::to_owned)
        };
        let name = field("name").context("Cargo.lock has a package without a name")?;
        if banned.contains(&name) {
            findings.add(format!("{name} is banned in {DENY}"));
        }
        // Without a source it is a crate of this workspace.
        let Some(source) = field("source") else { continue };
        number += 1;
        if !source.strip_prefix("registry+").is_some_and(|registry| registries.contains(registry)) {
            findings.add(format!("{name} comes from {source}, which {DENY} does not allow"));
        }
        if field("checksum").is_none() {
            findings.add(format!("{name} has no checksum in {LOCK}"));
        }
    }
    let allowed = texts(&deny, "allow")?;
    let ours: BTreeSet<String> = licences::ALLOWED_NAMES.iter().map(|&name| name.to_owned()).collect();
    for name in allowed.symmetric_difference(&ours) {
        findings.add(format!("the licence {name} is allowed either in {DENY} or by the licence check, not by both"));
    }
    findings.note = format!("{number} packages, {} banned names", banned.len());
    Ok(findings)
}

/// The texts of a list at the start of a line.
fn texts(toml: &str, name: &str) -> Result<BTreeSet<String>> {
    let list = Regex::new(&format!(r"(?ms)^{name} = \[(.*?)\]"))?;
    let list = list.captures(toml).with_context(|| format!("{DENY} has no list {name}"))?;
    Ok(Regex::new(r#""([^"]+)""#)?.captures_iter(&list[1]).map(|found| found[1].to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(lock: &str, deny: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workspace = Workspace { root: folder.path().to_owned(), target: folder.path().join("target") };
        fs::write(workspace.path(LOCK), lock).expect("written");
        fs::write(workspace.path(DENY), deny).expect("written");
        check(&workspace).expect("read").wrong
    }

    #[test]
    fn another_source_a_banned_name_and_another_licence_are_found() {
        let workspace = Workspace::find().expect("the checkout");
        let deny = fs::read_to_string(workspace.path(DENY)).expect("read");
        let package = |name: &str, source: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"00\"\n")
        };
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(wrong(&package("x", registry), &deny).is_empty());
        assert!(wrong("[[package]]\nname = \"ours\"\n", &deny).is_empty());
        assert_eq!(wrong(&package("x", "git+https://example.com/x"), &deny).len(), 1);
        assert_eq!(wrong(&package("openssl-sys", registry), &deny), ["openssl-sys is banned in deny.toml"]);
        assert_eq!(wrong(&package("x", registry).replace("checksum", "other"), &deny).len(), 1);
        assert_eq!(wrong("", &deny.replace("\"ISC\"", "\"GPL-3.0\"")).len(), 2);
    }
}
