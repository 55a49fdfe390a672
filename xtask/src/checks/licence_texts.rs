//! The licence texts that packages carry are those of the project.

use anyhow::{Context as _, Result};

use super::files;
use super::findings::Findings;
use crate::workspace::Workspace;

/// Every `LICENSE-…` in a folder equals the one of that name at the top, and the packages that are published have theirs.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    const PUBLISHED: &[&str] = &["cli", "core", "python", "tests/mock-server"];
    let mut findings = Findings::default();
    let mut number = 0;
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let original = std::fs::read(workspace.path(name)).with_context(|| format!("cannot read {name}"))?;
        for file in files::all(workspace)?.iter().filter(|file| file.file_name().is_some_and(|found| found == name)) {
            number += 1;
            if std::fs::read(workspace.path(file))? != original {
                findings.add(format!("{} differs from {name}", file.display()));
            }
        }
        for folder in PUBLISHED.iter().filter(|folder| !workspace.path(folder).join(name).is_file()) {
            findings.add(format!("{folder}/{name} is missing: copy {name}"));
        }
    }
    findings.note = format!("{number} files");
    Ok(findings)
}
