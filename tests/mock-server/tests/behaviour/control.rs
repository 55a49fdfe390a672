//! The control API.

use std::net::{Ipv4Addr, SocketAddr};

use netbird_mock::world::{SeenRequest, World};
use netbird_mock::{MockServer, Ports};
use serde_json::{Value, json};

use crate::support::{Client, once, owner};

struct Control {
    server: MockServer,
    url: String,
}

impl Control {
    fn new() -> Self {
        let server = MockServer::start_on(
            World { users: vec![owner()], ..World::default() },
            Ports { api: None, control: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) },
        )
        .expect("it starts");
        let url = server.control_url().expect("it was asked for");
        Self { server, url }
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let body = body.map(|body| body.to_string());
        let answer = once(&self.url, method, path, &[], body.as_deref());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        (answer.status, answer.json())
    }

    fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.call(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    fn list(&self, user: &str, authorization: &str) -> u16 {
        let target = format!("/api/users/{user}/tokens");
        once(&self.server.url(), "GET", &target, &[("Authorization", authorization)], None).status
    }
}

#[test]
fn users_tokens_and_jwts() {
    let control = Control::new();
    let added = control.ok(
        "POST",
        "/users",
        Some(json!({"id": "google-oauth2|1", "role": "admin", "is_service_user": true, "tokens": [{"name": "a"}]})),
    );
    assert_eq!(added["id"], "google-oauth2|1");
    let plain = added["seeded"][0]["plain"].as_str().expect("a token").to_owned();
    let id = added["seeded"][0]["token_id"].as_str().expect("an id").to_owned();
    assert_eq!(control.list("google-oauth2%7C1", &format!("Token {plain}")), 200);
    assert_eq!(control.ok("GET", "/users", None), json!({"users": ["owner-1", "google-oauth2|1"]}));
    let token = control.ok("POST", "/users/google-oauth2%7C1/tokens", Some(json!({"name": "b"})));
    assert_eq!((&token["user_id"], token["plain"].is_string()), (&"google-oauth2|1".into(), true));
    let tokens = control.ok("GET", "/users/google-oauth2%7C1/tokens", None);
    assert_eq!((&tokens[0]["name"], &tokens[1]["name"]), (&"a".into(), &"b".into()));
    assert!(tokens[0]["last_used"].is_string() && tokens[1]["last_used"].is_null());
    assert!(!tokens.to_string().contains("nbp_"), "hashes only");
    assert_eq!(control.ok("GET", &format!("/tokens/{id}/plain"), None), json!({"plain": plain}));
    let jwt = control.ok("POST", "/jwt", Some(json!({"user_id": "owner-1", "valid_for_secs": 60})));
    let jwt = format!("Bearer {}", jwt["jwt"].as_str().expect("a JWT"));
    assert_eq!(control.list("owner-1", &jwt), 200);
    control.ok("POST", "/clock/advance", Some(json!({"secs": 61})));
    assert_eq!(control.list("owner-1", &jwt), 401);
}

#[test]
fn clock_faults_requests_and_connections() {
    let control = Control::new();
    let now = control.ok("PUT", "/clock", Some(json!({"now": "2030-01-01T00:00:00Z"})));
    assert!(now["now"].as_str().is_some_and(|now| now.starts_with("2030-01-01T00:00:0")));
    let coarse = control.ok("PUT", "/clock", Some(json!({"step_secs": 60})));
    assert!(coarse["now"].as_str().is_some_and(|now| now.starts_with("2030-01-01T00:00:")), "it was not set back");
    assert_eq!(control.ok("GET", "/clock", None)["step_secs"], 60);
    let token = control.ok("POST", "/users/owner-1/tokens", Some(json!({})));
    let stored = control.ok("GET", "/users/owner-1/tokens", None);
    assert_eq!((&stored[1]["id"], &stored[1]["created_at"]), (&token["token_id"], &"2030-01-01T00:00:00Z".into()));

    let fault = json!({"target_contains": "instance", "times": 2, "action": {"answer": {"status": 500}}});
    control.ok("POST", "/faults", Some(fault));
    let mut client = Client::connect(&control.server.url());
    let mut status = || client.request("GET", "/api/instance", &[("X-Odd", "1")], None).expect("answered").status;
    assert_eq!(status(), 500);
    let left = control.ok("GET", "/faults", None);
    assert_eq!((&left[0]["times"], &left[0]["action"]["answer"]["status"]), (&1.into(), &500.into()));
    control.ok("DELETE", "/faults", None);
    assert_eq!(status(), 200);

    let seen = control.ok("GET", "/requests", None);
    assert_eq!((&seen[0]["status"], &seen[1]["status"]), (&500.into(), &200.into()));
    let taken = control.ok("POST", "/requests/take", None);
    assert_eq!(taken, seen);
    let taken: Vec<SeenRequest> = serde_json::from_value(taken).expect("the documented shape");
    assert!(taken[0].headers.contains(&("x-odd".to_owned(), "1".to_owned())));
    assert_eq!(control.ok("GET", "/requests", None), json!([]));

    assert_eq!(control.ok("POST", "/close-idle", None), json!({"closed": 1}));
    assert!(client.end().is_ok());
}

#[test]
fn health_ca_and_reset() {
    let control = Control::new();
    let health = control.ok("GET", "/health", None);
    assert_eq!((&health["ok"], &health["url"]), (&true.into(), &control.server.url().into()));
    assert_eq!(health["server_version"], "current");
    let pem = once(&control.url, "GET", "/ca.pem", &[], None).body;
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(control.ok("GET", "/ca", None), json!({"ca_pem": pem}));
    let reset = control.ok(
        "POST",
        "/reset",
        Some(json!({"server_version": "0.40", "tls": "valid", "users": [{"id": "a", "role": "user", "tokens": [{}, {}]}]})),
    );
    assert_eq!(reset["url"], control.server.url());
    assert!(reset["url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert_eq!(reset["seeded"].as_array().map(Vec::len), Some(2));
    assert_eq!(control.ok("GET", "/users", None), json!({"users": ["a"]}));
    assert_eq!(control.ok("GET", "/health", None)["server_version"], "0.40");
}

#[test]
fn mistakes_are_reported() {
    let control = Control::new();
    for (method, path, body, status, message) in [
        ("GET", "/nope", None, 404, "no such call: GET /nope"),
        ("POST", "/reset", Some(json!({"user": []})), 400, "unknown field `user`"),
        ("POST", "/reset", Some(json!({"zone": "x"})), 422, "zone: `x` is neither"),
        ("POST", "/reset", None, 400, "the body: EOF"),
        ("POST", "/users", Some(json!({"id": "owner-1", "role": "user"})), 422, "the id is taken"),
        ("POST", "/users/nobody/tokens", Some(json!({})), 422, "there is no user `nobody`"),
        ("GET", "/users/nobody/tokens", None, 404, "there is no user `nobody`"),
        ("GET", "/tokens/none/plain", None, 404, "there is no token `none`"),
        ("GET", "/users/%zz/tokens", None, 400, "not well encoded"),
        ("PUT", "/clock", Some(json!({"now": "x"})), 422, "not an RFC 3339 time"),
        ("POST", "/faults", Some(json!({"action": {"explode": {}}})), 400, "unknown variant `explode`"),
    ] {
        let (got, answer) = control.call(method, path, body);
        assert_eq!(got, status, "{method} {path}: {answer}");
        let error = answer["error"].as_str().expect("a message");
        assert!(error.contains(message), "{method} {path}: {error}");
    }
}
