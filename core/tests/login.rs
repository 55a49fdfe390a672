//! Logging in by the device flow: what is sent where, what each failure means, and how a session is refreshed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_mock::world::{LoginEndpoint, SeenRequest};
use netbird_tokens::{
    CancelToken, Client, ClientOptions, CredentialKind, CredentialState, DeviceLogin, ErrorKind, Event, LoginOptions,
    LoginSession, NewToken, Result, Secret, start_login,
};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);

/// A server whose identity provider has these settings besides an interval of a second.
fn server(provider: &Value) -> MockServer {
    let mut settings = json!({"interval_secs": 1});
    for (name, value) in provider.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let world = json!({
        "users": [{"id": "ada", "name": "Ada", "role": "owner", "tokens": [{"name": "laptop"}]}],
        "identity_provider": settings,
    });
    MockServer::start(serde_json::from_value(world).unwrap()).unwrap()
}

/// One where Ada approves every login.
fn approving(provider: &Value) -> MockServer {
    let mut settings = provider.clone();
    settings["verdict"] = json!({"approve": {"user_id": "ada"}});
    server(&settings)
}

fn options(server: &MockServer) -> ClientOptions {
    ClientOptions::default()
        .management_url(server.url())
        .proxy_from_env(false)
        .retry_base_delay(Duration::from_millis(1))
        .timeout(Duration::from_secs(20))
}

fn begin(server: &MockServer) -> DeviceLogin {
    start_login(options(server), LoginOptions::default()).unwrap()
}

fn log_in(server: &MockServer) -> LoginSession {
    begin(server).poll().unwrap().expect("it is approved")
}

fn client(session: &LoginSession) -> Client {
    Client::builder().credential(session.credential()).proxy_from_env(false).max_retries(0).build().unwrap()
}

fn fault(server: &MockServer, fault: Value) {
    server.push_fault(serde_json::from_value(fault).unwrap());
}

/// An answer in place of the server's to requests whose target has this in it.
fn answer(server: &MockServer, target: &str, status: u16, content_type: &str, body: &str) {
    let answer = json!({"status": status, "headers": [["Content-Type", content_type]], "body": body});
    fault(server, json!({"target_contains": target, "action": {"answer": answer}}));
}

fn lines(seen: &[SeenRequest]) -> Vec<String> {
    let status = |request: &SeenRequest| request.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    seen.iter().map(|request| format!("{} {} {}", request.method, request.target, status(request))).collect()
}

fn polls(server: &MockServer) -> usize {
    server.requests().iter().filter(|request| request.target == "/oauth2/token").count()
}

/// The bodies of the requests to refresh.
fn refreshes(server: &MockServer) -> usize {
    server.requests().iter().filter(|request| request.body.contains("grant_type=refresh_token")).count()
}

fn header<'a>(request: &'a SeenRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn becomes(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn from_nothing_to_a_token_that_works() {
    let server = server(&json!({}));
    let login = begin(&server);
    assert_eq!(login.verification_uri(), format!("{}/oauth2/device", server.url()));
    let complete = login.verification_uri_complete().unwrap();
    assert!(complete.ends_with(&format!("/oauth2/device?user_code={}", login.user_code())), "{complete}");
    assert_eq!(login.interval(), SECOND);
    assert!(login.poll().unwrap().is_none(), "nobody has approved it");
    server.approve_login(login.user_code(), "ada").unwrap();
    let session = login.wait().unwrap();
    assert_eq!(session.management_url(), server.url());
    assert_eq!(session.issuer(), format!("{}/oauth2", server.url()));
    assert_eq!(session.credential().kind(), CredentialKind::Bearer);

    let created = client(&session).create_token(&NewToken::new("first"), None).unwrap();
    let pat = Client::builder()
        .management_url(server.url())
        .credential(netbird_tokens::Credential::pat(created.plain_token.expose()).unwrap())
        .proxy_from_env(false)
        .build()
        .unwrap();
    assert_eq!(pat.current_user().unwrap().id(), "ada");

    let seen = server.take_requests();
    assert_eq!(
        lines(&seen)[..4],
        [
            "GET /oauth2/.well-known/openid-configuration 200",
            "POST /oauth2/device/code 200",
            "POST /oauth2/token 400",
            "POST /oauth2/token 200",
        ]
    );
    for request in &seen[..4] {
        assert_eq!(header(request, "authorization"), None);
        assert!(header(request, "user-agent").unwrap().starts_with("netbird-tokens/"));
        assert_eq!(header(request, "accept"), Some("application/json"));
        if request.method == "POST" {
            assert_eq!(header(request, "content-type"), Some("application/x-www-form-urlencoded"));
        }
    }
    assert_eq!(seen[1].body, "client_id=netbird-cli&scope=openid+profile+email+offline_access");
    assert!(seen[2].body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id="));
    assert!(seen[..4].iter().all(|request| request.connection == seen[0].connection), "one connection serves all");
}

#[test]
fn the_options_are_what_is_sent() {
    let server = approving(&json!({"clients": ["my app"]}));
    let login = LoginOptions::default().client_id("my app").audience("https://api.example/?a&b").scope("openid");
    let login = start_login(options(&server), login).unwrap();
    let session = login.poll().unwrap().unwrap();
    let begun = server.logins().pop().unwrap();
    assert_eq!((begun.client_id.as_str(), begun.scope.as_str()), ("my app", "openid"));
    assert_eq!(begun.audience.as_deref(), Some("https://api.example/?a&b"));
    assert!(!session.needs_refresh());
    let error = session.refresh().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("offline_access"), "{error}");
}

#[test]
fn a_poll_before_the_interval_sends_nothing_from_any_thread() {
    let server = server(&json!({"interval_secs": 60}));
    let login = begin(&server);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert!(login.clone().poll().unwrap().is_none()));
        }
    });
    assert_eq!(polls(&server), 1);
}

#[test]
fn a_slow_down_makes_the_interval_longer() {
    let server = server(&json!({}));
    answer(&server, "token", 400, "application/json", r#"{"error":"slow_down"}"#);
    let login = begin(&server);
    assert!(login.poll().unwrap().is_none());
    assert_eq!(login.interval(), 6 * SECOND);
}

#[test]
fn a_wait_may_take_longer_than_the_time_limit_of_a_call() {
    let server = server(&json!({}));
    let login = start_login(options(&server).timeout(Duration::from_millis(700)), LoginOptions::default()).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            becomes("polled twice", || polls(&server) >= 2);
            server.approve_login(login.user_code(), "ada").unwrap();
        });
        login.wait().unwrap();
    });
    assert!(polls(&server) >= 3);
}

#[test]
fn denied_and_expired_logins_end_and_stay_ended() {
    let server = server(&json!({}));
    let denied = begin(&server);
    server.deny_login(denied.user_code()).unwrap();
    let error = denied.wait().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Forbidden, Some(400)));
    assert!(error.message().contains("denied"), "{error}");
    let expired = begin(&server);
    server.expire_login(expired.user_code()).unwrap();
    let error = expired.wait().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, Some(400)));
    assert!(error.message().contains("start another one") && error.message().contains("client_id"), "{error}");
    let before = polls(&server);
    assert_eq!(denied.poll().unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(expired.poll().unwrap_err(), error);
    assert_eq!(polls(&server), before);
}

#[test]
fn a_wait_ends_with_the_code_although_the_server_is_silent() {
    let server = server(&json!({"expires_in_secs": 1}));
    let login = begin(&server);
    server.hang_login(LoginEndpoint::Token).unwrap();
    let began = Instant::now();
    let error = login.wait().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None));
    assert!(error.message().contains("The last polls got no answer"), "{error}");
    assert!(began.elapsed() < 5 * SECOND, "{:?}", began.elapsed());
}

#[test]
fn an_interrupted_wait_ends_at_once_and_the_login_goes_on() {
    let server = server(&json!({"interval_secs": 1}));
    let login = begin(&server);
    assert!(login.poll().unwrap().is_none());
    for hang in [false, true] {
        if hang {
            server.hang_login(LoginEndpoint::Token).unwrap();
        }
        let cancel = CancelToken::new();
        let handle = login.with_cancel(&cancel);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| handle.wait());
            thread::sleep(Duration::from_millis(if hang { 1_500 } else { 100 }));
            let cancelled = Instant::now();
            cancel.cancel();
            assert_eq!(kind(waiting.join().unwrap()), ErrorKind::Cancelled);
            assert!(cancelled.elapsed() < Duration::from_millis(500), "{:?}", cancelled.elapsed());
        });
        assert_eq!(kind(handle.poll()), ErrorKind::Cancelled);
    }
    assert_eq!(kind(login.with_interrupt(|| true).wait()), ErrorKind::Cancelled);
    server.restart_identity_provider().unwrap();
    server.approve_login(login.user_code(), "ada").unwrap();
    login.wait().unwrap();
}

#[test]
fn a_beginning_can_be_interrupted() {
    let server = server(&json!({}));
    server.hang_login(LoginEndpoint::Discovery).unwrap();
    let cancel = CancelToken::new();
    thread::scope(|scope| {
        let begun = scope.spawn(|| start_login(options(&server), LoginOptions::default().with_cancel(&cancel)));
        becomes("asked", || !server.requests().is_empty());
        cancel.cancel();
        assert_eq!(kind(begun.join().unwrap()), ErrorKind::Cancelled);
    });
}

#[test]
fn a_lost_answer_is_not_the_end_of_a_login() {
    let server = approving(&json!({}));
    let login = begin(&server);
    fault(&server, json!({"target_contains": "token", "action": {"drop_after": {}}}));
    assert!(login.poll().unwrap().is_none(), "the answer with the tokens is lost");
    fault(&server, json!({"target_contains": "token", "action": {"answer": {"status": 503, "body": ""}}}));
    login.wait().unwrap();
    assert_eq!(polls(&server), 3);
}

#[test]
fn an_answer_that_is_not_the_providers_is_an_error_and_the_login_goes_on() {
    let server = approving(&json!({}));
    let login = begin(&server);
    answer(&server, "token", 200, "text/html", "<p>");
    let error = login.poll().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedResponse, Some(200)));
    login.wait().unwrap();
}

#[test]
fn nothing_is_sent_to_another_host_that_was_not_allowed() {
    let elsewhere = server(&json!({}));
    let port = elsewhere.url().rsplit_once(':').unwrap().1.to_owned();
    let server = approving(&json!({"endpoints": format!("http://localhost:{port}/oauth2")}));
    let error = start_login(options(&server), LoginOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
    for part in ["endpoint_host", "device_authorization_endpoint http://localhost", "token_endpoint http://localhost"] {
        assert!(error.message().contains(part), "{error}");
    }
    assert!(elsewhere.requests().is_empty());
    let login = start_login(options(&server), LoginOptions::default().endpoint_host("localhost")).unwrap();
    assert!(login.poll().unwrap().is_none());
    assert_eq!(lines(&elsewhere.requests()), ["POST /oauth2/device/code 200", "POST /oauth2/token 400"]);
}

#[test]
fn another_issuer_a_missing_document_and_a_server_without_a_provider_are_told_apart() {
    let lying = server(&json!({"issuer": "https://evil.example"}));
    let error = start_login(options(&lying), LoginOptions::default()).unwrap_err();
    assert!(error.message().contains("https://evil.example"), "{error}");
    let without = support::server();
    let error = start_login(options(&without), LoginOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedResponse, Some(404)));
    assert!(error.message().contains("no embedded identity provider: give the issuer"), "{error}");
    let issuer = format!("{}/realms/x", without.url());
    let error = start_login(options(&without), LoginOptions::default().issuer(issuer)).unwrap_err();
    assert!(error.message().contains("Check the issuer"), "{error}");
    assert_eq!(without.requests().len(), 2);
}

#[test]
fn what_passes_is_tried_again_while_a_login_begins() {
    let server = server(&json!({}));
    fault(&server, json!({"target_contains": "openid-configuration", "action": {"drop_before": {}}}));
    fault(&server, json!({"target_contains": "device", "action": {"answer": {"status": 502, "body": ""}}}));
    begin(&server);
    assert_eq!(server.requests().len(), 4);
    server.hang_login(LoginEndpoint::Device).unwrap();
    let began = Instant::now();
    let error = start_login(options(&server).timeout(Duration::from_millis(300)), LoginOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < 5 * SECOND);
}

#[test]
fn the_server_that_expects_another_audience_is_told_from_an_expired_token() {
    let server = approving(&json!({"required_audience": "the-api"}));
    let error = client(&log_in(&server)).list_tokens(None).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(401)));
    for part in ["audience", "client_id", "\"netbird-cli\"", "Log in again"] {
        assert!(error.message().contains(part), "{error}");
    }
}

#[test]
fn an_expired_session_says_to_log_in_again_and_our_clock_refuses_nothing() {
    // By the server's clock, two hours ahead of this machine's.
    let server = approving(&json!({"token_lifetime_secs": 1}));
    server.advance_clock(7_200);
    let login = start_login(options(&server), LoginOptions::default().scope("openid")).unwrap();
    let session = login.poll().unwrap().unwrap();
    let client = client(&session);
    client.list_tokens(None).unwrap();
    let check = client.check_credential().unwrap();
    assert_eq!((check.state, check.kind), (CredentialState::Working, CredentialKind::Bearer));
    thread::sleep(Duration::from_millis(1_100));
    server.advance_clock(5);
    let before = server.requests().len();
    let error = client.list_tokens(Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().contains("it has expired. Log in again"), "{error}");
    assert_eq!(server.requests().len(), before + 1, "the server was asked");
    assert_eq!(client.check_credential().unwrap().state, CredentialState::Refused);
}

#[test]
fn one_refresh_serves_all_threads_and_clients() {
    // A life of less than half a minute is close to its end from the beginning.
    let server = approving(&json!({"token_lifetime_secs": 20, "refresh": "works"}));
    fault(&server, json!({"target_contains": "token", "skip": 1, "action": {"delay": {"ms": 300}}}));
    let session = log_in(&server);
    assert!(session.needs_refresh());
    let before = session.export();
    let (first, second) = (client(&session), client(&session));
    thread::scope(|scope| {
        for client in [&first, &second] {
            for _ in 0..8 {
                scope.spawn(move || client.list_tokens(Some("ada")).unwrap());
            }
        }
    });
    becomes("refreshed", || session.export() != before);
    assert_eq!(refreshes(&server), 1);
    let _ = server.take_requests();
    for client in [&first, &second] {
        client.list_tokens(Some("ada")).unwrap();
    }
    let seen = server.take_requests();
    let [one, other] = &seen[..] else { panic!("{:?}", lines(&seen)) };
    assert_eq!(header(one, "authorization"), header(other, "authorization"));
    assert_eq!(
        header(one, "authorization"),
        Some(format!("Bearer {}", server.login_secrets().pop().unwrap()).as_str())
    );
    assert!(!session.needs_refresh(), "not again in the first half of the new token's life");
}

#[test]
fn calls_leave_refreshing_to_those_who_ask_for_it() {
    let server = approving(&json!({"token_lifetime_secs": 20, "refresh": "works"}));
    let session = log_in(&server);
    let client = client(&session);
    session.clone().refresh_on_request();
    for _ in 0..3 {
        client.list_tokens(Some("ada")).unwrap();
    }
    // As long as a refresh in the background would take to arrive, many times over.
    thread::sleep(SECOND / 2);
    assert!(session.needs_refresh());
    assert_eq!(refreshes(&server), 0);
    session.refresh().unwrap();
    assert_eq!(refreshes(&server), 1);
}

#[test]
fn a_refresh_that_hangs_holds_nothing_up() {
    let server = approving(&json!({"token_lifetime_secs": 25}));
    let events = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&events);
    let options = options(&server).timeout(Duration::from_millis(300)).observer(move |event| {
        if let Event::SessionNotRefreshed { .. } = event {
            assert!(event.is_warning());
            seen.lock().unwrap().push(event.to_string());
        }
    });
    let session = start_login(options, LoginOptions::default()).unwrap().poll().unwrap().unwrap();
    let client = client(&session);
    let began = Instant::now();
    for _ in 0..50 {
        client.list_tokens(Some("ada")).unwrap();
    }
    assert!(began.elapsed() < 5 * SECOND, "{:?}", began.elapsed());
    becomes("reported", || !events.lock().unwrap().is_empty());
    for _ in 0..50 {
        client.list_tokens(Some("ada")).unwrap();
    }
    assert_eq!(refreshes(&server), 1, "the next one comes a minute later at the earliest");
    assert_eq!(kind(session.refresh()), ErrorKind::Timeout);
    assert_eq!(refreshes(&server), 2, "unless it is asked for");
}

#[test]
fn the_provider_can_end_a_session() {
    let server = approving(&json!({"token_lifetime_secs": 20, "refresh": "fails"}));
    let session = log_in(&server);
    let error = session.refresh().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(400)));
    assert!(error.message().contains("log in again"), "{error}");
    assert!(!session.needs_refresh());
    assert_eq!(kind(session.refresh()), ErrorKind::Unauthorized);
    client(&session).list_tokens(None).unwrap();
    assert_eq!(refreshes(&server), 1, "there is no other try");
}

#[test]
fn a_session_goes_on_in_another_process() {
    let server = approving(&json!({"refresh": "works"}));
    let session = log_in(&server);
    let text = session.export();
    let restore = |options: ClientOptions| LoginSession::restore(text.expose(), options.proxy_from_env(false));
    let restored = restore(ClientOptions::default()).unwrap();
    assert_eq!((restored.management_url(), restored.issuer()), (session.management_url(), session.issuer()));
    let without_expiry = |text: &Secret| {
        let mut fields: Value = serde_json::from_str(text.expose()).unwrap();
        assert!(fields.as_object_mut().unwrap().remove("expires_at").is_some());
        fields
    };
    assert_eq!(without_expiry(&restored.export()), without_expiry(&text));
    let apart = restored.expires_at().unix_seconds() - session.expires_at().unix_seconds();
    assert!(apart.abs() <= 1, "{apart}");
    client(&restored).list_tokens(None).unwrap();
    restored.refresh().unwrap();
    assert_ne!(restored.export(), text);
    assert_eq!(client(&restored).current_user().unwrap().id(), "ada");

    let error = restore(ClientOptions::default().management_url("https://other.example")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("https://other.example"), "{error}");
    restore(ClientOptions::default().management_url(format!("{}/api", server.url()))).unwrap();
    assert!(restore(ClientOptions::default().token_file("x")).unwrap_err().message().contains("token_file"));
    for text in ["", "{}", "null", "[]", &text.expose().replace("\"version\":1", "\"version\":2"), &text.expose()[1..]]
    {
        let error = LoginSession::restore(text, ClientOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().len() < 150 && !error.message().contains("eyJ"), "{error}");
    }
    let moved = text.expose().replace("/oauth2/token", "/x").replace("http://127.0.0.1", "http://10.0.0.1");
    let error = LoginSession::restore(&moved, ClientOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "a token endpoint in clear text is refused");
}

#[test]
fn a_sessions_token_is_not_sent_to_another_server() {
    let (server, other) = (approving(&json!({})), support::server());
    let session = log_in(&server);
    let error = Client::builder().management_url(other.url()).credential(session.credential()).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains(&server.url()) && error.message().contains(&other.url()), "{error}");
    assert_eq!(kind(support::client(&other).set_credential(&session.credential())), ErrorKind::InvalidArgument);
    assert!(other.requests().is_empty());
    let client = support::builder(&server).build().unwrap();
    client.set_credential(&session.credential()).unwrap();
    assert_eq!(client.current_user().unwrap().id(), "ada");
}

#[test]
fn no_secret_is_in_what_is_printed_or_reported() {
    let server = approving(&json!({"token_lifetime_secs": 20, "refresh": "works"}));
    let told = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&told);
    let observed = options(&server).observer(move |event| seen.lock().unwrap().push(format!("{event} {event:?}")));
    let login = start_login(observed, LoginOptions::default()).unwrap();
    let session = login.poll().unwrap().unwrap();
    session.refresh().unwrap();
    let secrets = server.login_secrets();
    let credential = session.credential();
    let shown = format!("{login:?} {session:?} {credential:?} {:?} {}", session.export(), session.export());
    let reported = told.lock().unwrap().join("\n");
    assert!(reported.contains("POST /oauth2/token"));
    for secret in &secrets {
        assert!(!shown.contains(secret.as_str()) && !reported.contains(secret.as_str()));
    }
    // The server echoes what it is sent, and the tokens that it gave.
    let mut current: Vec<&String> =
        secrets.iter().filter(|secret| session.export().expose().contains(secret.as_str())).collect();
    current.sort_unstable();
    // Tokens that are issued in the same second may be the same.
    current.dedup();
    let [one, other] = current[..] else { panic!("a refresh token and an ID token") };
    let echo = json!({"error": "invalid_request", "error_description": format!("{one} {other}")}).to_string();
    answer(&server, "token", 400, "application/json", &echo);
    let error = session.refresh().unwrap_err();
    assert!(error.message().contains("[redacted] [redacted]"), "{error}");
    let reported = told.lock().unwrap().join("\n");
    for secret in [one, other] {
        assert!(!format!("{error:?}").contains(secret.as_str()) && !reported.contains(secret.as_str()));
    }
}

#[cfg(feature = "async")]
#[test]
fn the_awaitable_twins_do_the_same() {
    let server = server(&json!({"token_lifetime_secs": 20, "refresh": "works"}));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let login = netbird_tokens::start_login_async(options(&server), LoginOptions::default()).await.unwrap();
        assert!(login.poll_async().await.unwrap().is_none());
        let cancel = CancelToken::new();
        cancel.cancel();
        assert_eq!(kind(login.with_cancel(&cancel).wait_async().await), ErrorKind::Cancelled);
        server.approve_login(login.user_code(), "ada").unwrap();
        let session = login.wait_async().await.unwrap();
        session.refresh_async().await.unwrap();
        assert_eq!(client(&session).current_user_async().await.unwrap().id(), "ada");
        // A blocking call inside a runtime is driven by the engine.
        assert_eq!(kind(session.with_cancel(&cancel).refresh()), ErrorKind::Cancelled);
        assert_eq!(client(&session).current_user().unwrap().id(), "ada");
        session.refresh().unwrap();
    });
}
