//! Shell scripts parse.

use anyhow::Result;

use super::{Findings, files};
use crate::command::Cmd;
use crate::workspace::Workspace;

/// `bash -n` on everything that says it is for a shell.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if !is_shell(&file.to_string_lossy(), &text) {
            continue;
        }
        number += 1;
        if let Err(error) = Cmd::new("bash").arg("-n").arg(workspace.path(&file)).limit_minutes(1).output() {
            findings.add(format!("{}: {error:#}", file.display()));
        }
    }
    findings.seen = format!("{number} scripts");
    Ok(findings)
}

fn is_shell(name: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    name.ends_with(".sh") || (first.starts_with("#!") && (first.ends_with("sh")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_by_name_or_first_line() {
        assert!(is_shell("a.sh", ""));
        assert!(is_shell("run", "#!/usr/bin/env bash\n"));
        assert!(is_shell("run", "#!/bin/sh\n"));
        assert!(!is_shell("run", "#!/usr/bin/env python3\n"));
        assert!(!is_shell("notes.md", "bash\n"));
    }
}
