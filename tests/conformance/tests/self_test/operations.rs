//! The adapter's list of operations is compared with the full list, whatever the scenarios call.

use std::collections::BTreeSet;

use netbird_conformance::report::{Counts, FailureKind, Verdict, count};
use netbird_conformance::skips::Skip;

use super::support::{folder, load, own_operations, run, schema, settings};

/// How a run of the passing scenario fails where `all` are the operations that a front end must have.
fn failures(all: &BTreeSet<String>, skips: &[Skip]) -> Vec<(FailureKind, String)> {
    let scenarios = load(&folder("must_pass/good.yaml")).expect("loads");
    let mut found = Vec::new();
    for outcome in run(&settings(), &scenarios, skips, all) {
        let text = outcome.text();
        if let Verdict::Failed(failures) = outcome.verdict {
            found.extend(failures.into_iter().map(|failure| (failure.kind, text.clone())));
        }
    }
    found
}

fn skip(adapter: &str, operation: &str) -> Skip {
    Skip {
        adapter: adapter.to_owned(),
        scenario: None,
        option: None,
        operation: Some(operation.to_owned()),
        reason: "the fake adapter cannot have it".to_owned(),
    }
}

fn with(operation: &str) -> BTreeSet<String> {
    let mut all = own_operations();
    all.insert(operation.to_owned());
    all
}

#[test]
fn an_operation_that_no_scenario_calls_is_missed() {
    for skips in [vec![], vec![skip("another", "rotate_token")]] {
        let found = failures(&with("rotate_token"), &skips);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, FailureKind::Operations);
        assert!(found[0].1.contains("does not have the operation rotate_token"), "{found:?}");
    }
}

#[test]
fn a_declared_gap_is_fine() {
    let found = failures(&with("rotate_token"), &[skip("fake", "rotate_token")]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn an_operation_that_does_not_exist_fails_the_run() {
    let mut all = own_operations();
    all.remove("create_token");
    let found = failures(&all, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, FailureKind::Operations);
    assert!(found[0].1.contains("declares the operation create_token"), "{found:?}");
}

#[test]
fn a_declared_gap_that_the_adapter_has_closed_fails_the_run() {
    let found = failures(&own_operations(), &[skip("fake", "create_token")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, FailureKind::StaleSkip);
    assert!(found[0].1.contains("create_token is declared as missing, but the adapter has it"), "{found:?}");
}

#[test]
fn the_full_list_comes_from_the_schema() {
    let all = schema().operations().clone();
    assert!(all.contains("list_tokens") && all.contains("check_credential"), "{all:?}");
    let found = failures(&all, &[]);
    let missing: BTreeSet<String> = all.difference(&own_operations()).cloned().collect();
    assert_eq!(found.len(), missing.len(), "{found:?}");
    assert!(missing.iter().all(|name| found.iter().any(|(_, text)| text.contains(name.as_str()))), "{found:?}");
}

#[test]
fn a_run_of_some_scenarios_does_not_compare_the_list() {
    use netbird_conformance::runner::{self, Suite};
    let scenarios = load(&folder("must_pass/good.yaml")).expect("loads");
    let suite = Suite { scenarios: &scenarios, skips: &[skip("fake", "create_token")], all_operations: None };
    let outcomes = runner::run(&settings(), &suite, |_| {}).expect("the fake adapter starts");
    assert_eq!(count(&outcomes), Counts { passed: 1, failed: 0, skipped: 0 });
}
