//! Creates whose caller goes away, or whose answer is lost: what happens on the server, and what is reported.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_tokens::{CancelToken, Client, ClientOptions, ErrorKind, Event, NewToken, OnUnknown, Result, Timestamp};

/// The events of interest, as text.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn observing(&self, options: ClientOptions) -> Client {
        let events = self.clone();
        let observe = move |event: &Event<'_>| {
            if matches!(event, Event::Finished { .. } | Event::LeftBehind { .. }) {
                events.0.lock().unwrap().push(event.to_string());
            }
        };
        options.observer(observe).build().unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn fault(server: &MockServer, json: &str) {
    server.push_fault(serde_json::from_str(json).unwrap());
}

fn names(server: &MockServer) -> Vec<String> {
    let mut names: Vec<String> = server.tokens("ada").into_iter().map(|token| token.name).collect();
    names.sort();
    names
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what} never came");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Creates a token and cancels that once the server has made it.
fn cancel_after_the_server_acted(server: &MockServer, client: &Client, new: &NewToken) -> Result<()> {
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    thread::scope(|scope| {
        let call = scope.spawn(move || handle.create_token(new, Some("ada")).map(drop));
        until("the token", || names(server).len() == 3);
        cancel.cancel();
        call.join().unwrap()
    })
}

#[test]
fn a_cancelled_create_returns_at_once_and_its_token_is_revoked() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 1500}}}"#);
    let events = Events::default();
    let client = events.observing(support::builder(&server));
    let error = cancel_after_the_server_acted(&server, &client, &NewToken::new("ci")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(error.message().contains("in the background"), "{error}");
    assert_eq!(names(&server), ["ci", "desktop", "laptop"], "the caller did not wait for the answer");
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["desktop", "laptop"]);
    assert_eq!(events.seen().len(), 1);
    assert!(events.seen()[0].contains(r#"interrupted create of "ci" is finished: token "#), "{:?}", events.seen());
}

#[test]
fn what_cannot_be_revoked_is_reported_with_its_id() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 500}}}"#);
    fault(
        &server,
        r#"{"method": "DELETE", "times": 0, "action": {"answer": {"status": 403, "headers": [["Content-Type", "application/json"]], "body": "{\"message\":\"permission denied\",\"code\":403}"}}}"#,
    );
    let events = Events::default();
    let client = events.observing(support::builder(&server));
    cancel_after_the_server_acted(&server, &client, &NewToken::new("ci")).unwrap_err();
    assert!(client.close().unwrap());
    let id = server.tokens("ada").into_iter().find(|token| token.name == "ci").unwrap().id;
    assert_eq!(events.seen().len(), 1);
    assert!(
        events.seen()[0].contains(&id) && events.seen()[0].contains("could not be cleaned up"),
        "{:?}",
        events.seen()
    );
}

#[test]
fn a_cancelled_create_whose_answer_is_lost_is_found_by_its_tag() {
    let server = support::server();
    // The answer breaks off after the caller has gone.
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 500}}}"#);
    let events = Events::default();
    let client = events.observing(support::builder(&server).timeout(Duration::from_millis(400)).max_retries(0));
    let error = cancel_after_the_server_acted(&server, &client, &NewToken::new("ci").tag(true)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["desktop", "laptop"]);
    assert!(events.seen()[0].contains("\"ci #"), "{:?}", events.seen());
}

#[test]
fn a_cancelled_create_whose_answer_is_lost_is_reported_without_a_tag() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 500}}}"#);
    let events = Events::default();
    let client = events.observing(support::builder(&server).timeout(Duration::from_millis(400)).max_retries(0));
    cancel_after_the_server_acted(&server, &client, &NewToken::new("ci")).unwrap_err();
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["ci", "desktop", "laptop"], "nothing proves whose it is, so it stays");
    let id = server.tokens("ada").into_iter().find(|token| token.name == "ci").unwrap().id;
    assert!(events.seen()[0].contains(&id), "{:?}", events.seen());
}

#[test]
fn what_is_not_finished_in_time_is_reported_with_its_name() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "action": {"hold_answer": {}}}"#);
    let events = Events::default();
    let client = events.observing(support::builder(&server));
    cancel_after_the_server_acted(&server, &client, &NewToken::new("ci")).unwrap_err();
    assert!(!client.close().unwrap(), "it is not finished");
    assert_eq!(events.seen().len(), 1);
    assert!(events.seen()[0].contains(r#"create of "ci""#) && events.seen()[0].contains("not ended in time"));
    server.release_held();
    assert!(client.close().unwrap(), "it went on meanwhile");
    assert_eq!(names(&server), ["desktop", "laptop"]);
    assert!(events.seen()[1].contains("is finished"), "{:?}", events.seen());
}

#[test]
fn a_create_that_was_not_sent_is_withdrawn() {
    let server = support::server();
    fault(&server, r#"{"method": "GET", "action": {"delay": {"ms": 60000}}}"#);
    let client = support::client(&server);
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    thread::scope(|scope| {
        let call = scope.spawn(move || handle.create_token(&NewToken::new("ci"), None));
        until("the request", || !server.requests().is_empty());
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(client.close().unwrap());
    assert!(server.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn a_create_that_waits_for_its_retry_is_not_sent_again() {
    let server = support::server();
    fault(
        &server,
        r#"{"method": "POST", "times": 0, "action": {"answer": {"status": 429, "headers": [["Retry-After", "2"]], "body": ""}}}"#,
    );
    let client = support::client(&server);
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    thread::scope(|scope| {
        let call = scope.spawn(move || handle.create_token(&NewToken::new("ci"), Some("ada")));
        until("the request", || !server.requests().is_empty());
        thread::sleep(Duration::from_millis(100));
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(client.close().unwrap());
    thread::sleep(Duration::from_millis(2_500));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_token_that_a_caller_holds_is_never_taken_for_a_lost_one() {
    let server = support::server();
    let client = support::client(&server);
    let held = client.create_token(&NewToken::new("ci"), None).unwrap();
    fault(&server, r#"{"method": "POST", "action": {"drop_after": {}}}"#);
    let error = client.create_token(&NewToken::new("ci"), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.token_name(), Some("ci"));
    assert_eq!(error.candidate_token_ids().len(), 1);
    assert_ne!(error.candidate_token_ids()[0], held.token.id());
}

#[test]
fn only_what_fits_in_every_respect_is_a_candidate() {
    let server = support::server();
    let now = Timestamp::now().unix_seconds();
    let at = |seconds: i64| Timestamp::from_unix(now + seconds, 0).unwrap().to_string();
    const DAYS_90: i64 = 90 * 86_400;
    for seed in [
        serde_json::json!({"id": "older", "name": "ci", "created_at": at(-120), "expiration_date": at(DAYS_90 - 120)}),
        serde_json::json!({"id": "shorter", "name": "ci", "created_at": at(0), "expiration_date": at(30 * 86_400)}),
        serde_json::json!({"id": "used", "name": "ci", "created_at": at(0), "expiration_date": at(DAYS_90), "last_used": at(0)}),
        serde_json::json!({"id": "other", "name": "cd", "created_at": at(0), "expiration_date": at(DAYS_90)}),
        serde_json::json!({"id": "candidate", "name": "ci", "created_at": at(-30), "expiration_date": at(DAYS_90 - 30)}),
    ] {
        server.add_token("ada", serde_json::from_value(seed).unwrap()).unwrap();
    }
    fault(&server, r#"{"method": "POST", "action": {"drop_before": {}}}"#);
    let error = support::client(&server).create_token(&NewToken::new("ci"), Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.candidate_token_ids(), ["candidate"], "within the margin of a minute; it may be somebody else's");
    assert_eq!(server.tokens("ada").len(), 7, "nothing is revoked");
}

#[test]
fn revoke_and_retry_ends_within_the_allowance() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "times": 0, "action": {"delay_answer": {"ms": 60000}}}"#);
    let client = support::builder(&server)
        .on_unknown(OnUnknown::RevokeAndRetry)
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let began = Instant::now();
    let error = client.create_token(&NewToken::new("ci").tag(true), Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(began.elapsed() < Duration::from_secs(18), "{:?}", began.elapsed());
    assert_eq!(server.tokens("ada").len(), 3, "the first was revoked, the second is named");
    assert!(error.token_name().unwrap().starts_with("ci #"));
}

#[cfg(feature = "async")]
#[test]
fn a_dropped_create_is_finished_in_the_background() {
    let server = support::server();
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 800}}}"#);
    let events = Events::default();
    let client = events.observing(support::builder(&server));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let new = NewToken::new("ci");
        let call = client.create_token_async(&new, Some("ada"));
        assert!(tokio::time::timeout(Duration::from_millis(400), call).await.is_err());
        assert!(client.close_async().await);
    });
    assert_eq!(names(&server), ["desktop", "laptop"]);
    assert_eq!(events.seen().len(), 1);
}

#[test]
fn a_secret_that_could_not_be_handed_over_is_discarded() {
    let server = support::server();
    let client = support::client(&server);
    let created = client.create_token(&NewToken::new("ci"), None).unwrap();
    client.discard(created);
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["desktop", "laptop"]);
}
