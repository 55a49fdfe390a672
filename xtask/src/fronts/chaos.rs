//! The fault campaign: its own tests, the ten deliberate bugs, and two minutes over Rust. Its runs against an adapter are steps of
//! that adapter's front end.

use super::compile::COMPILE;
use super::front::Front;
use super::steps::{campaign, package_tests};
use crate::plan::Step;
use crate::workspace::Workspace;

/// `tests/chaos`.
pub struct Chaos;

impl Front for Chaos {
    fn name(&self) -> &'static str {
        "chaos"
    }

    fn main_file(&self) -> &'static str {
        "tests/chaos/Cargo.toml"
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("chaos", "netbird-chaos"),
            // A build of its own: the bugs must not get into any other test.
            Step::new("chaos: ten deliberate bugs are caught", |job| {
                job.cargo("test")
                    .args(["--package", "netbird-chaos", "--features", "bugs", "--test", "bugs", "--", "--nocapture"])
                    .run()?;
                job.tests_passed()
            })
            .needs(COMPILE)
            // It builds the program again, with the bugs in it.
            .needs("chaos: campaign over rust")
            .cargo(),
            campaign("rust", "chaos", "120s", |_| Ok(Vec::new())),
        ]
    }
}
