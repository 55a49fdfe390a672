//! The conformance runner's own tests. Its runs against an adapter are steps of that adapter's front end.

use super::front::Front;
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
        vec![package_tests("conformance", "netbird-conformance")]
    }
}
