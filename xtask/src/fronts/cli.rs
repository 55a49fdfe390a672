//! The command-line tool.

use super::compile::built;
use super::front::Front;
use super::steps::{package_tests, scenarios};
use crate::plan::Step;
use crate::workspace::Workspace;

/// `cli`.
pub struct Cli;

impl Front for Cli {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn main_file(&self) -> &'static str {
        "cli/Cargo.toml"
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("cli", "netbird-tokens-cli"),
            scenarios("cli", "cli", |job| {
                let path = |program| built(job.workspace(), program).display().to_string();
                Ok(vec![
                    ("NETBIRD_ADAPTER_CLI".to_owned(), path("netbird-adapter-cli")),
                    ("ADAPTER_BIN_NETBIRD_TOKENS_CLI".to_owned(), path("netbird-tokens")),
                ])
            }),
        ]
    }
}
