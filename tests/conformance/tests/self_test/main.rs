//! The runner proves that it can fail: each scenario of `must_fail` breaks one promise, and the runner must name that one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use netbird_conformance::registry::Launch;
use netbird_conformance::report::{FailureKind, Outcome, Verdict, count, write_junit};
use netbird_conformance::runner::{Settings, run};
use netbird_conformance::scenario::{load_file, load_folder, validator};
use netbird_conformance::server::Live;
use netbird_conformance::skips::{self, Skip};
use netbird_mock::MockServer;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/scenario.schema.json")
}

fn settings() -> Settings {
    let launch = Launch {
        name: "fake".to_owned(),
        command: vec![env!("CARGO_BIN_EXE_netbird-fake-adapter").to_owned()],
        env: std::collections::BTreeMap::default(),
    };
    let mut settings = Settings::new(launch, folder(""));
    settings.call_limit = Duration::from_millis(1500);
    settings
}

/// Runs one file; a file that cannot be loaded gives the reason instead.
fn outcomes(path: &Path, skips: &[Skip]) -> Result<Vec<Outcome>, String> {
    let validator = validator(&schema()).expect("the schema is good");
    let scenarios = load_file(path, &validator).map_err(|error| format!("{error:#}"))?;
    Ok(run(&settings(), &scenarios, skips, true, |_| {}).expect("the fake adapter starts"))
}

fn failures(name: &str) -> Vec<(FailureKind, String)> {
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

/// Each file, the one kind of failure that it must give, and what the report must say of it.
const MUST_FAIL: &[(&str, &[FailureKind], &str)] = &[
    ("wrong_result", &[FailureKind::Answer], "another"),
    ("extra_field", &[FailureKind::Answer], "no such field"),
    ("extra_request", &[FailureKind::Requests], "extra request"),
    ("unexpected_request", &[FailureKind::Requests], "extra request"),
    ("missing_request", &[FailureKind::Answer, FailureKind::Requests], "missing request"),
    ("wrong_scheme", &[FailureKind::Requests], "authorization"),
    ("dishonest_user_agent", &[FailureKind::Requests], "honest user agent"),
    ("wrong_status", &[FailureKind::Requests], "answered with 200"),
    ("leak_on_stderr", &[FailureKind::Leak], "gives away the text of"),
    ("leak_of_a_part", &[FailureKind::Leak], "gives away a part of"),
    ("leak_on_stdout", &[FailureKind::Answer, FailureKind::Leak], "gives away the text of"),
    ("unclean_exit", &[FailureKind::UncleanExit], "exit status: 3"),
    ("ended_in_the_middle", &[FailureKind::UncleanExit], "ended in the middle"),
    ("chatter", &[FailureKind::UncleanExit], "good bye"),
    ("garbage", &[FailureKind::Protocol], "this is not JSON"),
    ("wrong_id", &[FailureKind::Protocol], "another command"),
    ("hang", &[FailureKind::Hang], "no answer within"),
    ("too_slow", &[FailureKind::Timing], "at least 60000 ms"),
    ("undeclared_skip", &[FailureKind::UndeclaredSkip], "lacks delete_token"),
    ("schema_violation", &[FailureKind::Scenario], "arguments"),
    ("contradiction", &[FailureKind::Scenario], "neither `as`"),
    ("wrong_expectation", &[FailureKind::Answer], "desktop"),
    ("wrong_error", &[FailureKind::Answer], "forbidden"),
    ("wrong_state", &[FailureKind::State], "expected []"),
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
fn no_report_shows_a_secret() {
    for name in ["leak_on_stderr", "leak_on_stdout", "leak_of_a_part", "wrong_scheme"] {
        for (_, text) in failures(name) {
            assert!(!text.contains("nbp_"), "{name}: {text}");
        }
    }
}

#[test]
fn the_same_story_without_the_fault_passes() {
    let outcomes = outcomes(&folder("must_pass/good.yaml"), &[]).expect("loads");
    assert_eq!(count(&outcomes), (1, 0, 0), "{}", outcomes[0].text());
}

#[test]
fn a_live_run_talks_to_the_server_it_is_given() {
    let world = serde_json::json!({"users": [{"id": "alice", "role": "owner", "tokens": [{"name": "desktop"}]}]});
    let mock = MockServer::start(serde_json::from_value(world).expect("a world")).expect("starts");
    let mut settings = settings();
    settings.live = Some(Live { url: mock.url(), token: mock.seeded()[0].plain.clone() });
    let validator = validator(&schema()).expect("the schema is good");
    let scenarios = load_file(&folder("must_pass/live.yaml"), &validator).expect("loads");
    let outcomes = run(&settings, &scenarios, &[], true, |_| {}).expect("the fake adapter starts");
    assert_eq!(count(&outcomes), (1, 0, 0), "{}", outcomes[0].text());
    assert_eq!(mock.requests().len(), 1);
}

#[test]
fn a_live_run_never_shows_the_credential() {
    let pat = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
    let mut settings = settings();
    settings.live = Some(Live { url: "http://127.0.0.1:9".to_owned(), token: pat.to_owned() });
    let validator = validator(&schema()).expect("the schema is good");
    let scenarios = load_file(&folder("must_pass/live.yaml"), &validator).expect("loads");
    let outcomes = run(&settings, &scenarios, &[], true, |_| {}).expect("the fake adapter starts");
    assert_eq!(count(&outcomes), (0, 1, 0));
    assert!(!outcomes[0].text().contains("abcdefghij"), "{}", outcomes[0].text());
}

fn skip(scenario: Option<&str>, operation: Option<&str>) -> Skip {
    Skip {
        adapter: "fake".to_owned(),
        scenario: scenario.map(str::to_owned),
        option: None,
        operation: operation.map(str::to_owned),
        reason: "the fake adapter can only list".to_owned(),
    }
}

#[test]
fn a_declared_gap_is_skipped() {
    let path = folder("must_fail/undeclared_skip.yaml");
    for declared in [skip(Some("must-fail-undeclared-skip"), None), skip(None, Some("delete_token"))] {
        let outcomes = outcomes(&path, &[declared]).expect("loads");
        assert_eq!(count(&outcomes), (0, 0, 1));
    }
}

#[test]
fn a_skip_that_hides_nothing_fails_the_run() {
    let path = folder("must_pass/good.yaml");
    for (declared, says) in [
        (skip(Some("must-pass"), None), "would run"),
        (skip(Some("no-such-scenario"), None), "does not exist"),
        (skip(None, Some("list_tokens")), "the adapter has it"),
        (skip(None, Some("delete_token")), "no scenario needs it"),
    ] {
        let outcomes = outcomes(&path, &[declared]).expect("loads");
        assert_eq!(count(&outcomes), (1, 1, 0));
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

#[test]
fn two_scenarios_of_one_name_are_refused() {
    let good = std::fs::read_to_string(folder("must_pass/good.yaml")).expect("readable");
    let twice = tempfile::tempdir().expect("a folder");
    std::fs::write(twice.path().join("a.yaml"), &good).expect("written");
    std::fs::write(twice.path().join("b.yaml"), &good).expect("written");
    let (_, invalid) = load_folder(twice.path(), &schema()).expect("loads");
    assert_eq!(invalid.len(), 1);
    assert!(invalid[0].problem.contains("is also in"));
}

#[test]
fn junit_tells_the_same() {
    let outcomes = outcomes(&folder("must_fail/wrong_result.yaml"), &[]).expect("loads");
    let file = tempfile::NamedTempFile::new().expect("a file");
    write_junit(file.path(), "fake", &outcomes).expect("written");
    let text = std::fs::read_to_string(file.path()).expect("readable");
    assert!(text.contains(r#"tests="1""#) && text.contains(r#"failures="1""#), "{text}");
    assert!(text.contains("must-fail-wrong-result"), "{text}");
}

#[test]
fn every_shared_scenario_follows_the_schema() {
    let (scenarios, invalid) = load_folder(schema().parent().expect("a folder"), &schema()).expect("loads");
    assert!(invalid.is_empty(), "{invalid:?}");
    assert!(scenarios.len() >= 95, "only {} scenarios", scenarios.len());
}
