//! Calls that are interrupted at a chosen moment, and what the server becomes afterwards.

use netbird_conformance::report::{Counts, count};

use super::support::{folder, outcomes};

#[test]
fn a_call_is_interrupted_when_the_server_has_received_or_acted() {
    let outcomes = outcomes(&folder("must_pass/interrupted.yaml"), &[]).expect("loads");
    let texts: Vec<String> = outcomes.iter().map(netbird_conformance::report::Outcome::text).collect();
    assert_eq!(count(&outcomes), Counts { passed: 3, failed: 0, skipped: 0 }, "{texts:?}");
}
