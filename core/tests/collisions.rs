//! Many callers create tokens of a few names on a server whose answers get lost: nobody loses a token that it holds, and no token
//! is left that nobody knows about.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use netbird_mock::MockServer;
use netbird_tokens::{ErrorKind, NewToken, OnUnknown};

const THREADS: usize = 12;
const CREATES: usize = 25;
const NAMES: [&str; 5] = ["ci", "deploy", "backup", "audit", "laptop"];

/// Ways in which an answer is lost, before the server acts or after.
const FAULTS: [&str; 5] = [
    r#"{"method": "POST", "action": {"drop_before": {}}}"#,
    r#"{"method": "POST", "action": {"drop_after": {"reset": true}}}"#,
    r#"{"method": "POST", "action": {"cut_body": {"at": 60}}}"#,
    r#"{"method": "POST", "action": {"answer": {"status": 502, "act": true, "body": "bad gateway"}}}"#,
    r#"{"method": "POST", "action": {"answer": {"status": 503, "body": "no healthy upstream"}}}"#,
];

/// What the callers were told.
#[derive(Default)]
struct Told {
    held: BTreeSet<String>,
    candidates: BTreeSet<String>,
    names: BTreeSet<String>,
    lost: usize,
}

fn run(server: &MockServer, tag: bool, on_unknown: OnUnknown) -> Told {
    let client = support::builder(server).on_unknown(on_unknown).build().unwrap();
    let told = Mutex::new(Told::default());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for fault in FAULTS.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                if server.faults().len() < 2 {
                    server.push_fault(serde_json::from_str(fault).unwrap());
                }
                thread::sleep(Duration::from_millis(1));
            }
            server.clear_faults();
        });
        let callers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (client, told) = (client.clone(), &told);
                scope.spawn(move || {
                    for at in 0..CREATES {
                        let new = NewToken::new(NAMES[(thread + at) % NAMES.len()]).tag(tag);
                        let created = client.create_token(&new, None);
                        let mut told = told.lock().unwrap();
                        match created {
                            Ok(created) => assert!(told.held.insert(created.token.id().to_owned())),
                            Err(error) => {
                                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
                                told.lost += 1;
                                told.candidates.extend(error.candidate_token_ids().iter().cloned());
                                told.names.extend(error.token_name().map(str::to_owned));
                            }
                        }
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    let told = told.into_inner().unwrap();
    let wrongly = told.candidates.intersection(&told.held).count();
    println!(
        "{} held, {} lost, {} candidates, {wrongly} of them held",
        told.held.len(),
        told.lost,
        told.candidates.len()
    );
    told
}

fn check(server: &MockServer, told: &Told) {
    let seeded: BTreeSet<&str> = server.seeded().iter().map(|token| token.id.as_str()).collect();
    let live = server.tokens("ada");
    let ids: BTreeSet<&str> = live.iter().map(|token| token.id.as_str()).collect();
    for held in &told.held {
        assert!(ids.contains(held.as_str()), "a caller holds {held}, and it is revoked");
    }
    for token in live.iter().filter(|token| !seeded.contains(token.id.as_str())) {
        let known =
            told.held.contains(&token.id) || told.candidates.contains(&token.id) || told.names.contains(&token.name);
        assert!(known, "nobody knows about {} ({})", token.id, token.name);
    }
}

#[test]
fn with_a_tag_what_is_lost_is_found_and_nothing_else_is_touched() {
    let server = support::server();
    let told = run(&server, true, OnUnknown::RevokeAndRetry);
    check(&server, &told);
    assert!(told.candidates.is_disjoint(&told.held), "a token that a caller holds is named as lost");
    assert!(told.lost > 0, "no answer was lost, so nothing was tested");
}

#[test]
fn without_a_tag_nothing_is_revoked() {
    let server = support::server();
    let told = run(&server, false, OnUnknown::Report);
    check(&server, &told);
    assert!(server.requests().iter().all(|request| request.method != "DELETE"));
    assert!(told.lost > 0, "no answer was lost, so nothing was tested");
}
