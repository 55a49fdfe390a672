//! Which scenarios also run against a real server: all but those that need what only a mock has.

use std::collections::BTreeSet;

use netbird_conformance::live::{Obstacle, obstacle};
use netbird_conformance::scenario::Scenario;
use netbird_conformance::scenario_file::load_folder;

use super::support::{load, schema, shared_scenarios};

/// A scenario about an owner's token, with these lines before and among its steps.
fn scenario(server: &str, fields: &str, steps: &str) -> Scenario {
    let text = format!(
        "about: One scenario, to see whether it is live.\nscenarios:\n  - name: one\n    about: It is there to be looked at.\n    \
         as: laptop\n{fields}    server: {{{server}}}\n    steps:\n{steps}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("one.yaml");
    std::fs::write(&file, &text).expect("written");
    load(&file).unwrap_or_else(|error| panic!("{error}\n{text}")).remove(0)
}

const ALICE: &str = "users: [{id: alice, role: owner, tokens: [{id: laptop, name: laptop}]}]";
const LIST: &str = "      - {call: list_tokens, args: {user_id: alice}, expect: {ok: $any}, requests: [GET /api/users/alice/tokens]}\n";

#[test]
fn a_scenario_is_live_unless_something_keeps_it() {
    let of_server = |server: &str| obstacle(&scenario(server, "", LIST));
    let and = |more: &str| of_server(&format!("{ALICE}, {more}"));
    let token = |fields: &str| {
        of_server(&format!("users: [{{id: alice, role: owner, tokens: [{{id: laptop, name: laptop, {fields}}}]}}]"))
    };
    let of_steps = |steps: &str| obstacle(&scenario(ALICE, "", &format!("{LIST}{steps}")));
    let call = |fields: &str| of_steps(&format!("      - {{call: list_tokens, args: {{user_id: alice}}, {fields}}}\n"));

    assert_eq!(of_server(ALICE), None);
    assert_eq!(and("clock: 2026-06-01T12:00:00Z"), None, "a clock by which nothing is compared");
    assert_eq!(token("expiration_date: 2099-01-01T00:00:00Z"), None);
    assert_eq!(of_steps("      - server: {add_token: {user: alice, token: {name: phone}}}\n"), None);
    assert_eq!(of_steps("      - server_has: {alice: [laptop]}\n"), None);

    assert_eq!(and("faults: [{action: {drop_before: {}}}]"), Some(Obstacle::Fault));
    assert_eq!(of_steps("      - server: {push_fault: {action: {drop_before: {}}}}\n"), Some(Obstacle::Fault));
    assert_eq!(and("rate_limit: {rpm: 6, burst: 3}"), Some(Obstacle::ServerSetting));
    assert_eq!(and("tls: valid"), Some(Obstacle::ServerSetting));
    assert_eq!(and("server_version: \"0.59\""), Some(Obstacle::ServerSetting));
    assert_eq!(of_steps("      - server: {advance_clock_secs: 1}\n"), Some(Obstacle::Control));
    assert_eq!(of_steps("      - server: {close_idle_connections: true}\n"), Some(Obstacle::Control));
    assert_eq!(obstacle(&scenario(ALICE, "    proxy: true\n", LIST)), Some(Obstacle::Proxy));
    assert_eq!(call("expect: {ok: $any}, at_most_ms: 100"), Some(Obstacle::Timing));
    assert_eq!(call("expect: {ok: $any}, cancel_after_ms: 100"), Some(Obstacle::Timing));
    assert_eq!(of_steps("      - server_becomes: {alice: []}\n"), Some(Obstacle::Timing));
    assert_eq!(call("expect: {ok: [{created_at: \"2026-06-01T12:00:00.000000Z\"}]}"), Some(Obstacle::Time));
    let now =
        "      - {call: list_tokens, args: {user_id: alice, now: \"2026-06-01T12:00:00Z\"}, expect: {ok: $any}}\n";
    assert_eq!(of_steps(now), Some(Obstacle::Time));
    assert_eq!(of_steps("      - {new_client: b, options: {bearer: \"${jwt:alice:60}\"}}\n"), Some(Obstacle::Jwt));
    assert_eq!(token("last_used: 2026-05-01T00:00:00Z"), Some(Obstacle::Token));
    assert_eq!(token("expiration_date: 2020-01-01T00:00:00Z"), Some(Obstacle::Token));
    assert_eq!(token("raw: {created_at: yesterday}"), Some(Obstacle::Token));
    let port = "      - {new_client: b, options: {management_url: \"http://localhost:${server.port}\"}}\n";
    assert_eq!(of_steps(port), Some(Obstacle::Address));
    let declared = obstacle(&scenario(ALICE, "    not_live: Because this test says so.\n", LIST));
    assert_eq!(declared, Some(Obstacle::Declared));
}

#[test]
fn only_the_users_that_a_scenario_names_count() {
    let with_bob = |steps: &str| {
        let server = "users: [{id: alice, role: owner, tokens: [{id: laptop, name: laptop}]}, {id: bob, role: user}]";
        obstacle(&scenario(server, "", steps))
    };
    assert_eq!(with_bob(LIST), None);
    let of_bob = LIST.replace("alice", "bob");
    assert_eq!(with_bob(&of_bob), Some(Obstacle::Person));
}

#[test]
fn what_a_real_server_answers_differently_may_be_said_for_it_alone() {
    let step = |on_live: &str| {
        format!(
            "      - {{call: list_tokens, args: {{user_id: alice}}, expect: {{ok: \"2026-06-01T12:00:00Z\"}}, {on_live}requests: \
             [GET /api/users/alice/tokens]}}\n"
        )
    };
    assert_eq!(obstacle(&scenario(ALICE, "", &step(""))), Some(Obstacle::Time));
    assert_eq!(obstacle(&scenario(ALICE, "", &step("on_live: {expect: {ok: $time}}, "))), None);
}

#[test]
fn most_scenarios_without_a_fault_are_live() {
    let (scenarios, invalid) = load_folder(&shared_scenarios(), &schema()).expect("loads");
    assert!(invalid.is_empty(), "{invalid:?}");
    let live: BTreeSet<&str> = scenarios
        .iter()
        .filter(|scenario| obstacle(scenario).is_none())
        .map(|scenario| scenario.name.as_str())
        .collect();
    assert!(live.len() >= 170, "only {} scenarios are live", live.len());
}
