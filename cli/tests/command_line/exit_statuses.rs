//! Each way to fail has its exit status and, with `--output json`, its object on standard error.

use std::net::TcpListener;

use netbird_mock::world::{Action, RateLimit, World};
use serde_json::Value;

use crate::support::{ALICE, Ran, Server, answer, program, run};

const FIELDS: [&str; 11] = [
    "attempts",
    "candidate_token_ids",
    "code",
    "kind",
    "message",
    "request_id",
    "retry_after",
    "retryable",
    "server_message",
    "status",
    "token_name",
];

/// Checks the status and all fields of the error.
#[track_caller]
fn is(ran: &Ran, kind: &str, code: u32, status: i32) -> Value {
    let error = ran.json_error();
    assert_eq!((error["kind"].as_str(), error["code"].as_u64()), (Some(kind), Some(code.into())), "{ran:?}");
    assert_eq!(ran.status, status, "{ran:?}");
    let mut fields: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, FIELDS);
    assert_eq!(ran.out, "", "{ran:?}");
    error
}

fn json(server: &Server, args: &[&str]) -> Ran {
    run(server.with_token("laptop").args(args).args(["-o", "json", "--max-retries", "0"]))
}

#[test]
fn what_is_refused_here() {
    let server = Server::start();
    is(&json(&server, &["create", ""]), "invalid_argument", 1, 2);
    is(&json(&server, &["create", "x", "--expires-in", "366"]), "invalid_argument", 1, 2);
    is(&json(&server, &["create", "x", "--expires-in", "0"]), "invalid_argument", 1, 2);
    is(&json(&server, &["create", "x", "--expires-in", "30.5"]), "invalid_argument", 1, 2);
    is(&json(&server, &["inspect", "a/b"]), "invalid_argument", 1, 2);
    is(&json(&server, &["list", "--management-url", "netbird.example.com"]), "invalid_argument", 1, 2);
    is(&json(&server, &["list", "--management-url", "http://netbird.example.com"]), "invalid_argument", 1, 2);
    is(&json(&server, &["frobnicate"]), "invalid_argument", 1, 2);
    is(&json(&server, &["list", "--ca-file", "/no/such/file"]), "configuration", 3, 3);
    is(&run(server.with_token("laptop").env("NB_PAT", "nbp_x").args(["list", "-ojson"])), "invalid_credential", 2, 4);
    is(&run(server.with_token("laptop").env("NB_API_KEY", "other").args(["list", "-ojson"])), "configuration", 3, 3);
    is(&run(program().args(["list", "--output=json"])), "configuration", 3, 3);
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn what_the_server_refuses() {
    let server = Server::start();
    let as_other = |token: &str| run(server.with_token(token).args(["list", "-ojson"]));
    is(&as_other("old"), "unauthorized", 10, 10);
    let error = is(&as_other("beas"), "forbidden", 11, 11);
    assert_eq!((&error["status"], &error["server_message"]), (&403.into(), &"user is blocked".into()));
    assert!(error["request_id"].is_string() && error["attempts"] == 1);
    is(&json(&server, &["inspect", "nope"]), "not_found", 12, 12);
    for (status, kind) in [(409, "conflict"), (422, "rejected"), (429, "rate_limited"), (500, "server_error")] {
        server.0.clear_faults();
        server.fault("GET", answer(status, "no"));
        let code = match kind {
            "conflict" => 13,
            "rejected" => 14,
            "rate_limited" => 15,
            _ => 16,
        };
        let error = is(&json(&server, &["list", "--user-id", ALICE]), kind, code, code.try_into().unwrap());
        assert_eq!(error["retryable"], code >= 15);
    }
}

#[test]
fn what_the_network_does() {
    let server = Server::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    is(&json(&server, &["list", "--management-url", &format!("http://{closed}")]), "connect", 20, 20);
    let tls = server.0.url().replace("http:", "https:");
    is(&json(&server, &["list", "--management-url", &tls]), "tls", 21, 21);

    server.fault("GET", Action::Delay { ms: 10_000 });
    is(&json(&server, &["list", "--timeout", "0.3"]), "timeout", 22, 22);
    server.0.clear_faults();
    server.fault("GET", Action::DropBefore { reset: true });
    is(&json(&server, &["list"]), "transport", 23, 23);
    server.0.clear_faults();
    server.fault("GET", Action::Redirect { status: 302, location: "/login".to_owned() });
    is(&json(&server, &["list"]), "unexpected_response", 24, 24);
}

#[test]
fn what_may_have_happened() {
    let server = Server::start();
    server.fault("POST", Action::DropAfter { reset: false });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let ran = json(&server, &["create", "ci", "--secret-file", path.to_str().unwrap()]);
    let error = is(&ran, "outcome_unknown", 30, 30);
    assert_eq!(error["candidate_token_ids"].as_array().unwrap().len(), 1);
    assert!(!path.exists());
}

#[test]
fn how_long_to_wait_is_in_the_error() {
    let server = Server::start();
    let limited = Action::Answer {
        status: 429,
        headers: vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Retry-After".to_owned(), "3600".to_owned()),
        ],
        body: r#"{"message":"too many requests","code":429}"#.to_owned(),
        act: false,
    };
    server.fault("GET", limited);
    let error = is(&json(&server, &["list"]), "rate_limited", 15, 15);
    assert_eq!(error["retry_after"], 3600, "{error}");
    assert!(error["message"].as_str().unwrap().contains("wait 60 minutes"), "{error}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let server = Server::start();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran = run(server.with_token("laptop").args(["list"]).stdout(writer));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}

#[test]
fn people_get_the_request_id_and_the_next_step() {
    let server = Server::with(World { rate_limit: Some(RateLimit { rpm: 1, burst: 1 }), ..World::default() });
    let ran = run(server.with_token("old").arg("list"));
    assert!(ran.err.starts_with("error: ") && ran.err.contains("request id: "), "{ran:?}");
    assert!(ran.err.contains("next: netbird-tokens check"), "{ran:?}");
    let ran = run(server.with_token("old").args(["list", "--max-retries", "0"]));
    assert_eq!(ran.status, 15, "{ran:?}");
}
