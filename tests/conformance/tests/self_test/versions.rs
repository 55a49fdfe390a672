//! One scenario on several server versions.

use std::time::Duration;

use netbird_conformance::report::{Counts, Outcome, Verdict, count, summary};
use netbird_conformance::scenario::{Requests, Scenario};
use serde_json::json;

use super::support::{folder, load, outcomes};

fn find<'a>(scenarios: &'a [Scenario], name: &str) -> &'a Scenario {
    scenarios.iter().find(|scenario| scenario.full_name() == name).expect(name)
}

fn requests(scenario: &Scenario, step: usize) -> usize {
    match &scenario.steps[step].requests {
        Requests::These(requests) => requests.len(),
        Requests::Later(_) => panic!("not later"),
    }
}

#[test]
fn each_version_is_a_run_with_its_own_name_server_and_expectations() {
    let scenarios = load(&folder("must_pass/versions.yaml")).expect("loads");
    let names: Vec<String> = scenarios.iter().map(Scenario::full_name).collect();
    assert_eq!(names, ["several [0.40]", "several [0.59]", "several [current]", "only-the-current-one [current]"]);
    let (old, current) = (find(&scenarios, "several [0.40]"), find(&scenarios, "several [current]"));
    assert_eq!(old.server["server_version"], "0.40");
    assert!(!current.server.contains_key("server_version"));
    assert_eq!(old.steps[0].expect, Some(json!({"error": {"kind": "not_found", "status": 404}})));
    assert_eq!(current.steps[0].expect, Some(json!({"ok": [{"id": "laptop", "name": "laptop"}]})));
    assert_eq!((requests(old, 0), requests(current, 0)), (2, 1));
    assert_eq!((old.steps.len(), current.steps.len()), (1, 2));
    assert_eq!(current.steps[1].title(), "step 2, server_has");
}

#[test]
fn a_scenario_for_the_current_version_runs() {
    let path = folder("must_pass/versions.yaml");
    let found = outcomes(&path, &[]).expect("loads");
    let passed: Vec<&str> = found
        .iter()
        .filter(|outcome| matches!(outcome.verdict, Verdict::Passed))
        .map(|outcome| outcome.name.as_str())
        .collect();
    assert!(passed.contains(&"several [current]") && passed.contains(&"only-the-current-one [current]"), "{passed:?}");
    let current = found.iter().filter(|outcome| outcome.version.as_deref() == Some("current"));
    assert_eq!(count(current), Counts { passed: 2, failed: 0, skipped: 0 });
}

#[test]
fn the_summary_counts_each_version() {
    let outcome = |version: Option<&str>, verdict: Verdict| Outcome {
        name: "any".to_owned(),
        version: version.map(str::to_owned),
        verdict,
        took: Duration::ZERO,
    };
    let outcomes = [
        outcome(None, Verdict::Passed),
        outcome(Some("0.40"), Verdict::Failed(Vec::new())),
        outcome(Some("0.40"), Verdict::Passed),
        outcome(Some("current"), Verdict::Skipped("why".to_owned())),
    ];
    let expected = "server version 0.40: 1 passed, 1 failed, 0 skipped\n\
                    server version current: 0 passed, 0 failed, 1 skipped\n\
                    2 passed, 1 failed, 1 skipped";
    assert_eq!(summary(&outcomes), expected);
}
