//! Where the site is made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::plan::Job;
use crate::workspace::Workspace;

/// Where the site is made.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("docs")
}

/// Copies what is in a folder.
pub fn copy(job: &Job, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    job.command("cp").arg("-R").arg(from.join(".")).arg(to).limit_minutes(2).run()
}
