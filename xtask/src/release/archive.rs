//! Archives, and clean places that they are unpacked into.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::plan::Job;
use crate::sources;

/// Packs the folder `name` within `parent` as a `.tar.gz` that is the same whenever the same files are packed.
pub fn pack(job: &Job, parent: &Path, name: &str, file: &Path) -> Result<()> {
    let mut command = job.command("tar").arg("-C").arg(parent);
    if cfg!(target_os = "linux") {
        let time = sources::commit_time(job.workspace())?;
        command = command
            .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--use-compress-program=gzip -9n"])
            .arg(format!("--mtime=@{time}"));
    } else {
        command = command.arg("-z");
    }
    command.arg("-cf").arg(file).arg(name).limit_minutes(5).run()
}

/// A place outside the checkout. It is removed with this value.
#[derive(Debug)]
pub struct CleanPlace(TempDir);

impl CleanPlace {
    pub fn new() -> Result<Self> {
        Ok(Self(tempfile::Builder::new().prefix("netbird-tokens-release-").tempdir().context("a temporary folder")?))
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Unpacks an archive that has one folder, which is returned.
    pub fn unpack(&self, job: &Job, archive: &Path, folder: &str) -> Result<PathBuf> {
        job.command("tar").arg("-C").arg(self.folder()).arg("-xzf").arg(archive).limit_minutes(5).run()?;
        Ok(self.folder().join(folder))
    }
}
