//! Sends every recorded request to the mock, byte for byte and in order, and holds its answers against the recorded ones.

#[path = "../support/mod.rs"]
mod support;

mod comparator;

use std::path::Path;

use netbird_mock::world::{RateLimit, TokenSeed, UserSeed, World};
use netbird_mock::{MockServer, pat};

use comparator::{Bindings, Expected, compare};
use support::{Answer, Client, raw_request};

#[derive(serde::Deserialize)]
struct Recording {
    records: Vec<Exchange>,
}

#[derive(serde::Deserialize)]
struct Exchange {
    name: String,
    request: Sent,
    response: Expected,
}

#[derive(serde::Deserialize)]
struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

fn recording(file: &str) -> Recording {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings").join(file);
    let text = std::fs::read_to_string(path).expect("the recording is there");
    serde_json::from_str(&text).expect("the recording is well formed")
}

/// The server as it was when the recording began: its owner, with the token that the setup made.
struct Replay {
    server: MockServer,
    bindings: Bindings,
}

impl Replay {
    fn new(rate_limit: Option<RateLimit>) -> Self {
        let owner_id = "CiQ3YWFkOGMwNS0zMjg3LTQ3M2YtYjQyYS0zNjU1MDRiZjI1ZTcSBWxvY2Fs";
        let owner = UserSeed {
            id: owner_id.to_owned(),
            name: "A".to_owned(),
            email: "a@b.c".to_owned(),
            role: "owner".to_owned(),
            tokens: vec![TokenSeed { name: "setup-token".to_owned(), ..TokenSeed::default() }],
            ..UserSeed::default()
        };
        let server = MockServer::start(World {
            users: vec![owner],
            zone: Some("+01:00".to_owned()),
            rate_limit,
            ..World::default()
        })
        .expect("it starts");
        let bindings = Bindings::from([
            ("owner_id".to_owned(), owner_id.to_owned()),
            ("owner_email".to_owned(), "a@b.c".to_owned()),
            ("owner_plain".to_owned(), server.seeded()[0].plain.clone()),
        ]);
        Self { server, bindings }
    }

    /// Puts values in the place of the placeholders of a request.
    fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").expect("closed");
            out.push_str(before);
            out.push_str(&self.value(name));
            rest = after;
        }
        out + rest
    }

    fn value(&self, name: &str) -> String {
        let bound = |name: &str| {
            let value = self.bindings.get(name);
            value.unwrap_or_else(|| panic!("{name} is not bound")).clone()
        };
        if let Some(of) = name.strip_suffix("_jwt") {
            self.server.issue_jwt(&bound(&format!("{of}_id")), 3600)
        } else if let Some(of) = name.strip_suffix("_jwt_without_signature") {
            let jwt = self.value(&format!("{of}_jwt"));
            jwt.rsplit_once('.').expect("three parts").0.to_owned()
        } else if let Some(of) = name.strip_suffix("_upper_cased") {
            bound(of).to_uppercase()
        } else {
            bound(name)
        }
    }

    fn exchange(&mut self, exchange: &Exchange, client: &mut Client) -> Result<Answer, String> {
        let sent = &exchange.request;
        let headers: Vec<(String, String)> =
            sent.headers.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let body = sent.body.as_ref().map(|body| self.fill(body));
        let bytes = raw_request(&sent.method, &self.fill(&sent.target), &headers, body.as_deref());
        client.send(&bytes);
        let answer = client.answer(&sent.method).map_err(|error| error.to_string())?;
        let credential = headers.iter().find(|(name, _)| *name == "Authorization");
        if let Some((_, plain)) = credential.and_then(|(_, value)| value.split_once(' ')) {
            self.bindings.insert("lowercased_base64_sha256_of_that_pat".to_owned(), pat::hash(plain).to_lowercase());
        }
        compare(&exchange.response, &answer, &mut self.bindings)?;
        Ok(answer)
    }

    #[expect(clippy::print_stdout, reason = "the count is what one wants to see of this test")]
    /// Replays a file; `keep` says whether one connection carries it all.
    fn run(&mut self, file: &str, keep: bool) -> usize {
        let mut client = Client::connect(&self.server.url());
        let mut failed = Vec::new();
        let records = recording(file).records;
        for (index, exchange) in records.iter().enumerate() {
            match self.exchange(exchange, &mut client) {
                Ok(answer) if keep && answer.header("connection") != Some("close") => {}
                Ok(_) => client = Client::connect(&self.server.url()),
                Err(why) => failed.push(format!("{index} {}: {why}", exchange.name)),
            }
        }
        assert!(failed.is_empty(), "{} of {} differ:\n{}", failed.len(), records.len(), failed.join("\n"));
        println!("{file}: {} exchanges replayed", records.len());
        records.len()
    }
}

#[test]
fn the_token_api_answers_as_recorded() {
    assert_eq!(Replay::new(None).run("token-api.json", false), 211);
}

#[test]
fn the_token_api_answers_as_recorded_on_one_connection() {
    assert_eq!(Replay::new(None).run("token-api.json", true), 211);
}

#[test]
fn the_limiter_answers_as_recorded() {
    let limit = RateLimit { rpm: 6, burst: 3 };
    assert_eq!(Replay::new(Some(limit)).run("rate-limit.json", false), 14);
}

/// A server that is not as recorded is found out by the replay.
#[test]
#[should_panic(expected = "differ:")]
fn another_server_is_told_apart() {
    Replay::new(None).run("rate-limit.json", false);
}

mod the_comparator_can_fail {
    use super::*;

    const BODY: &str = concat!(
        r#"[{"created_at":"2026-11-22T15:02:53.23529+01:00","created_by":"{{u_id}}","id":"{{a_id}}","name":"a"},"#,
        r#"{"created_at":"2026-11-22T15:02:54+01:00","created_by":"{{u_id}}","id":"{{b_id}}","last_used":"2026-11-22T14:02:53.272Z","name":"b, [c]"}]"#,
        "\n"
    );
    const RIGHT: &str = concat!(
        r#"[{"created_at":"2030-01-02T03:04:05+01:00","created_by":"9m4e2mr0ui3e8a215n4g","id":"9m4e2mr0ui3e8a215n42","last_used":"2030-01-01T00:00:00.1Z","name":"b, [c]"},"#,
        r#"{"created_at":"2030-01-02T03:04:05.123456789+01:00","created_by":"9m4e2mr0ui3e8a215n4g","id":"9m4e2mr0ui3e8a215n41","name":"a"}]"#,
        "\n"
    );

    fn expected() -> Expected {
        Expected {
            status: 200,
            headers: vec![("Vary".to_owned(), "Origin".to_owned()), ("X-Request-Id".to_owned(), "{{xid}}".to_owned())],
            body: BODY.to_owned(),
        }
    }

    fn right() -> Answer {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Answer {
            status: 200,
            headers: vec![
                field("x-request-id", "9m4e2mr0ui3e8a215n4g"),
                field("date", "whenever"),
                field("vary", "Origin"),
            ],
            body: RIGHT.to_owned(),
            head: String::new(),
            cut: false,
        }
    }

    fn bound() -> Bindings {
        Bindings::from([("u_id".to_owned(), "9m4e2mr0ui3e8a215n4g".to_owned())])
    }

    #[test]
    fn but_not_with_what_is_right() {
        let mut bindings = bound();
        assert_eq!(compare(&expected(), &right(), &mut bindings), Ok(()));
        assert_eq!(bindings["a_id"], "9m4e2mr0ui3e8a215n41");
        assert_eq!(bindings["b_id"], "9m4e2mr0ui3e8a215n42");
        assert_eq!(compare(&expected(), &right(), &mut bindings), Ok(()), "and again, now bound");
    }

    #[test]
    fn with_each_wrong_answer() {
        let body = |from: &str, to: &str| {
            assert!(RIGHT.contains(from), "{from}");
            Answer { body: RIGHT.replacen(from, to, 1), ..right() }
        };
        let headers = |change: fn(&mut Vec<(String, String)>)| {
            let mut answer = right();
            change(&mut answer.headers);
            answer
        };
        let wrong = [
            ("another status", Answer { status: 201, ..right() }),
            ("a header is missing", headers(|fields| drop(fields.pop()))),
            ("a header is twice there", headers(|fields| fields.push(fields[2].clone()))),
            ("a header too many", headers(|fields| fields.push(("server".to_owned(), "x".to_owned())))),
            ("another value", headers(|fields| fields[2].1 = "origin".to_owned())),
            ("no xid", headers(|fields| fields[0].1 = "9m4e2mr0ui3e8a215n4z".to_owned())),
            ("no line feed", body("]\n", "]")),
            ("another name", body("\"a\"", "\"A\"")),
            ("a space", body("\"name\":\"a\"", "\"name\": \"a\"")),
            ("another zone", body("05+01:00", "05Z")),
            ("a trailing zero", body("00.1Z", "00.10Z")),
            ("ten digits", body("123456789", "1234567891")),
            ("a date without its time", body("2030-01-01T00:00:00.1Z", "2030-01-01")),
            ("another user", body("215n4g", "215n43")),
            ("no id", body("9m4e2mr0ui3e8a215n41", "short")),
            ("a field is missing", body(",\"last_used\":\"2030-01-01T00:00:00.1Z\"", "")),
            (
                "an order of fields",
                body(r#""id":"9m4e2mr0ui3e8a215n41","name":"a""#, r#""name":"a","id":"9m4e2mr0ui3e8a215n41""#),
            ),
            ("nothing", Answer { body: "null\n".to_owned(), ..right() }),
            (
                "an item twice",
                Answer {
                    body: {
                        let (_, second) = RIGHT.split_once("},").expect("two items");
                        let second = second.trim_end_matches("]\n");
                        format!("[{second},{second}]\n")
                    },
                    ..right()
                },
            ),
            ("an item too many", body("[{", "[{},{")),
        ];
        for (what, answer) in wrong {
            assert!(compare(&expected(), &answer, &mut bound()).is_err(), "{what}");
        }
    }

    #[test]
    fn with_text_modules_passwords_and_the_zero_time() {
        let check = |expected_body: &str, got: &str| {
            let expected = Expected { body: expected_body.to_owned(), ..expected() };
            let answer = Answer { body: got.to_owned(), ..right() };
            compare(&expected, &answer, &mut bound()).is_ok()
        };
        assert!(check("404 page not found\n", "404 page not found\n"));
        assert!(!check("404 page not found\n", "404 page not found"));
        let pats = r#"{"modules":{"pats":{"read":true}},"z":1}"#;
        assert!(check(pats, r#"{"modules":{"a":{"read":false},"pats":{"read":true},"z":{}},"z":1}"#));
        assert!(!check(pats, r#"{"modules":{"pats":{"read":false}},"z":1}"#));
        assert!(!check(pats, r#"{"modules":{},"z":1}"#));
        assert!(!check(r#"{"modules":{}}"#, pats));
        assert!(check(r#"{"password":"{{p}}"}"#, r#"{"password":"0123456789abcde\u0026"}"#));
        assert!(!check(r#"{"password":"{{p}}"}"#, r#"{"password":"short"}"#));
        assert!(check(r#"{"t":"0001-01-01T00:00:00Z"}"#, r#"{"t":"0001-01-01T00:00:00Z"}"#));
        assert!(!check(r#"{"t":"0001-01-01T00:00:00Z"}"#, r#"{"t":"2001-01-01T00:00:00Z"}"#));
    }
}
