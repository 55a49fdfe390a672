//! The mock server, which all tests talk to.

use super::front::Front;
use super::steps::package_tests;
use crate::plan::Step;
use crate::workspace::Workspace;

/// `tests/mock-server`.
pub struct Mock;

impl Front for Mock {
    fn name(&self) -> &'static str {
        "mock"
    }

    fn main_file(&self) -> &'static str {
        "tests/mock-server/Cargo.toml"
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![package_tests("mock", "netbird-mock")]
    }
}
