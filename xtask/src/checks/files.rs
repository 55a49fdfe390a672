//! The files that belong to the project.

use std::path::PathBuf;

use anyhow::Result;

use crate::command::Cmd;
use crate::workspace::Workspace;

/// Paths, relative to the checkout, of all files that git tracks or would add.
pub fn all(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let listed = Cmd::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .dir(&workspace.root)
        .limit_minutes(1)
        .output()?;
    let mut files: Vec<PathBuf> = listed
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        // Without files whose deletion is not committed yet.
        .filter(|file| workspace.path(file).is_file())
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The text files among them, with their contents.
pub fn texts(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>> {
    let mut texts = Vec::new();
    for file in all(workspace)? {
        let bytes = std::fs::read(workspace.path(&file))?;
        if bytes.contains(&0) {
            continue;
        }
        if let Ok(text) = String::from_utf8(bytes) {
            texts.push((file, text));
        }
    }
    Ok(texts)
}
