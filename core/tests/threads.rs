//! One client, many threads; interrupts; connections that end.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netbird_tokens::{CancelToken, Credential, ErrorKind, Event};

#[test]
fn sixty_four_threads_use_one_client() {
    let server = support::server();
    let client = support::client(&server);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(client.list_tokens(None).unwrap().len(), 2);
                }
            });
        }
        // A swap in the middle mixes nothing: every call has one whole credential.
        scope.spawn(|| client.set_credential(&Credential::pat(support::PAT).unwrap()).unwrap());
    });
}

#[test]
fn a_cancelled_call_ends_soon_and_the_client_goes_on() {
    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"action": {"delay": {"ms": 60000}}}"#).unwrap());
    let client = support::client(&server);
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    let began = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            cancel.cancel();
        });
        assert_eq!(handle.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(began.elapsed() < Duration::from_secs(30), "it waited for the server");
    assert_eq!(handle.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Cancelled, "it stays cancelled");
    assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2, "other handles are not");
}

#[test]
fn an_interrupt_is_asked_for_on_the_waiting_thread() {
    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"action": {"delay": {"ms": 60000}}}"#).unwrap());
    let caller = thread::current().id();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let client = support::client(&server).with_interrupt(move || {
        assert_eq!(thread::current().id(), caller);
        counter.fetch_add(1, Ordering::Relaxed) >= 2
    });
    let error = client.delete_token("ch8i54g6lnn4g9hqv7n0", Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn a_trickling_server_cannot_hold_a_call_beyond_its_time() {
    let server = support::server();
    server.push_fault(serde_json::from_str(r#"{"action": {"drip": {"bytes": 1, "every_ms": 50}}}"#).unwrap());
    let client =
        support::builder(&server).max_retries(0).build().unwrap().with_timeout(Duration::from_millis(400)).unwrap();
    let began = Instant::now();
    assert_eq!(client.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(10), "it read on for {:?}", began.elapsed());
}

#[test]
fn a_connection_that_the_server_closed_is_noticed_before_it_is_used() {
    let server = support::server();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&attempts);
    let client = support::builder(&server)
        .observer(move |event| {
            if let Event::Request { attempt, error, .. } = event {
                seen.lock().unwrap().push((*attempt, *error));
            }
        })
        .build()
        .unwrap();
    client.list_tokens(Some("ada")).unwrap();
    server.close_idle_connections();
    thread::sleep(Duration::from_millis(200));
    client.list_tokens(Some("ada")).unwrap();
    assert_eq!(*attempts.lock().unwrap(), [(1, None), (1, None)]);
    let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    assert_ne!(connections[0], connections[1]);
}

#[test]
fn a_create_whose_connection_never_came_about_was_not_sent() {
    // A listener that never accepts, its queue full: the handshake of a further connection is not answered.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        waiting.push(stream);
        assert!(waiting.len() < 5_000, "the queue never fills");
    }
    let client = netbird_tokens::Client::builder()
        .management_url(format!("http://{address}"))
        .credential(Credential::pat(support::PAT).unwrap())
        .proxy_from_env(false)
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let error = client.create_token(&netbird_tokens::NewToken::new("ci"), Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}: nothing was sent, so nothing can be unknown");
}

/// The server closes the connection that waits, and a create follows at once: nobody has looked at the socket since.
fn create_right_after_the_server_closed(rounds: usize) {
    let server = support::server();
    let client = support::client(&server);
    for round in 0..rounds {
        client.list_tokens(Some("ada")).unwrap();
        server.close_idle_connections();
        let created = client.create_token(&netbird_tokens::NewToken::new("ci"), Some("ada"));
        let created = created.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
        client.delete_token(created.token.id(), Some("ada")).unwrap();
    }
    assert_eq!(server.requests().iter().filter(|request| request.method == "POST").count(), rounds);
}

/// The same on the engine.
fn create_inside_a_runtime(rounds: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { create_right_after_the_server_closed(rounds) });
}

#[test]
fn a_create_right_after_the_server_closed_the_connection_goes_over_a_new_one() {
    create_right_after_the_server_closed(200);
    create_inside_a_runtime(100);
}

#[test]
#[ignore = "takes a minute: run it after changes to how connections are driven"]
fn two_thousand_creates_right_after_the_server_closed_the_connection() {
    create_right_after_the_server_closed(2_000);
    create_inside_a_runtime(2_000);
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_s_threads_take_no_signal() {
    let server = support::server();
    let client = support::client(&server);
    // Inside a runtime the call needs the engine, and an interrupted create a thread to be finished on.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { client.list_tokens(Some("ada")).unwrap() });
    server.push_fault(serde_json::from_str(r#"{"method": "POST", "action": {"hold_answer": {}}}"#).unwrap());
    let asked = AtomicU32::new(0);
    let interrupted = client.with_interrupt(move || asked.fetch_add(1, Ordering::Relaxed) >= 2);
    interrupted.create_token(&netbird_tokens::NewToken::new("ci"), Some("ada")).unwrap_err();
    // A thread has its name shortly after it began.
    let began = Instant::now();
    while signals_blocked_by_ours().len() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "the engine has a thread, and the interrupted create");
        thread::sleep(Duration::from_millis(5));
    }
    for blocked in signals_blocked_by_ours() {
        // All but SIGKILL and SIGSTOP, which cannot be blocked, and the two that the C library keeps for itself.
        for signal in
            [libc::SIGINT, libc::SIGTERM, libc::SIGPIPE, libc::SIGHUP, libc::SIGCHLD, libc::SIGUSR1, libc::SIGALRM]
        {
            assert!(blocked & (1 << (signal - 1)) != 0, "signal {signal} is not blocked: {blocked:x}");
        }
    }
    server.release_held();
    assert!(client.close().unwrap());
}

/// The signals that each of the library's threads blocks.
#[cfg(target_os = "linux")]
fn signals_blocked_by_ours() -> Vec<u64> {
    let mut ours = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let status = std::fs::read_to_string(task.unwrap().path().join("status")).unwrap_or_default();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        if field("Name:").starts_with("netbird-tokens") {
            ours.push(u64::from_str_radix(field("SigBlk:"), 16).unwrap());
        }
    }
    ours
}
