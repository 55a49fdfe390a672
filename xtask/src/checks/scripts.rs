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
        if !is_shell(&text) {
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

/// By the first line: a name that ends in `.sh` may also be a sample of what a person types.
fn is_shell(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && first.ends_with("sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_by_their_first_line() {
        assert!(is_shell("#!/usr/bin/env bash\n"));
        assert!(is_shell("#!/bin/sh\n"));
        assert!(!is_shell("#!/usr/bin/env python3\n"));
        assert!(!is_shell("bash\n"));
    }
}
