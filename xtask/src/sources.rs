//! The committed sources, for what must not depend on the state of the checkout.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::command::Cmd;
use crate::workspace::Workspace;

/// Puts the committed sources into a folder, which is emptied first.
///
/// # Errors
/// This is not a git repository with a commit, or the folder cannot be written.
pub fn check_out(workspace: &Workspace, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let archive = folder.with_extension("tar");
    let git = Cmd::new("git").args(["archive", "--output"]).arg(&archive).arg("HEAD");
    git.dir(&workspace.root).limit_minutes(2).run()?;
    Cmd::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder).limit_minutes(2).run()?;
    fs::remove_file(archive).context("the archive")
}

/// When the commit was made, in seconds since 1970, for `SOURCE_DATE_EPOCH`.
///
/// # Errors
/// This is not a git repository with a commit.
pub fn commit_time(workspace: &Workspace) -> Result<String> {
    let time = Cmd::new("git").args(["log", "-1", "--format=%ct"]).dir(&workspace.root).limit_minutes(1).output()?;
    Ok(time.trim().to_owned())
}

/// The commit, and whether the checkout differs from it.
///
/// # Errors
/// This is not a git repository with a commit.
pub fn commit(workspace: &Workspace) -> Result<(String, bool)> {
    let git = |args: &[&str]| Cmd::new("git").args(args).dir(&workspace.root).limit_minutes(1).output();
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Ok((git(&["rev-parse", "HEAD"])?.trim().to_owned(), !changes.trim().is_empty()))
}
