//! Links to files in Markdown documents.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

use super::files;
use super::findings::Findings;
use crate::workspace::Workspace;

static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^()\s]+)\)").expect("compiled in a test"));

/// Every relative link in a Markdown file points to an existing file or folder.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if file.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let folder = workspace.path(file.parent().unwrap_or(Path::new("")));
        for (line, link) in links(&text) {
            number += 1;
            if !folder.join(&link).exists() {
                findings.add(format!("{}:{line}: {link} does not exist", file.display()));
            }
        }
    }
    findings.note = format!("{number} links");
    Ok(findings)
}

/// Line numbers and targets of the links to files, outside fenced code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        for link in LINK.captures_iter(line) {
            let target = link[1].split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            found.push((index + 1, target.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_count() {
        let text = "[a](docs/a.md#part) [b](https://example.org) [c](#here)\n\
                    ```\n[d](not/a/link)\n```\n![e](e.png)\n";
        assert_eq!(links(text), [(1, "docs/a.md".to_owned()), (5, "e.png".to_owned())]);
    }
}
