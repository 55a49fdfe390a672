//! The conformance runner itself: that it can fail. Its runs against each front end are among
//! that front end's own steps.

use super::{Front, package_tests};
use crate::plan::Step;
use crate::workspace::Workspace;

/// The runner of the scenarios.
pub struct Conformance;

impl Front for Conformance {
    fn name(&self) -> &'static str {
        "conformance"
    }

    fn sign_of_life(&self) -> &'static str {
        "tests/conformance/Cargo.toml"
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![package_tests("conformance", "netbird-conformance")]
    }
}
