//! The conformance runner's own tests, and its live runs. Its other runs against an adapter are steps of that adapter's front end.

use super::front::Front;
use super::live::{Server, live, rust_adapter};
use super::steps::package_tests;
use crate::plan::Step;
use crate::workspace::Workspace;

/// `tests/conformance`.
pub struct Conformance;

impl Front for Conformance {
    fn name(&self) -> &'static str {
        "conformance"
    }

    fn main_file(&self) -> &'static str {
        "tests/conformance/Cargo.toml"
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        let servers = [
            Server { version: "current", limited: false },
            Server { version: "0.59", limited: false },
            Server { version: "0.40", limited: false },
            Server { version: "current", limited: true },
        ];
        let mut steps = vec![package_tests("conformance", "netbird-conformance")];
        steps.extend(servers.map(|server| live("rust", self.name(), server, |job| Ok(rust_adapter(job.workspace())))));
        steps
    }
}
