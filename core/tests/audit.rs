//! An audit as a stream: what is requested when, and what becomes of it when its taker is slow, interrupted or gone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_tokens::{Audit, AuditOptions, Client, ErrorKind, Event, TokenState};
use serde_json::{Value, json};

/// A server with `ada` and this many service users, each with one token.
fn account(service_users: usize, rest: Value) -> MockServer {
    let ada = json!({"id": "ada", "role": "owner", "tokens": [{"name": "laptop", "plain": support::PAT}]});
    let bots = (0..service_users).map(|number| {
        json!({
            "id": format!("bot{number}"), "role": "user", "is_service_user": true, "tokens": [{"name": "deploy"}],
        })
    });
    let mut world = json!({"users": std::iter::once(ada).chain(bots).collect::<Vec<_>>()});
    world.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    MockServer::start(serde_json::from_value(world).unwrap()).unwrap()
}

fn hold(server: &MockServer, times: u32) {
    let fault = json!({"target_contains": "/tokens", "times": times, "action": {"hold": {}}});
    server.push_fault(serde_json::from_value(fault).unwrap());
}

fn start(client: &Client, concurrency: usize) -> Audit {
    client.audit_tokens(&AuditOptions::default().concurrency(concurrency)).unwrap()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what} never came");
        thread::sleep(Duration::from_millis(5));
    }
}

fn ids(results: &[netbird_tokens::UserAudit]) -> BTreeSet<String> {
    results.iter().map(|result| result.user.id().to_owned()).collect()
}

#[test]
fn results_arrive_while_a_user_is_still_awaited() {
    let server = account(5, json!({}));
    hold(&server, 1);
    let mut audit = start(&support::client(&server), 3);
    assert_eq!((audit.user_count(), audit.summary().users), (6, 6));
    let mut results: Vec<_> = audit.by_ref().take(5).map(Result::unwrap).collect();
    assert_eq!((audit.summary().audited, audit.summary().is_complete), (5, false));
    server.release_held();
    results.push(audit.next().unwrap().unwrap());
    assert!(audit.next().is_none() && audit.next().is_none());
    assert_eq!(ids(&results).len(), 6);
    assert!(results.iter().all(|result| result.error.is_none() && result.tokens.len() == 1));
    let summary = audit.summary();
    assert_eq!((summary.audited, summary.tokens, summary.not_reached, summary.is_complete), (6, 6, 0, true));
}

#[test]
fn a_dropped_audit_requests_nothing_more() {
    let server = account(20, json!({}));
    hold(&server, 2);
    let client = support::client(&server);
    let audit = start(&client, 2);
    until("both requests", || server.requests().len() == 3);
    drop(audit);
    server.release_held();
    client.list_tokens(Some("ada")).unwrap();
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_slow_taker_stops_the_requests() {
    const CONCURRENCY: usize = 4;
    let server = account(60, json!({}));
    let audit = start(&support::client(&server), CONCURRENCY);
    // The list of users, and the results that wait.
    until("the requests ahead", || server.requests().len() == 1 + 2 * CONCURRENCY);
    for taken in 0..61 {
        assert!(server.requests().len() <= 1 + taken + 2 * CONCURRENCY, "after {taken} results");
        (&audit).next().unwrap().unwrap();
    }
    assert!((&audit).next().is_none());
    assert_eq!(server.requests().len(), 62);
}

#[test]
fn an_interrupted_wait_loses_nothing() {
    let server = account(3, json!({}));
    hold(&server, 1);
    let interrupted = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&interrupted);
    let client = support::client(&server).with_interrupt(move || asked.load(Ordering::Relaxed));
    let mut audit = start(&client, 2);
    let mut results: Vec<_> = audit.by_ref().take(3).map(Result::unwrap).collect();
    interrupted.store(true, Ordering::Relaxed);
    assert_eq!(audit.next().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(audit.next().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(!audit.summary().is_complete);
    interrupted.store(false, Ordering::Relaxed);
    server.release_held();
    results.extend(audit.by_ref().map(Result::unwrap));
    assert_eq!(ids(&results).len(), 4);
    assert!(audit.summary().is_complete);
}

#[test]
fn a_cancelled_handle_takes_no_further_result() {
    let server = account(3, json!({}));
    let cancel = netbird_tokens::CancelToken::new();
    let mut audit = start(&support::client(&server).with_cancel(&cancel), 2);
    audit.next().unwrap().unwrap();
    cancel.cancel();
    assert_eq!(audit.next().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn several_threads_take_each_result_once() {
    let server = account(40, json!({}));
    let audit = start(&support::client(&server), 4);
    let taken: Vec<_> = thread::scope(|scope| {
        let takers: Vec<_> = (0..3).map(|_| scope.spawn(|| (&audit).map(Result::unwrap).collect::<Vec<_>>())).collect();
        takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect()
    });
    assert_eq!((taken.len(), ids(&taken).len()), (41, 41));
    assert!(audit.summary().is_complete);
}

#[test]
fn an_audit_goes_on_inside_a_runtime_and_without_its_client() {
    let server = account(300, json!({}));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let audit = start(&support::client(&server), 8);
        let taken = tokio::spawn(async move { audit.map(Result::unwrap).count() });
        assert_eq!(taken.await.unwrap(), 301);
    });
}

#[test]
fn a_user_with_many_tokens_is_one_result() {
    let server = account(1, json!({}));
    for number in 0..10_000 {
        let seed = json!({"name": format!("t{number}"), "expiration_date": "2020-01-01T00:00:00Z"});
        server.add_token("bot0", serde_json::from_value(seed).unwrap()).unwrap();
    }
    let mut audit = start(&support::client(&server), 8);
    let largest = audit.by_ref().map(Result::unwrap).max_by_key(|result| result.tokens.len()).unwrap();
    assert_eq!((largest.user.id(), largest.tokens.len()), ("bot0", 10_001));
    assert_eq!(audit.summary().expired, 10_000);
    assert!(largest.tokens.iter().filter(|token| token.state == TokenState::Expired).count() == 10_000);
}

/// NetBird's own limits: 500 requests at once, then 6 a minute. The server's clock moves on by 25 minutes with each request that it
/// refuses, so that the test need not take a day.
#[test]
fn every_user_of_a_large_account_is_audited_behind_the_rate_limit() {
    let server = Arc::new(account(9_999, json!({"rate_limit": {"rpm": 6, "burst": 500}})));
    let refused = Arc::new(AtomicUsize::new(0));
    let observe = {
        let (server, refused) = (Arc::clone(&server), Arc::clone(&refused));
        move |event: &Event<'_>| {
            if matches!(event, Event::Request { status: Some(429), .. }) {
                refused.fetch_add(1, Ordering::Relaxed);
                server.advance_clock(1_500);
            }
        }
    };
    let options = support::builder(&server).observer(observe).retry_base_delay(Duration::ZERO);
    let mut audit = start(&options.build().unwrap(), 32);
    audit.by_ref().for_each(|result| assert_eq!(result.unwrap().error, None));
    let summary = audit.summary();
    assert_eq!((summary.users, summary.audited, summary.failed, summary.is_complete), (10_000, 10_000, 0, true));
    // Each time, those that were under way are refused at once, and then a probe at a time.
    let refused = refused.load(Ordering::Relaxed);
    assert!((19..1_000).contains(&refused), "{refused} requests were refused");
}

#[test]
fn a_token_file_that_changes_on_the_way_is_followed() {
    const NEXT: &str = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";
    let server = account(40, json!({}));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, support::PAT).unwrap();
    let options = Client::builder().management_url(server.url()).proxy_from_env(false);
    let client = options.token_file(file.to_str().unwrap()).build().unwrap();
    let mut audit = start(&client, 4);
    let mut results = vec![audit.next().unwrap().unwrap()];

    let next = serde_json::from_value(json!({"id": "next", "name": "laptop", "plain": NEXT})).unwrap();
    server.add_token("ada", next).unwrap();
    std::fs::write(&file, NEXT).unwrap();
    let old = &server.seeded()[0].id;
    support::client(&server).delete_token(old, Some("ada")).unwrap();

    results.extend(audit.by_ref().map(Result::unwrap));
    assert!(results.iter().all(|result| result.error.is_none()));
    assert_eq!(ids(&results).len(), 41);
    assert!(audit.summary().is_complete);
    assert!(server.requests().iter().any(|request| request.status == Some(404)), "the old token was refused");
}

#[cfg(feature = "async")]
mod twins {
    use super::*;

    #[test]
    fn an_audit_can_be_awaited_and_a_dropped_wait_loses_nothing() {
        let server = account(3, json!({}));
        hold(&server, 1);
        let client = support::client(&server);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let audit = client.audit_tokens_async(&AuditOptions::default()).await.unwrap();
            let mut results = Vec::new();
            while results.len() < 3 {
                results.push(audit.next_async().await.unwrap().unwrap());
            }
            let wait = tokio::time::timeout(Duration::from_millis(50), audit.next_async());
            assert!(wait.await.is_err(), "the last is held");
            server.release_held();
            results.push(audit.next_async().await.unwrap().unwrap());
            assert!(audit.next_async().await.is_none());
            assert_eq!(ids(&results).len(), 4);
            assert!(audit.summary().is_complete);
        });
    }
}
