//! Reading scenario files.

use netbird_conformance::scenario_file::load_folder;

use super::support::{folder, schema, shared_scenarios};

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
fn every_shared_scenario_follows_the_schema() {
    let (scenarios, invalid) = load_folder(&shared_scenarios(), &schema()).expect("loads");
    assert!(invalid.is_empty(), "{invalid:?}");
    assert!(scenarios.len() >= 95, "only {} scenarios", scenarios.len());
}
