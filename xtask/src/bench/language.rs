//! The measured languages: for each, the program that prints its rows and the file whose size is reported.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use crate::fronts::{c, compile, python, swift};
use crate::toolchain::python as interpreters;
use crate::workspace::Workspace;

/// SwiftPM's name for the program that prints the Swift rows.
pub const SWIFT_PRODUCT: &str = "netbird-tokens-bench";

/// A language with rows of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
    Python,
    C,
    Kotlin,
    Swift,
}

impl Language {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::C => "c",
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
        }
    }

    /// The step that builds its program.
    pub fn step(self) -> String {
        format!("bench: {}", self.name())
    }

    /// The command line that prints its rows, for every language but Rust. The measuring program splits it at spaces.
    pub fn program(self, workspace: &Workspace) -> Option<String> {
        Some(match self {
            Self::Rust => return None,
            Self::Python => {
                let python = interpreters::folder(workspace, "bench").join("bin/python");
                format!("{} {}", python.display(), workspace.path("python/benches/bench.py").display())
            }
            Self::C => workspace.target.join("c-header/bench").display().to_string(),
            Self::Kotlin => {
                let program = workspace.path("bindings/kotlin/bench/target/netbird-tokens-bench.jar");
                format!("java -jar {}", program.display())
            }
            Self::Swift => format!(
                "{} swift-exec {} -- .build/release/{SWIFT_PRODUCT}",
                compile::built(workspace, "xtask").display(),
                workspace.path(swift::PACKAGE).display()
            ),
        })
    }

    /// Its file whose size matters to users, and the name of the row.
    pub fn file(self, workspace: &Workspace) -> Result<Option<(&'static str, PathBuf)>> {
        let release = workspace.target.join("release");
        Ok(match self {
            Self::Rust => Some(("netbird-tokens (command line)", release.join("netbird-tokens"))),
            Self::Python => Some(("wheel", python::wheel(workspace)?)),
            Self::C => Some(("libnetbird_tokens.so", c::prefix(workspace).join("lib/libnetbird_tokens.so"))),
            Self::Kotlin => Some(("libnetbird_tokens_uniffi.so", release.join("libnetbird_tokens_uniffi.so"))),
            Self::Swift => None,
        })
    }
}
