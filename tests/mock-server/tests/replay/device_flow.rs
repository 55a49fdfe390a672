//! Replays the recording of the device flow, whose requests are forms and whose answers are compared as JSON.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use netbird_mock::MockServer;
use netbird_mock::world::{IdentityProvider, World};
use serde_json::Value;

use crate::support::{Answer, Client, once, owner};

type Change = fn(&mut IdentityProvider);

/// How long a request that the recording shows without an answer is waited for.
const SILENCE: Duration = Duration::from_millis(300);

fn recording() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings/oauth-device.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the recording is there")).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}

/// Compares a recorded text with one that was received. A placeholder takes the value found at its first place.
fn matches(expected: &str, got: &str, bound: &mut HashMap<String, String>) -> bool {
    let Some((before, rest)) = expected.split_once("{{") else { return expected == got };
    let (name, after) = rest.split_once("}}").expect("closed");
    let Some(got) = got.strip_prefix(before) else { return false };
    if let Some(value) = bound.get(name).cloned() {
        return got.strip_prefix(value.as_str()).is_some_and(|got| matches(after, got, bound));
    }
    let Some(value) = got.strip_suffix(after) else { return false };
    !value.is_empty() && bound.insert(name.to_owned(), value.to_owned()).is_none()
}

fn same(expected: &Value, got: &Value, bound: &mut HashMap<String, String>) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(key, value)| got.get(key).is_some_and(|got| same(value, got, bound)))
        }
        (Value::String(expected), Value::String(got)) => matches(expected, got, bound),
        _ => expected == got,
    }
}

fn form(request: &Value, bound: &HashMap<String, String>) -> String {
    let fields = request["form"].as_object().expect("a form").iter().map(|(name, value)| {
        let mut value = text(value).to_owned();
        for (placeholder, known) in bound {
            value = value.replace(&format!("{{{{{placeholder}}}}}"), known);
        }
        format!("{name}={}", value.replace(':', "%3A").replace(' ', "+"))
    });
    fields.collect::<Vec<_>>().join("&")
}

struct Replay {
    server: MockServer,
    bound: HashMap<String, String>,
}

impl Replay {
    fn new(provider: IdentityProvider) -> Self {
        let world = World { users: vec![owner()], identity_provider: Some(provider), ..World::default() };
        let server = MockServer::start(world).expect("it starts");
        let bound = HashMap::from([("base_url".to_owned(), server.url())]);
        Self { server, bound }
    }

    /// The answer; `None`: nothing came.
    fn send(&self, request: &Value) -> Option<Answer> {
        let mut client = Client::connect(&self.server.url());
        client.stream.set_read_timeout(Some(SILENCE)).expect("a timeout");
        let body = form(request, &self.bound);
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        match client.request(text(&request["method"]), text(&request["target"]), &headers, Some(&body)) {
            Ok(answer) => Some(answer),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn differs(&mut self, record: &Value) -> Option<String> {
        let note = text(&record["note"]);
        if note == "approved" {
            let code = self.server.logins().pop().expect("a login").user_code;
            self.server.approve_login(&code, crate::support::OWNER).expect("it waits");
        }
        let (expected, got) = (&record["response"], self.send(&record["request"]));
        let Some(answer) = got else {
            return (!expected.is_string()).then(|| format!("{note}: no answer"));
        };
        let right = expected.is_object()
            && expected["status"] == answer.status
            && expected["content_type"].as_str() == answer.header("content-type")
            && expected["cache_control"].as_str() == answer.header("cache-control")
            && same(&expected["body"], &answer.json(), &mut self.bound);
        (!right).then(|| format!("{note}: {} {}", answer.status, answer.body))
    }

    /// The number of exchanges, and what differs.
    fn differences(&mut self) -> (usize, Vec<String>) {
        let recording = recording();
        let discovery = &recording["discovery"];
        let mut failed = Vec::new();
        let answer = once(&self.server.url(), "GET", text(&discovery["target"]), &[], None);
        if answer.status != 200 || !same(&discovery["fields"], &answer.json(), &mut self.bound) {
            failed.push(format!("discovery: {}", answer.body));
        }
        let records = recording["records"].as_array().expect("records");
        failed.extend(records.iter().filter_map(|record| self.differs(record)));
        (records.len() + 1, failed)
    }
}

#[test]
fn the_device_flow_answers_as_recorded() {
    let mut replay = Replay::new(IdentityProvider::default());
    assert_eq!(replay.differences(), (11, Vec::new()));
    for token in ["id_token_2", "access_token_2"] {
        let authorization = format!("Bearer {}", replay.bound[token]);
        let headers = [("Authorization", authorization.as_str())];
        let answer = once(&replay.server.url(), "GET", "/api/users/current", &headers, None);
        assert_eq!(answer.status, 200, "{token}: {}", answer.body);
    }
}

#[test]
fn other_settings_differ_from_the_recording() {
    use netbird_mock::world::Refresh;
    let changed: [(&str, Change); 5] = [
        ("discovery", |provider| provider.issuer = Some("https://other.example".to_owned())),
        ("start", |provider| provider.interval_secs = 1),
        ("approved", |provider| provider.id_token = false),
        ("refresh", |provider| provider.refresh = Refresh::Works),
        ("asked again at once", |provider| provider.interval_secs = 0),
    ];
    for (where_seen, change) in changed {
        let mut provider = IdentityProvider::default();
        change(&mut provider);
        let (_, failed) = Replay::new(provider).differences();
        assert!(failed.iter().any(|why| why.starts_with(where_seen)), "{where_seen}: {failed:?}");
    }
}
