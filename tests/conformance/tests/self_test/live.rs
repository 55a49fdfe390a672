//! Runs against a server that is not the scenario's own mock.

use netbird_conformance::report::{Counts, count};
use netbird_conformance::server::LiveServer;
use netbird_mock::MockServer;

use super::support::{folder, load, own_operations, run, settings};

#[test]
fn a_live_run_talks_to_the_server_it_is_given() {
    let state = serde_json::json!({"users": [{"id": "alice", "role": "owner", "tokens": [{"name": "desktop"}]}]});
    let mock = MockServer::start(serde_json::from_value(state).expect("an initial state")).expect("starts");
    let mut settings = settings();
    settings.live = Some(LiveServer { url: mock.url(), token: mock.seeded()[0].plain.clone() });
    let scenarios = load(&folder("must_pass/live.yaml")).expect("loads");
    let outcomes = run(&settings, &scenarios, &[], &own_operations());
    assert_eq!(count(&outcomes), Counts { passed: 1, failed: 0, skipped: 0 }, "{}", outcomes[0].text());
    assert_eq!(mock.requests().len(), 1);
}

#[test]
fn a_live_run_never_shows_the_credential() {
    let pat = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
    let mut settings = settings();
    settings.live = Some(LiveServer { url: "http://127.0.0.1:9".to_owned(), token: pat.to_owned() });
    let scenarios = load(&folder("must_pass/live.yaml")).expect("loads");
    let outcomes = run(&settings, &scenarios, &[], &own_operations());
    assert_eq!(count(&outcomes), Counts { passed: 0, failed: 1, skipped: 0 });
    assert!(!outcomes[0].text().contains("abcdefghij"), "{}", outcomes[0].text());
}
