//! The command line.

use super::{Front, built, conformance_step, package_tests};
use crate::plan::Step;
use crate::workspace::Workspace;

/// The `netbird-tokens` command.
pub struct Cli;

impl Front for Cli {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn sign_of_life(&self) -> &'static str {
        "cli/Cargo.toml"
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("cli", "netbird-tokens-cli"),
            conformance_step("cli", "cli", |job| {
                let path = |program| built(job.workspace(), program).display().to_string();
                Ok(vec![
                    ("NETBIRD_ADAPTER_CLI".to_owned(), path("netbird-adapter-cli")),
                    ("ADAPTER_BIN_NETBIRD_TOKENS_CLI".to_owned(), path("netbird-tokens")),
                ])
            }),
        ]
    }
}
