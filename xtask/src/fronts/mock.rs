//! The mock server.

use super::{Front, package_tests};
use crate::plan::Step;
use crate::workspace::Workspace;

/// The server that all tests talk to.
pub struct Mock;

impl Front for Mock {
    fn name(&self) -> &'static str {
        "mock"
    }

    fn sign_of_life(&self) -> &'static str {
        "tests/mock-server/Cargo.toml"
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![package_tests("mock", "netbird-mock")]
    }
}
