//! Declared gaps.

use netbird_conformance::report::{Counts, count};
use netbird_conformance::skips::{self, Skip};

use super::support::{folder, load, outcomes, own_operations, run, settings};

fn skip(scenario: Option<&str>, option: Option<&str>, operation: Option<&str>) -> Skip {
    Skip {
        adapter: "fake".to_owned(),
        scenario: scenario.map(str::to_owned),
        option: option.map(str::to_owned),
        operation: operation.map(str::to_owned),
        reason: "the fake adapter can only list".to_owned(),
    }
}

#[test]
fn a_declared_gap_is_skipped() {
    let path = folder("must_fail/undeclared_skip.yaml");
    let scenarios = load(&path).expect("loads");
    let by_scenario = skip(Some("must-fail-undeclared-skip"), None, None);
    let outcomes = run(&settings(), &scenarios, &[by_scenario], &own_operations());
    assert_eq!(count(&outcomes), Counts { passed: 0, failed: 0, skipped: 1 });
    let mut all = own_operations();
    all.insert("delete_token".to_owned());
    let outcomes = run(&settings(), &scenarios, &[skip(None, None, Some("delete_token"))], &all);
    assert_eq!(count(&outcomes), Counts { passed: 0, failed: 0, skipped: 1 });
}

#[test]
fn a_skip_without_effect_fails_the_run() {
    let path = folder("must_pass/good.yaml");
    for (declared, says) in [
        (skip(Some("must-pass"), None, None), "would run"),
        (skip(Some("no-such-scenario"), None, None), "does not exist"),
        (skip(None, Some("cancel_file"), None), "the adapter has it"),
        (skip(None, Some("ca_pem"), None), "no scenario needs it"),
        (skip(None, None, Some("list_tokens")), "the adapter has it"),
        (skip(None, None, Some("frobnicate")), "does not exist"),
    ] {
        let outcomes = outcomes(&path, &[declared]).expect("loads");
        assert_eq!(count(&outcomes), Counts { passed: 1, failed: 1, skipped: 0 });
        assert!(outcomes[0].text().contains(says), "{}", outcomes[0].text());
    }
}

#[test]
fn a_skip_needs_a_reason_and_one_subject() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("skips.yaml");
    for text in [
        "- {adapter: a, reason: r}",
        "- {adapter: a, scenario: s, operation: o, reason: r}",
        "- {adapter: a, scenario: s, reason: ' '}",
        "- {adapter: a, scenario: s}",
    ] {
        std::fs::write(&path, text).expect("written");
        assert!(skips::load(&path).is_err(), "{text}");
    }
    std::fs::write(&path, "- {adapter: a, scenario: s, reason: r}").expect("written");
    assert_eq!(skips::load(&path).expect("loads").len(), 1);
}
