//! The core crate, what must hold for any input, and the task runner.

use super::compile::{self, COMPILE, built, excludes};
use super::front::Front;
use super::steps::{package_tests, scenarios};
use crate::plan::Step;
use crate::workspace::Workspace;

/// The step that documents the crates, without a warning.
pub const DOCUMENTATION: &str = "rust: documentation";

/// `core`, `tests/properties` and `xtask`.
pub struct Rust;

impl Front for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn main_file(&self) -> &'static str {
        "core/Cargo.toml"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-bench"]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![compile::step()]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("rust", "netbird-tokens"),
            package_tests("rust", "netbird-properties"),
            package_tests("rust", "xtask"),
            Step::new("rust: examples in the documentation", |job| {
                job.cargo("test").args(["--workspace", "--doc"]).args(excludes(job)).run()?;
                job.tests_passed()
            })
            .needs(COMPILE)
            .cargo(),
            Step::new(DOCUMENTATION, |job| {
                job.cargo("doc")
                    .args(["--workspace", "--no-deps", "--lib"])
                    .args(excludes(job))
                    .env("RUSTDOCFLAGS", "-D warnings")
                    .run()?;
                Ok(String::new())
            })
            // Not needed: the site needs this step without the programs.
            .after(COMPILE)
            .cargo(),
            scenarios("rust", "rust", |job| {
                let adapter = built(job.workspace(), "netbird-adapter-rust");
                Ok(vec![("NETBIRD_ADAPTER_RUST".to_owned(), adapter.display().to_string())])
            }),
        ]
    }
}
