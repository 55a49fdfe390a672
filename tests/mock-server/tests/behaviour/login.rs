//! The identity provider beyond the recording.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use netbird_mock::world::{IdentityProvider, LoginEndpoint, LoginState, Refresh, Verdict, World};
use netbird_mock::{MockServer, Ports};
use serde_json::{Value, json};

use crate::support::{Answer, Client, OWNER, once, owner};

const GRANT: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

fn start(provider: IdentityProvider) -> MockServer {
    let ports = Ports { api: None, control: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) };
    let world = World { users: vec![owner()], identity_provider: Some(provider), ..World::default() };
    MockServer::start_on(world, ports).expect("it starts")
}

fn post(server: &MockServer, target: &str, form: &str) -> Answer {
    once(&server.url(), "POST", target, &[], Some(form))
}

fn begin(server: &MockServer, extra: &str) -> Value {
    let form = format!("client_id=netbird-cli&scope=openid+offline_access{extra}");
    post(server, "/oauth2/device/code", &form).json()
}

fn poll(server: &MockServer, login: &Value) -> Value {
    let code = login["device_code"].as_str().expect("a code");
    post(server, "/oauth2/token", &format!("client_id=netbird-cli&grant_type={GRANT}&device_code={code}")).json()
}

fn code(login: &Value) -> &str {
    login["user_code"].as_str().expect("a code")
}

fn status_of(server: &MockServer, jwt: &Value) -> u16 {
    let authorization = format!("Bearer {}", jwt.as_str().expect("a token"));
    once(&server.url(), "GET", "/api/users/current", &[("Authorization", &authorization)], None).status
}

#[test]
fn a_login_is_denied_or_expires() {
    let server = start(IdentityProvider::default());
    let login = begin(&server, "");
    assert_eq!(poll(&server, &login)["error"], "authorization_pending");
    assert_eq!(poll(&server, &login)["error"], "slow_down");
    server.advance_clock(6);
    assert_eq!(poll(&server, &login)["error"], "slow_down", "the interval is 10 s now");
    server.deny_login(code(&login)).expect("it waits");
    assert_eq!(poll(&server, &login)["error"], "access_denied");
    assert!(server.approve_login(code(&login), OWNER).is_err(), "it was decided");

    let login = begin(&server, "");
    server.expire_login(code(&login)).expect("it waits");
    assert_eq!(poll(&server, &login)["error"], "expired_token");
    let login = begin(&server, "");
    server.advance_clock(301);
    assert_eq!(poll(&server, &login)["error"], "expired_token");
    assert_eq!(server.logins().pop().map(|login| login.state), Some(LoginState::Expired));
}

#[test]
fn a_login_of_an_unknown_client_cannot_be_approved() {
    let server = start(IdentityProvider::default());
    let login = post(&server, "/oauth2/device/code", "client_id=nobody").json();
    let error = server.approve_login(code(&login), OWNER).expect_err("no such client").to_string();
    assert_eq!(error, "there is no client `nobody`");
    let page = once(&server.url(), "GET", &format!("/oauth2/device?user_code={}", code(&login)), &[], None);
    assert_eq!((page.status, page.body.contains("There is no client")), (400, true));
    assert_eq!(poll(&server, &login)["error"], "authorization_pending");
}

#[test]
fn tokens_follow_the_settings_and_the_clock() {
    let verdict = Some(Verdict::Approve { user_id: OWNER.to_owned(), after_polls: 1 });
    let wanted = Some("api".to_owned());
    let settings = IdentityProvider { verdict, required_audience: wanted, ..IdentityProvider::default() };
    let server = start(settings.clone());
    let login = begin(&server, "&audience=api");
    assert_eq!(poll(&server, &login)["error"], "authorization_pending");
    let tokens = poll(&server, &login);
    assert_eq!(status_of(&server, &tokens["access_token"]), 200);
    assert_eq!(status_of(&server, &tokens["id_token"]), 401, "its audience is the client");
    server.advance_clock(86_399);
    assert_eq!(status_of(&server, &tokens["access_token"]), 401, "expired");
    for secret in [&login["device_code"], &tokens["access_token"], &tokens["refresh_token"], &tokens["id_token"]] {
        assert!(server.login_secrets().iter().any(|known| secret == known));
    }

    let server = start(IdentityProvider { id_token: false, access_token_is_jwt: false, ..settings });
    let login = post(&server, "/oauth2/device/code", "client_id=netbird-cli&scope=openid").json();
    poll(&server, &login);
    let tokens = poll(&server, &login);
    assert_eq!(tokens.as_object().map(serde_json::Map::len), Some(3), "no ID token, nothing to refresh: {tokens}");
    assert_eq!(status_of(&server, &tokens["access_token"]), 401, "it is opaque");
}

#[test]
fn a_refresh_token_works_once_or_never() {
    for refresh in [Refresh::Works, Refresh::Fails] {
        let server = start(IdentityProvider { refresh, ..IdentityProvider::default() });
        let login = begin(&server, "");
        server.approve_login(code(&login), OWNER).expect("it waits");
        let token = poll(&server, &login)["refresh_token"].as_str().expect("a token").to_owned();
        let form = |client: &str| format!("client_id={client}&grant_type=refresh_token&refresh_token={token}");
        assert_eq!(post(&server, "/oauth2/token", &form("nobody")).json()["error"], "invalid_client");
        let answer = post(&server, "/oauth2/token", &form("netbird-cli")).json();
        if refresh == Refresh::Works {
            assert_eq!(status_of(&server, &answer["id_token"]), 200);
            assert_ne!(answer["refresh_token"], token.as_str());
        }
        let answer = post(&server, "/oauth2/token", &form("netbird-cli"));
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
    }
}

#[test]
fn an_endpoint_that_hangs_answers_after_a_restart() {
    let server = start(IdentityProvider::default());
    let login = begin(&server, "");
    server.hang_login(LoginEndpoint::Token).expect("a provider");
    let mut client = Client::connect(&server.url());
    client.stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    assert!(client.request("POST", "/oauth2/token", &[], Some("grant_type=x")).is_err());
    assert_eq!(begin(&server, "")["interval"], 5, "the other endpoints answer");
    server.restart_identity_provider().expect("a provider");
    assert_eq!(poll(&server, &login)["error"], "authorization_pending");
    assert!(client.end().is_ok(), "what waited lost its connection");
}

#[test]
fn a_person_decides_on_the_page() {
    let server = start(IdentityProvider::default());
    let page = once(&server.url(), "GET", "/oauth2/device", &[], None);
    assert!(page.body.contains("name=\"user_code\""));
    for (action, error, text) in [("approve", Value::Null, "granted"), ("deny", "access_denied".into(), "denied")] {
        let login = begin(&server, "");
        let target = format!("/oauth2/device?user_code={}", code(&login).to_lowercase());
        let page = once(&server.url(), "GET", &target, &[], None);
        assert!(page.status == 200 && page.body.contains(code(&login)) && page.body.contains("Ada"), "{}", page.body);
        let form = format!("user_code={}&user_id={OWNER}&action={action}", code(&login));
        let done = post(&server, "/oauth2/device", &form);
        assert!(done.status == 200 && done.body.contains(text), "{}", done.body);
        assert_eq!(poll(&server, &login)["error"], error);
        assert_eq!(post(&server, "/oauth2/device", &form).status, 400, "it was decided");
    }
    assert_eq!(once(&server.url(), "GET", "/oauth2/device?user_code=%3Cb%3E", &[], None).status, 400);
}

#[test]
fn control_calls_and_faults() {
    let server = start(IdentityProvider::default());
    let control = server.control_url().expect("it was asked for");
    let call = |method: &str, path: &str, body: Value| once(&control, method, path, &[], Some(&body.to_string()));
    let login = begin(&server, "");
    let started = call("GET", "/logins", json!({})).json();
    assert_eq!((&started[0]["user_code"], &started[0]["state"]), (&login["user_code"], &"pending".into()));
    let path = format!("/logins/{}/approve", code(&login));
    assert_eq!(call("POST", &path, json!({"user_id": "nobody"})).status, 422);
    assert_eq!(call("POST", &path, json!({"user_id": OWNER})).status, 200);
    assert!(poll(&server, &login)["id_token"].is_string());
    for (action, error) in [("deny", "access_denied"), ("expire", "expired_token")] {
        let login = begin(&server, "");
        assert_eq!(call("POST", &format!("/logins/{}/{action}", code(&login)), json!({})).status, 200);
        assert_eq!(poll(&server, &login)["error"], error);
    }
    assert_eq!(call("POST", "/identity-provider/hang", json!({"endpoint": "device"})).status, 200);
    assert_eq!(call("POST", "/identity-provider/restart", json!({})).status, 200);
    server.push_fault(
        serde_json::from_value(json!({"target_contains": "/device/code", "action": {"answer": {"status": 502}}}))
            .expect("a fault"),
    );
    assert_eq!(post(&server, "/oauth2/device/code", "client_id=netbird-cli").status, 502);
    let without = MockServer::start(World::default()).expect("it starts");
    assert_eq!(once(&without.url(), "GET", "/oauth2/keys", &[], None).status, 404);
    assert!(without.hang_login(LoginEndpoint::Token).is_err());
}
