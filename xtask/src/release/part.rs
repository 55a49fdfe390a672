//! The parts of a release, where they are, and what was done with each.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::plan::{Job, Step};
use crate::workspace::Workspace;

/// The version of every part.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The start of these steps' names.
const NAME: &str = "release";
/// The step that empties the folders.
pub const FOLDER: &str = "release: folder";

/// A part, as `--only` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    CommandLine,
    Crates,
    Python,
    C,
    Maven,
    Swift,
    Sbom,
}

impl Part {
    pub const ALL: [Self; 7] =
        [Self::CommandLine, Self::Crates, Self::Python, Self::C, Self::Maven, Self::Swift, Self::Sbom];

    pub fn step_name(self) -> String {
        let what = match self {
            Self::CommandLine => "command line",
            Self::Crates => "crates",
            Self::Python => "wheel and source distribution",
            Self::C => "C and C++ archive",
            Self::Maven => "Maven repository",
            Self::Swift => "Swift package",
            Self::Sbom => "bills of materials",
        };
        format!("{NAME}: {what}")
    }

    /// Whether `--only` names it; all are wanted where it names none.
    pub fn is_among(self, only: &[Self]) -> bool {
        only.is_empty() || only.contains(&self)
    }
}

/// A file of a release.
#[derive(Debug, Clone)]
pub struct Made {
    pub file: PathBuf,
    /// What it is.
    pub what: &'static str,
    /// How it was tried.
    pub tried: &'static str,
}

/// Everything that was made in this run. Clones are the same.
#[derive(Debug, Clone)]
pub struct Parts {
    folder: PathBuf,
    made: Arc<Mutex<Vec<Made>>>,
}

impl Parts {
    pub fn new(workspace: &Workspace) -> Self {
        Self { folder: workspace.target.join("release-dry-run"), made: Arc::default() }
    }

    /// What is released, and nothing else.
    pub fn folder(&self) -> PathBuf {
        self.folder.join("parts")
    }

    /// A folder to make a part in.
    pub fn work(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("work").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// A file of the release that does not exist yet.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Copies a finished file into the release.
    pub fn take(&self, file: &Path) -> Result<PathBuf> {
        let to = self.folder().join(file.file_name().context("a file without a name")?);
        fs::copy(file, &to).with_context(|| format!("cannot copy {}", file.display()))?;
        Ok(to)
    }

    /// Notes that a file is finished and was tried.
    pub fn note(&self, file: PathBuf, what: &'static str, tried: &'static str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(Made { file, what, tried });
    }

    /// What was made, sorted by the files' names.
    pub fn made(&self) -> Vec<Made> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        made.sort_by(|one, other| one.file.cmp(&other.file));
        made
    }

    /// Says where the parts are and what was done with each.
    pub fn print(&self) {
        println!("\nThe parts are in {}", self.folder().display());
        for Made { file, what, tried } in self.made() {
            println!("  {}\n      {what}; {tried}", file.file_name().unwrap_or_default().display());
        }
    }
}

/// The step that a part needs first.
pub fn folder(parts: &Parts) -> Step {
    let parts = parts.clone();
    Step::new(FOLDER, move |_: &Job| {
        let folder = parts.folder();
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder.display().to_string())
    })
}

/// A step that makes a part.
pub fn step(part: Part, parts: &Parts, make: impl FnOnce(&Job, &Parts) -> Result<String> + Send + 'static) -> Step {
    let parts = parts.clone();
    Step::new(part.step_name(), move |job| make(job, &parts)).needs(FOLDER)
}
