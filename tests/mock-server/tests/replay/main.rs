//! Sends every recorded request to the mock, byte for byte and in order, and compares its answers with the recorded ones.

#[path = "../support/mod.rs"]
mod support;

mod comparator;
mod device_flow;

use std::path::Path;

use netbird_mock::world::{RateLimit, ServerVersion, TokenSeed, UserSeed, World};
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

/// The world that a recording began with.
struct Start {
    owner: UserSeed,
    /// Users who existed besides the owner.
    others: Vec<UserSeed>,
    zone: &'static str,
    rate_limit: Option<RateLimit>,
}

impl Start {
    /// The current version, after its setup created an owner with a token.
    fn current() -> Self {
        let owner = UserSeed {
            id: "CiQ3YWFkOGMwNS0zMjg3LTQ3M2YtYjQyYS0zNjU1MDRiZjI1ZTcSBWxvY2Fs".to_owned(),
            name: "A".to_owned(),
            email: "a@b.c".to_owned(),
            role: "owner".to_owned(),
            tokens: vec![TokenSeed { name: "setup-token".to_owned(), ..TokenSeed::default() }],
            ..UserSeed::default()
        };
        Self { owner, others: Vec::new(), zone: "+01:00", rate_limit: None }
    }

    /// Version 0.59: an owner from another issuer of JWTs, with a token.
    fn v0_59() -> Self {
        let owner = UserSeed {
            id: "google-oauth2|277474792786460067937".to_owned(),
            role: "owner".to_owned(),
            tokens: vec![TokenSeed { name: "first".to_owned(), ..TokenSeed::default() }],
            ..UserSeed::default()
        };
        Self { owner, others: Vec::new(), zone: "Z", rate_limit: None }
    }

    /// Version 0.40: as 0.59, on a server that had been used: one more token, three service users.
    fn v0_40() -> Self {
        let mut start = Self::v0_59();
        let id = Some("dc38tcdqmd2vjnjkhbgg".to_owned());
        start.owner.tokens.push(TokenSeed { id, name: "x".to_owned(), ..TokenSeed::default() });
        start.others = [
            ("06bd5110-75c5-4657-a0c2-452c4147a3c3", "admin"),
            ("e222edce-fe6c-4b72-94d0-70ac3a14d555", "user"),
            ("5d2407e2-bc62-4922-bd2c-7c733f4e7a16", "billing_admin"),
        ]
        .map(|(id, role)| UserSeed { name: format!("svc-{role}"), ..support::user(id, role, true) })
        .to_vec();
        start
    }
}

/// A replay on a server of its own.
struct Replay {
    server: MockServer,
    bindings: Bindings,
}

impl Replay {
    fn new(server_version: ServerVersion, start: Start) -> Self {
        let Start { owner, others, zone, rate_limit } = start;
        let outside = [("owner_id", owner.id.clone()), ("owner_email", owner.email.clone())];
        let users = [vec![owner], others].concat();
        let zone = Some(zone.to_owned());
        let server = MockServer::start(World { server_version, users, zone, rate_limit, ..World::default() });
        let server = server.expect("it starts");
        let mut bindings: Bindings = outside.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        bindings.insert("owner_plain".to_owned(), server.seeded()[0].plain.clone());
        Self { server, bindings }
    }

    /// Replaces the placeholders of a request.
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
            // Unbound only if the answer that contains it differed; the request then differs too.
            value.cloned().unwrap_or_else(|| format!("{{{{{name}}}}}"))
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

    /// Replays a file; `keep` tells whether to send everything on one connection. Returns the number of exchanges and
    /// what differs.
    fn differences(&mut self, file: &str, keep: bool) -> (usize, Vec<String>) {
        let mut client = Client::connect(&self.server.url());
        let mut failed = Vec::new();
        let records = recording(file).records;
        for (index, exchange) in records.iter().enumerate() {
            match self.exchange(exchange, &mut client) {
                Ok(answer) if keep && answer.header("connection") != Some("close") => {}
                Ok(_) => client = Client::connect(&self.server.url()),
                Err(why) => {
                    failed.push(format!("{index} {}: {why}", exchange.name));
                    client = Client::connect(&self.server.url());
                }
            }
        }
        (records.len(), failed)
    }

    #[expect(clippy::print_stdout, reason = "the count is of interest to whoever runs this test")]
    fn run(&mut self, file: &str, keep: bool) -> usize {
        let (count, failed) = self.differences(file, keep);
        assert!(failed.is_empty(), "{} of {count} differ:\n{}", failed.len(), failed.join("\n"));
        println!("{file}: {count} exchanges replayed");
        count
    }
}

/// Replays a file on one connection per request and on one connection for all.
fn both_ways(version: ServerVersion, start: fn() -> Start, file: &str) -> usize {
    let [separate, kept] = [false, true].map(|keep| Replay::new(version, start()).run(file, keep));
    assert_eq!(separate, kept);
    separate
}

#[test]
fn the_current_version_answers_as_recorded() {
    assert_eq!(both_ways(ServerVersion::Current, Start::current, "token-api.json"), 211);
}

#[test]
fn version_0_59_answers_as_recorded() {
    assert_eq!(both_ways(ServerVersion::V0_59, Start::v0_59, "token-api-v0.59.json"), 152);
}

#[test]
fn version_0_40_answers_as_recorded() {
    assert_eq!(both_ways(ServerVersion::V0_40, Start::v0_40, "token-api-v0.40.json"), 153);
}

#[test]
fn the_limiter_answers_as_recorded() {
    let limited = || Start { rate_limit: Some(RateLimit { rpm: 6, burst: 3 }), ..Start::current() };
    assert_eq!(both_ways(ServerVersion::Current, limited, "rate-limit.json"), 14);
}

#[test]
fn a_server_without_the_limiter_differs() {
    let (_, failed) = Replay::new(ServerVersion::Current, Start::current()).differences("rate-limit.json", false);
    assert!(!failed.is_empty());
}

/// A recording fails on every other version, and on what is known to have changed.
#[test]
fn the_wrong_version_differs() {
    use ServerVersion::{Current, V0_40, V0_59};
    for (file, start, wrong, changed) in [
        ("token-api-v0.59.json", Start::v0_59 as fn() -> Start, Current, "auth/revoked_pat: status 404 instead of 401"),
        ("token-api-v0.59.json", Start::v0_59, V0_40, "current_user/owner: status 405 instead of 200"),
        ("token-api-v0.40.json", Start::v0_40, Current, "method/put_on_list: status 404 instead of 405"),
        ("token-api-v0.40.json", Start::v0_40, V0_59, "current_user/service_user: status 403 instead of 405"),
        ("token-api.json", Start::current, V0_59, "auth/unknown_pat: status 401 instead of 404"),
        ("token-api.json", Start::current, V0_40, "create_service_user/auditor: status 422 instead of 200"),
    ] {
        let (count, failed) = Replay::new(wrong, start()).differences(file, false);
        let seen = failed.iter().any(|why| why.contains(changed));
        assert!(seen, "{file} on {wrong}, {} of {count} differ:\n{}", failed.len(), failed.join("\n"));
    }
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
    fn but_not_with_a_correct_answer() {
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
