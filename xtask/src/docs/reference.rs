//! The API references of the site, and the names that its parts share.

use std::path::PathBuf;

use clap::ValueEnum;

use super::folders;
use crate::workspace::Workspace;

/// The value of `--only` that selects the site, and the start of its steps' names.
pub const NAME: &str = "docs";

/// The step that installs the generator.
pub const GENERATOR: &str = "docs: generator";

/// The version that the site describes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A reference beside that of Python, which is part of the site's own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    Rust,
    C,
    Kotlin,
    Swift,
}

impl Reference {
    /// Its folder, its marker in `docs/reference.md` and the value of `--only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
        }
    }

    /// The page that it starts with.
    pub fn start(self) -> &'static str {
        match self {
            Self::Rust => "netbird_tokens/index.html",
            Self::C => "index.html",
            Self::Kotlin => "netbird-tokens/netbird.tokens/index.html",
            Self::Swift => "documentation/netbirdtokens/index.html",
        }
    }

    /// The name of the step that makes it.
    pub fn step_name(self) -> String {
        format!("{NAME}: reference of {}", self.name())
    }

    /// Where the step puts it.
    pub fn folder(self, workspace: &Workspace) -> PathBuf {
        folders::folder(workspace).join("references").join(self.name())
    }
}
