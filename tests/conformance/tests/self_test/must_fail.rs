//! Scenarios that must fail, and the same scenario without the fault.

use netbird_conformance::report::{Counts, FailureKind, Verdict, count};

use super::support::{folder, outcomes};

pub fn failures(name: &str) -> Vec<(FailureKind, String)> {
    let path = folder("must_fail").join(format!("{name}.yaml"));
    let outcomes = match outcomes(&path, &[]) {
        Ok(outcomes) => outcomes,
        Err(problem) => return vec![(FailureKind::Scenario, problem)],
    };
    let mut found = Vec::new();
    for outcome in outcomes {
        let text = outcome.text();
        if let Verdict::Failed(failures) = outcome.verdict {
            found.extend(failures.into_iter().map(|failure| (failure.kind, text.clone())));
        }
    }
    found
}

/// Each file, the kinds of failure that it must give, and a part of the report.
const MUST_FAIL: &[(&str, &[FailureKind], &str)] = &[
    ("wrong_result", &[FailureKind::Answer], "another"),
    ("extra_field", &[FailureKind::Answer], "no such field"),
    ("extra_request", &[FailureKind::Requests], "extra request"),
    ("unexpected_request", &[FailureKind::Requests], "extra request"),
    ("missing_request", &[FailureKind::Answer, FailureKind::Requests], "missing request"),
    ("wrong_scheme", &[FailureKind::Requests], "authorization"),
    ("dishonest_user_agent", &[FailureKind::Requests], "honest user agent"),
    ("wrong_status", &[FailureKind::Requests], "answered with 200"),
    ("leak_on_stderr", &[FailureKind::Leak], "contains the text of"),
    ("leak_of_a_part", &[FailureKind::Leak], "contains a part of"),
    ("leak_on_stdout", &[FailureKind::Answer, FailureKind::Leak], "contains the text of"),
    ("unclean_exit", &[FailureKind::UncleanExit], "exit status: 3"),
    ("ended_in_the_middle", &[FailureKind::UncleanExit], "ended before it answered"),
    ("chatter", &[FailureKind::UncleanExit], "good bye"),
    ("garbage", &[FailureKind::Protocol], "this is not JSON"),
    ("wrong_id", &[FailureKind::Protocol], "another command"),
    ("hang", &[FailureKind::Hang], "no answer within"),
    ("too_slow", &[FailureKind::Timing], "at least 60000 ms"),
    ("undeclared_skip", &[FailureKind::UndeclaredSkip], "lacks delete_token"),
    ("interruption_ignored", &[FailureKind::Hang], "no answer within"),
    ("interruption_too_late", &[FailureKind::Answer, FailureKind::Timing], "ended before the moment"),
    ("interruption_without_moment", &[FailureKind::Timing], "did not come within"),
    ("interrupted_create_not_revoked", &[FailureKind::State, FailureKind::Requests], "after 300 ms alice has"),
    ("interrupted_create_other_requests", &[FailureKind::Requests], "missing request"),
    ("postponed_requests_not_listed", &[FailureKind::Scenario], "no later step lists them"),
    ("version_not_listed", &[FailureKind::Scenario], "not among `server_versions`"),
    ("wrong_on_one_version", &[FailureKind::Answer], "another"),
    ("schema_violation", &[FailureKind::Scenario], "arguments"),
    ("contradiction", &[FailureKind::Scenario], "neither `as`"),
    ("wrong_expectation", &[FailureKind::Answer], "desktop"),
    ("wrong_error", &[FailureKind::Answer], "forbidden"),
    ("wrong_state", &[FailureKind::State], "expected []"),
    ("file_read_once", &[FailureKind::Requests], "authorization"),
    ("unknown_file", &[FailureKind::Scenario], "not among `files`"),
    ("unknown_reference", &[FailureKind::Setup], "no token \"desktop\""),
];

#[test]
fn every_wrong_scenario_fails_for_its_own_reason() {
    for (name, kinds, says) in MUST_FAIL {
        let found = failures(name);
        for kind in *kinds {
            assert!(found.iter().any(|(got, _)| got == kind), "{name} must fail with {kind:?}: {found:?}");
        }
        assert!(found.iter().any(|(_, text)| text.contains(says)), "{name} must say {says:?}: {found:?}");
        assert!(
            found.iter().all(|(got, _)| kinds.contains(got)),
            "{name} must fail with nothing but {kinds:?}: {found:?}"
        );
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_table() {
    let mut files: Vec<String> = std::fs::read_dir(folder("must_fail"))
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut table: Vec<&str> = MUST_FAIL.iter().map(|(name, _, _)| *name).collect();
    table.sort_unstable();
    assert_eq!(files, table);
}

#[test]
fn the_same_scenario_without_the_fault_passes() {
    let outcomes = outcomes(&folder("must_pass/good.yaml"), &[]).expect("loads");
    assert_eq!(count(&outcomes), Counts { passed: 1, failed: 0, skipped: 0 }, "{}", outcomes[0].text());
    let outcomes = super::support::outcomes(&folder("must_pass/rewritten_file.yaml"), &[]).expect("loads");
    assert_eq!(count(&outcomes), Counts { passed: 1, failed: 0, skipped: 0 }, "{}", outcomes[0].text());
}
