//! Each fault, as a client sees it.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use netbird_mock::world::{Action, Fault, World};

use crate::support::{Answer, Client, Fixture, OWNER, raw_request};

fn faulty(action: Action) -> Fixture {
    faulty_in(World::default(), action)
}

fn faulty_in(world: World, action: Action) -> Fixture {
    let fixture = Fixture::new(world);
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

    fn send(&mut self) {
        let headers = [("Authorization", self.authorization.as_str())];
        let body = r#"{"name":"new","expires_in":9}"#;
        let request = raw_request("POST", &format!("/api/users/{OWNER}/tokens"), &headers, Some(body));
        self.client.send(&request);
    }

    fn create(&mut self) -> std::io::Result<Answer> {
        self.send();
        self.client.answer("POST")
    }
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn made(fixture: &Fixture) -> usize {
    let tokens = fixture.server.tokens(OWNER);
    tokens.iter().filter(|token| token.name == "new").count()
}

/// The status of the answer to the only request that arrived.
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
fn any_status_type_and_body_before_and_after_it_acted() {
    let json = "application/json";
    for (status, media_type, body) in [
        (101, "", ""),
        (303, "text/html", "<a href=\"/login\">See Other</a>"),
        (401, "text/html", "<html>log in</html>"),
        (403, "text/html; charset=utf-8", "<html>blocked by the firewall</html>"),
        (404, json, r#"{"message":"no Route matched with those values"}"#),
        (408, "text/plain", "request timeout"),
        (499, "", ""),
        (503, "text/plain", "no healthy upstream"),
        (520, json, "null"),
        (599, json, "{"),
        (999, "", ""),
    ] {
        for act in [false, true] {
            let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
            let fixture = faulty(Action::Answer { status, headers, body: body.to_owned(), act });
            let answer = Caller::new(&fixture).create().expect("an answer");
            assert_eq!((answer.status, answer.body.as_str()), (status, body));
            assert_eq!(answer.header("content-type"), Some(media_type));
            assert_eq!((made(&fixture), self::status(&fixture)), (usize::from(act), Some(status)), "{status}");
        }
    }
}

#[test]
fn headers_with_absurd_values() {
    for (name, value) in [
        ("Retry-After", "18446744073709551615"),
        ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("Retry-After", "-1"),
        ("Date", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("Date", "yesterday"),
    ] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let fixture = faulty(Action::Answer { status: 429, headers, body: String::new(), act: false });
        let answer = Caller::new(&fixture).create().expect("an answer");
        assert_eq!(answer.header(&name.to_ascii_lowercase()), Some(value));
        let dates = answer.headers.iter().filter(|(name, _)| name == "date").count();
        assert_eq!(dates, 1, "the server adds no second one");
    }
}

#[test]
fn raw_text_and_then_the_end() {
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775806\r\n\r\n{}";
    for (text, logged) in [(long, Some(200)), ("HTTP/1.1 2000 OK\r\n", Some(2000)), ("SSH-2.0-x\r\n", None), ("", None)]
    {
        for act in [false, true] {
            let fixture = faulty(Action::Raw { text: text.to_owned(), act });
            let mut caller = Caller::new(&fixture);
            caller.send();
            let mut received = String::new();
            caller.client.stream.read_to_string(&mut received).expect("text, then the end");
            assert_eq!(received, text);
            assert_eq!((made(&fixture), status(&fixture)), (usize::from(act), logged));
        }
    }
}

fn edit(set: &[(&str, &str)], remove: &[&str], date_shift_secs: i64) -> Action {
    Action::EditHeaders {
        set: set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        remove: remove.iter().map(|name| (*name).to_owned()).collect(),
        date_shift_secs,
    }
}

#[test]
fn headers_of_the_servers_own_answer_are_edited() {
    let fixture = faulty(edit(&[("content-type", "text/html"), ("Via", "1.1 proxy")], &["X-Request-ID", "Date"], 0));
    let answer = Caller::new(&fixture).create().expect("an answer");
    assert!(answer.json()["plain_token"].is_string());
    let names: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["vary", "content-type", "via", "content-length"]);
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert_eq!((made(&fixture), status(&fixture)), (1, Some(200)));
}

#[test]
fn the_date_is_shifted() {
    for (shift, date) in [
        (0, "Tue, 06 May 2031 07:08"),
        (600, "Tue, 06 May 2031 07:18"),
        (-86_400, "Mon, 05 May 2031 07:08"),
        (i64::MAX, "Thu, 30 Dec 9999 22:00"),
        (i64::MIN, "Tue, 02 Jan -9999"),
    ] {
        let clock = Some("2031-05-06T07:08:00Z".to_owned());
        let fixture = faulty_in(World { clock, ..World::default() }, edit(&[], &[], shift));
        let answer = Caller::new(&fixture).create().expect("an answer");
        assert!(answer.header("date").is_some_and(|got| got.starts_with(date)), "{:?}", answer.header("date"));
        let stored = &fixture.server.tokens(OWNER)[1].created_at;
        assert!(stored.starts_with("2031-05-06T07:08"), "only the header is shifted: {stored}");
    }
}

#[test]
fn an_edit_applies_in_addition_to_another_fault() {
    let fixture = faulty(Action::Answer { status: 502, headers: Vec::new(), body: "bad".to_owned(), act: true });
    let always = |action| Fault { method: None, target_contains: None, skip: 0, times: Some(0), action };
    fixture.server.push_fault(always(edit(&[], &["Date"], 0)));
    fixture.server.push_fault(always(edit(&[("Server", "edge")], &[], 0)));
    let answer = Caller::new(&fixture).create().expect("an answer");
    assert_eq!((answer.status, answer.header("server"), answer.header("date")), (502, Some("edge"), None));
    assert_eq!(made(&fixture), 1);
    let answer = Caller::new(&fixture).create().expect("an answer");
    assert_eq!((answer.status, answer.header("server"), answer.header("date")), (200, Some("edge"), None));
}

#[test]
fn without_a_length_the_body_ends_with_the_connection() {
    for name in ["n".to_owned(), "n".repeat(3000)] {
        let fixture = faulty(edit(&[], &["Content-Length"], 0));
        let body = format!(r#"{{"name":"{name}","expires_in":9}}"#);
        let answer = fixture.call("POST", &format!("/api/users/{OWNER}/tokens"), Some(&body));
        assert_eq!(answer.json()["personal_access_token"]["name"], name);
        for field in ["content-length", "transfer-encoding", "connection"] {
            assert_eq!(answer.header(field), None);
        }
    }
}

#[test]
fn a_length_beyond_the_body_leaves_the_client_waiting() {
    let fixture = faulty(edit(&[("Content-Length", "9223372036854775806")], &[], 0));
    let mut caller = Caller::new(&fixture);
    caller.send();
    let mut received = Vec::new();
    while !received.ends_with(b"}\n") {
        let mut piece = [0; 1024];
        let length = caller.client.stream.read(&mut piece).expect("more");
        assert!(length > 0, "the connection ended");
        received.extend_from_slice(&piece[..length]);
    }
    let text = String::from_utf8(received).expect("text");
    assert!(text.contains("\r\nContent-Length: 9223372036854775806\r\n"), "{text}");
    assert_eq!(made(&fixture), 1);
    assert_eq!(fixture.server.close_idle_connections(), 1, "the connection was open");
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
            wait_until(|| !server.requests().is_empty());
            if acts_at_once {
                wait_until(|| made(&fixture) == 1);
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
fn a_delayed_request_is_acted_on_after_the_client_has_hung_up() {
    for action in [Action::Delay { ms: 50 }, Action::DelayAnswer { ms: 50 }] {
        let fixture = faulty(action);
        let mut caller = Caller::new(&fixture);
        caller.send();
        drop(caller);
        wait_until(|| made(&fixture) == 1);
        wait_until(|| status(&fixture) == Some(200));
        assert_eq!(made(&fixture), 1, "once");
        assert_eq!(Caller::new(&fixture).create().expect("the server goes on").status, 200);
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
fn a_body_in_small_pieces() {
    let fixture = faulty(Action::Drip { bytes: 50, every_ms: 20 });
    let start = Instant::now();
    let answer = Caller::new(&fixture).create().expect("an answer");
    let pieces = u32::try_from(answer.body.len().div_ceil(50)).expect("few");
    assert!(pieces >= 3);
    assert!(start.elapsed() >= pieces * Duration::from_millis(20));
    assert!(answer.json()["plain_token"].is_string());
}

#[test]
fn closed_after_the_answer_without_notice() {
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
fn a_world_contains_faults_and_their_remaining_counts_are_reported() {
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
