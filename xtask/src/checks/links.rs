//! Links to files and headings in Markdown documents.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::files;
use super::findings::Findings;
use crate::markdown;
use crate::workspace::Workspace;

/// Every relative link in a Markdown file points to an existing file or folder, and to a heading that the document has.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if !is_markdown(&file) {
            continue;
        }
        let folder = workspace.path(file.parent().unwrap_or(Path::new("")));
        for link in markdown::links(&text) {
            number += 1;
            let target = if link.path.is_empty() { workspace.path(&file) } else { folder.join(&link.path) };
            if let Some(wrong) = problem(&target, link.heading.as_deref())? {
                findings.add(format!("{}:{}: {} {wrong}", file.display(), link.line, link.path));
            }
        }
    }
    findings.note = format!("{number} links");
    Ok(findings)
}

/// What is wrong with a link to this file and heading, if anything is.
fn problem(target: &PathBuf, heading: Option<&str>) -> Result<Option<String>> {
    if !target.exists() {
        return Ok(Some("does not exist".to_owned()));
    }
    let Some(heading) = heading.filter(|_| is_markdown(target)) else {
        return Ok(None);
    };
    let ids = markdown::heading_ids(&fs::read_to_string(target)?);
    Ok((!ids.iter().any(|id| id == heading)).then(|| format!("has no heading #{heading}")))
}

fn is_markdown(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_and_a_missing_heading_are_found() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let page = folder.path().join("page.md");
        fs::write(&page, "# One\n").expect("written");
        let wrong = |target: &PathBuf, heading| problem(target, heading).expect("read");
        assert_eq!(wrong(&page, None), None);
        assert_eq!(wrong(&page, Some("one")), None);
        assert_eq!(wrong(&page, Some("two")).as_deref(), Some("has no heading #two"));
        assert_eq!(wrong(&folder.path().join("other.md"), None).as_deref(), Some("does not exist"));
        assert_eq!(wrong(&folder.path().to_owned(), Some("L3")), None, "only documents have headings");
    }
}
