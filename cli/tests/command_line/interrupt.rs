//! Ctrl-C during a create: what the server made is revoked, and the error says how things stand.

use netbird_mock::world::Action;
use serde_json::Value;

use crate::support::{ALICE, Ran, Server, answer, finish, interrupt, run, wait_until};

fn names(server: &Server) -> Vec<String> {
    server.names(ALICE).into_iter().filter(|name| name.starts_with("ci")).collect()
}

/// Interrupts a create whose token is there and whose answer is not.
fn interrupted(server: &Server, args: &[&str]) -> Ran {
    server.fault("POST", Action::DelayAnswer { ms: 1_000 });
    let child = server.with_token("laptop").args(["create", "ci"]).args(args).spawn().unwrap();
    wait_until("the token is there", || !names(server).is_empty());
    interrupt(&child);
    finish(child)
}

#[test]
fn a_token_that_was_made_is_revoked() {
    let server = Server::start();
    let ran = interrupted(&server, &[]);
    assert_eq!((ran.status, ran.out.as_str()), (130, ""), "{ran:?}");
    assert!(ran.err.contains("Cleaning up") && ran.err.contains("it is revoked again"), "{ran:?}");
    assert_eq!(names(&server), [""; 0]);
}

#[test]
fn json_says_it_in_the_last_line() {
    let server = Server::start();
    let ran = interrupted(&server, &["-o", "json", "-v"]);
    let error = ran.json_error();
    assert_eq!((&error["kind"], &error["code"], ran.status), (&"cancelled".into(), &31.into(), 130), "{ran:?}");
    assert_eq!((&error["token_name"], &error["candidate_token_ids"]), (&Value::Null, &serde_json::json!([])));
    assert!(ran.err.contains("is finished: token"), "the event is shown: {ran:?}");
}

#[test]
fn a_token_that_cannot_be_revoked_is_named() {
    for args in [&["-o", "json"] as &[&str], &["--tag"]] {
        let server = Server::start();
        server.fault("DELETE", answer(403, "permission denied"));
        let ran = interrupted(&server, args);
        assert_eq!(ran.status, 130, "{ran:?}");
        let token = server.0.tokens(ALICE).into_iter().find(|token| token.name.starts_with("ci")).unwrap();
        if args[0] == "--tag" {
            assert!(ran.err.contains(&format!("  token name: {}\n", token.name)), "{ran:?}");
            assert!(ran.err.contains(&format!("  next: netbird-tokens inspect {}\n", token.id)), "{ran:?}");
        } else {
            let error = ran.json_error();
            assert_eq!(error["token_name"], token.name, "{ran:?}");
            assert_eq!(error["candidate_token_ids"], serde_json::json!([token.id]), "{ran:?}");
        }
    }
}

#[test]
fn a_create_that_was_not_sent_made_nothing() {
    let server = Server::start();
    server.fault("GET", Action::Delay { ms: 600_000 });
    let child = server.with_token("laptop").args(["create", "ci", "-o", "json"]).spawn().unwrap();
    wait_until("it asks who it is", || !server.0.requests().is_empty());
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.json_error()["message"].as_str().unwrap().contains("No token was created"), "{ran:?}");
    assert!(!server.0.requests().iter().any(|seen| seen.method == "POST"));
}

#[test]
fn a_create_that_does_not_end_is_reported_with_its_name() {
    let server = Server::start();
    server.fault("POST", Action::Delay { ms: 600_000 });
    let child = server.with_token("laptop").args(["create", "ci", "-o", "json"]).spawn().unwrap();
    wait_until("the create is there", || server.0.requests().iter().any(|seen| seen.method == "POST"));
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    let error = ran.json_error();
    assert_eq!(error["token_name"], "ci", "{ran:?}");
    assert!(error["message"].as_str().unwrap().contains("has not ended in time"), "{ran:?}");
}

#[test]
fn an_interrupted_revoke_says_how_to_check() {
    let server = Server::start();
    server.fault("DELETE", Action::Delay { ms: 600_000 });
    let child = server.with_token("laptop").args(["revoke", "old", "--yes"]).spawn().unwrap();
    wait_until("the delete is there", || server.0.requests().iter().any(|seen| seen.method == "DELETE"));
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("  next: netbird-tokens inspect old\n"), "{ran:?}");
}

#[test]
fn sigterm_is_an_interrupt_too() {
    let server = Server::start();
    server.fault("GET", Action::Delay { ms: 600_000 });
    let child = server.with_token("laptop").arg("list").spawn().unwrap();
    wait_until("the request is there", || !server.0.requests().is_empty());
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    assert_eq!(finish(child).status, 130);
    // Nothing is left behind that a next run would notice.
    server.0.clear_faults();
    run(server.with_token("laptop").arg("list")).ok();
}
