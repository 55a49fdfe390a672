//! The syntax of shell scripts.

use anyhow::Result;

use super::files;
use super::findings::Findings;
use crate::command::Cmd;
use crate::workspace::Workspace;

/// Runs `bash -n` on every shell script.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if !is_shell(&text) {
            continue;
        }
        number += 1;
        if let Err(error) = Cmd::new("bash").arg("-n").arg(workspace.path(&file)).limit_minutes(1).output() {
            findings.add(format!("{}: {error:#}", file.display()));
        }
    }
    findings.note = format!("{number} scripts");
    Ok(findings)
}

/// Decides by the first line: a file named `.sh` may also be a transcript of commands.
fn is_shell(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && first.ends_with("sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_recognised_by_their_first_line() {
        assert!(is_shell("#!/usr/bin/env bash\n"));
        assert!(is_shell("#!/bin/sh\n"));
        assert!(!is_shell("#!/usr/bin/env python3\n"));
        assert!(!is_shell("bash\n"));
    }
}
