//! A normal exit of the process waits for interrupted creates. A program of its own, which starts itself as the one that exits.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it is its own test harness")]

mod support;

use std::time::Duration;

use netbird_tokens::{CancelToken, Client, Credential, ErrorKind, NewToken};

const SERVER: &str = "EXIT_TEST_SERVER";

fn main() {
    if std::env::args().any(|arg| arg == "--list") {
        println!("an_exit_waits_for_interrupted_creates: test");
        return;
    }
    if let Ok(url) = std::env::var(SERVER) {
        return interrupt_a_create_and_exit(&url);
    }
    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"method": "POST", "action": {"delay_answer": {"ms": 1500}}}"#).unwrap());
    let status =
        std::process::Command::new(std::env::current_exe().unwrap()).env(SERVER, server.url()).status().unwrap();
    assert!(status.success());
    let requests: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(requests, ["POST", "DELETE"]);
    assert_eq!(server.tokens("ada").len(), 2);
    println!("test an_exit_waits_for_interrupted_creates ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored");
}

fn interrupt_a_create_and_exit(url: &str) {
    let client = Client::builder()
        .management_url(url)
        .credential(Credential::pat(support::PAT).unwrap())
        .proxy_from_env(false)
        .build()
        .unwrap();
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
