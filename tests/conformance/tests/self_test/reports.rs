//! What reports show.

use netbird_conformance::report::write_junit;

use super::must_fail::failures;
use super::support::{folder, outcomes};

#[test]
fn no_report_shows_a_secret() {
    for name in ["leak_on_stderr", "leak_on_stdout", "leak_of_a_part", "wrong_scheme"] {
        for (_, text) in failures(name) {
            assert!(!text.contains("nbp_"), "{name}: {text}");
        }
    }
}

#[test]
fn junit_reports_the_same() {
    let outcomes = outcomes(&folder("must_fail/wrong_result.yaml"), &[]).expect("loads");
    let file = tempfile::NamedTempFile::new().expect("a file");
    write_junit(file.path(), "fake", &outcomes).expect("written");
    let text = std::fs::read_to_string(file.path()).expect("readable");
    assert!(text.contains(r#"tests="1""#) && text.contains(r#"failures="1""#), "{text}");
    assert!(text.contains("must-fail-wrong-result"), "{text}");
}
