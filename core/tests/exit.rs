//! A normal exit of the process waits for interrupted creates. A program of its own, which starts itself as the one that exits.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it is its own test harness")]

mod support;

use std::time::Duration;

use netbird_tokens::{CancelToken, Client, Credential, ErrorKind, NewToken};

const SERVER: &str = "EXIT_TEST_SERVER";
const IN_FLIGHT: &str = "in-flight";

fn main() {
    if std::env::args().any(|arg| arg == "--list") {
        println!("an_exit_waits_for_interrupted_creates: test\nan_exit_does_not_wait_for_calls: test");
        return;
    }
    if let Ok(url) = std::env::var(SERVER) {
        return if std::env::args().any(|arg| arg == IN_FLIGHT) {
            exit_with_calls_in_flight(&url);
        } else {
            interrupt_a_create_and_exit(&url);
        };
    }
    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"method": "POST", "action": {"delay_answer": {"ms": 1500}}}"#).unwrap());
    let status =
        std::process::Command::new(std::env::current_exe().unwrap()).env(SERVER, server.url()).status().unwrap();
    assert!(status.success());
    let requests: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(requests, ["POST", "DELETE"]);
    assert_eq!(server.tokens("ada").len(), 2);
    println!("test an_exit_waits_for_interrupted_creates ... ok");

    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"times": 0, "action": {"delay": {"ms": 60000}}}"#).unwrap());
    let began = std::time::Instant::now();
    let mut exits = std::process::Command::new(std::env::current_exe().unwrap());
    assert!(exits.arg(IN_FLIGHT).env(SERVER, server.url()).status().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(30), "it waited for {:?}", began.elapsed());
    assert_eq!(server.requests().len(), CALLS);
    println!("test an_exit_does_not_wait_for_calls ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored");
}

/// Threads that wait for their answers when the process exits.
const CALLS: usize = 8;

fn exit_with_calls_in_flight(url: &str) {
    let client = client(url);
    for number in 0..CALLS {
        let client = client.clone();
        std::thread::spawn(move || {
            if number % 2 == 0 {
                let _ = client.list_tokens(Some("ada"));
            } else {
                let _ = client.create_token(&NewToken::new("ci"), Some("ada"));
            }
        });
    }
    // Every request is with the server, or soon will be; which does not matter to the exit, but to what it proves.
    std::thread::sleep(Duration::from_millis(1_000));
    // The process exits.
}

fn interrupt_a_create_and_exit(url: &str) {
    let client = client(url);
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        cancel.cancel();
    });
    assert_eq!(handle.create_token(&NewToken::new("ci"), Some("ada")).unwrap_err().kind(), ErrorKind::Cancelled);
    canceller.join().unwrap();
    // The client is dropped and the process exits, with the create unfinished.
}

fn client(url: &str) -> Client {
    Client::builder()
        .management_url(url)
        .credential(Credential::pat(support::PAT).unwrap())
        .proxy_from_env(false)
        .build()
        .unwrap()
}
