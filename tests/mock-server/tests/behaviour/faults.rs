//! Each fault, seen from the wire.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use netbird_mock::world::{Action, Fault, World};

use crate::support::{Answer, Client, Fixture, OWNER};

fn faulty(action: Action) -> Fixture {
    let fixture = Fixture::new(World::default());
    fixture.server.push_fault(Fault {
        method: Some("POST".to_owned()),
        target_contains: Some("/tokens".to_owned()),
        skip: 0,
        times: None,
        action,
    });
    fixture
}

/// A client on one connection.
struct Caller {
    client: Client,
    authorization: String,
}

impl Caller {
    fn new(fixture: &Fixture) -> Self {
        Self { client: Client::connect(&fixture.server.url()), authorization: fixture.authorization() }
    }

    fn create(&mut self) -> std::io::Result<Answer> {
        let headers = [("Authorization", self.authorization.as_str())];
        let body = r#"{"name":"new","expires_in":9}"#;
        self.client.request("POST", &format!("/api/users/{OWNER}/tokens"), &headers, Some(body))
    }
}

fn made(fixture: &Fixture) -> usize {
    let tokens = fixture.server.tokens(OWNER);
    tokens.iter().filter(|token| token.name == "new").count()
}

/// The only request that arrived: with its status, if it was answered.
fn status(fixture: &Fixture) -> Option<u16> {
    let seen = fixture.server.requests();
    assert_eq!(seen.len(), 1);
    seen[0].status
}

#[test]
fn dropped_before_it_acts() {
    for reset in [false, true] {
        let fixture = faulty(Action::DropBefore { reset });
        let mut caller = Caller::new(&fixture);
        let error = caller.create().expect_err("nothing comes");
        let kind = if reset { ErrorKind::ConnectionReset } else { ErrorKind::UnexpectedEof };
        assert_eq!(error.kind(), kind);
        assert_eq!((made(&fixture), status(&fixture)), (0, None));
        assert_eq!(Caller::new(&fixture).create().expect("only once").status, 200);
    }
}

#[test]
fn dropped_after_it_acted() {
    for reset in [false, true] {
        let fixture = faulty(Action::DropAfter { reset });
        let error = Caller::new(&fixture).create().expect_err("nothing comes");
        let kind = if reset { ErrorKind::ConnectionReset } else { ErrorKind::UnexpectedEof };
        assert_eq!(error.kind(), kind);
        assert_eq!((made(&fixture), status(&fixture)), (1, None));
    }
}

#[test]
fn the_body_is_cut() {
    let fixture = faulty(Action::CutBody { at: 25 });
    let answer = Caller::new(&fixture).create().expect("a head");
    assert_eq!((answer.status, answer.cut), (200, true));
    assert_eq!(answer.body, "{\"personal_access_token\":");
    assert_eq!((made(&fixture), status(&fixture)), (1, Some(200)));
    let length: usize = answer.header("content-length").and_then(|text| text.parse().ok()).expect("a length");
    assert!(length > 25);
}

#[test]
fn a_long_body_is_cut_within_its_chunk() {
    let fixture = faulty(Action::CutBody { at: 25 });
    let target = format!("/api/users/{OWNER}/tokens");
    let body = format!(r#"{{"name":"{}","expires_in":9}}"#, "n".repeat(3000));
    let answer = fixture.call("POST", &target, Some(&body));
    assert_eq!((answer.body.len(), answer.cut), (25, true));
}

#[test]
fn a_cut_beyond_the_end_cuts_the_connection_only() {
    let fixture = faulty(Action::CutBody { at: 1 << 20 });
    let mut caller = Caller::new(&fixture);
    let answer = caller.create().expect("an answer");
    assert!(!answer.cut && answer.json()["plain_token"].is_string());
    assert!(caller.client.end().is_ok());
}

#[test]
fn another_answer() {
    let headers =
        || vec![("Retry-After".to_owned(), "3".to_owned()), ("Content-Type".to_owned(), "text/html".to_owned())];
    for act in [false, true] {
        let fixture =
            faulty(Action::Answer { status: 503, headers: headers(), body: "<html>busy</html>".to_owned(), act });
        let mut caller = Caller::new(&fixture);
        let answer = caller.create().expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (503, "<html>busy</html>"));
        assert_eq!(answer.header("retry-after"), Some("3"));
        assert_eq!(answer.header("content-type"), Some("text/html"));
        assert_eq!(answer.header("content-length"), Some("17"));
        assert!(answer.header("date").is_some());
        assert_eq!((made(&fixture), status(&fixture)), (usize::from(act), Some(503)));
        assert_eq!(caller.create().expect("the connection goes on").status, 200);
    }
}

#[test]
fn a_redirect() {
    let fixture = faulty(Action::Redirect { status: 307, location: "https://elsewhere.example/".to_owned() });
    let answer = Caller::new(&fixture).create().expect("an answer");
    assert_eq!((answer.status, answer.header("location")), (307, Some("https://elsewhere.example/")));
    assert_eq!(made(&fixture), 0);
}

#[test]
fn delays_before_and_after_it_acts() {
    const WAIT: u64 = 500;
    for (action, acts_at_once) in [(Action::Delay { ms: WAIT }, false), (Action::DelayAnswer { ms: WAIT }, true)] {
        let fixture = faulty(action);
        let server = &fixture.server;
        let mut caller = Caller::new(&fixture);
        std::thread::scope(|scope| {
            let start = Instant::now();
            let call = scope.spawn(move || (caller.create(), start.elapsed()));
            while server.requests().is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            if acts_at_once {
                while made(&fixture) == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
            } else {
                assert_eq!(made(&fixture), 0);
            }
            assert_eq!(status(&fixture), None, "not answered yet");
            let (answer, elapsed) = call.join().expect("no panic");
            assert_eq!(answer.expect("an answer").status, 200);
            assert!(elapsed >= Duration::from_millis(WAIT), "{elapsed:?}");
        });
        assert_eq!(made(&fixture), 1);
    }
}

#[test]
fn what_is_held_goes_on_when_it_is_released() {
    for (action, acts_at_once) in [(Action::Hold {}, false), (Action::HoldAnswer {}, true)] {
        let fixture = faulty(action);
        let server = &fixture.server;
        let mut caller = Caller::new(&fixture);
        std::thread::scope(|scope| {
            let call = scope.spawn(move || caller.create());
            while server.requests().is_empty() || (acts_at_once && made(&fixture) == 0) {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert_eq!((made(&fixture), status(&fixture)), (usize::from(acts_at_once), None));
            server.release_held();
            assert_eq!(call.join().expect("no panic").expect("an answer").status, 200);
        });
        assert_eq!((made(&fixture), status(&fixture)), (1, Some(200)));
    }
}

#[test]
fn a_client_that_does_not_wait_is_acted_for_all_the_same() {
    let fixture = faulty(Action::Delay { ms: 50 });
    let mut caller = Caller::new(&fixture);
    let body = r#"{"name":"new","expires_in":9}"#;
    let headers = [("Authorization", caller.authorization.as_str())];
    let target = format!("/api/users/{OWNER}/tokens");
    caller.client.send(&crate::support::raw_request("POST", &target, &headers, Some(body)));
    drop(caller);
    let start = Instant::now();
    while made(&fixture) == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never acted");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_drip() {
    let fixture = faulty(Action::Drip { bytes: 50, every_ms: 20 });
    let start = Instant::now();
    let answer = Caller::new(&fixture).create().expect("an answer");
    let pieces = u32::try_from(answer.body.len().div_ceil(50)).expect("few");
    assert!(pieces >= 3);
    assert!(start.elapsed() >= pieces * Duration::from_millis(20));
    assert!(answer.json()["plain_token"].is_string());
}

#[test]
fn closed_after_the_answer_without_a_word() {
    let fixture = faulty(Action::CloseAfter {});
    let mut caller = Caller::new(&fixture);
    let answer = caller.create().expect("an answer");
    assert_eq!((answer.status, answer.header("connection")), (200, None));
    assert!(caller.client.end().is_ok());
}

#[test]
fn padded_to_any_length() {
    for to in [1000, 200_000] {
        let fixture = faulty(Action::Pad { to });
        let answer = Caller::new(&fixture).create().expect("an answer");
        assert_eq!(answer.body.len(), to);
        assert!(answer.json()["plain_token"].is_string());
    }
}

#[test]
fn a_world_brings_its_faults_and_tells_what_is_left_of_them() {
    let world = serde_json::json!({
        "faults": [{"target_contains": "instance", "skip": 1, "times": 2, "action": {"answer": {"status": 502}}}]
    });
    let fixture = Fixture::new(serde_json::from_value(world).expect("a world"));
    let statuses: Vec<u16> = (0..4).map(|_| fixture.call("GET", "/api/instance", None).status).collect();
    assert_eq!(statuses, [200, 502, 502, 200]);
    assert!(fixture.server.faults().is_empty());
    fixture
        .server
        .push_fault(serde_json::from_str(r#"{"times":0,"action":{"answer":{"status":500}}}"#).expect("a fault"));
    assert_eq!(fixture.list().status, 500);
    assert_eq!(fixture.server.faults().len(), 1);
    fixture.server.clear_faults();
    assert_eq!(fixture.list().status, 200);
}
