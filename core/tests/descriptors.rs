//! What a process has of the library after many threads used it: no thread, and few descriptors. One test, because threads and
//! descriptors are the whole process's.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use netbird_tokens::{CancelToken, ErrorKind};

fn descriptors() -> usize {
    open_files().len()
}

fn open_files() -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir("/proc/self/fd").unwrap();
    files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok()).collect()
}

/// The threads that the library has started and that run.
fn our_threads() -> Vec<String> {
    let names = std::fs::read_dir("/proc/self/task").unwrap();
    let names = names.map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default());
    names.filter(|name| name.starts_with("netbird-tokens")).collect()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: {:?}", open_files());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn blocking_calls_start_no_thread_and_keep_few_descriptors() {
    let server = support::server();
    let before = descriptors();

    // Somebody looks at the threads all the time.
    let over = Arc::new(AtomicBool::new(false));
    let looks = {
        let over = Arc::clone(&over);
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                assert_eq!(our_threads(), Vec::<String>::new());
                thread::sleep(Duration::from_millis(5));
            }
        })
    };

    let client = support::client(&server);
    let ready = Barrier::new(64);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                ready.wait();
                for _ in 0..5 {
                    client.list_tokens(Some("ada")).unwrap();
                }
            });
        }
    });
    client.list_tokens(Some("ada")).unwrap();
    // 16 lanes, each with the four descriptors of its runtime (one of them is only there because the mock handles signals) and, in
    // this process, both ends of a connection.
    until("idle lanes are bounded", || descriptors() <= before + 16 * 6);

    // A deadline and a cancellation need no thread either.
    server.push_fault(serde_json::from_str(r#"{"action": {"drip": {"bytes": 1, "every_ms": 50}}}"#).unwrap());
    let hasty = client.with_timeout(Duration::from_millis(400)).unwrap();
    let began = Instant::now();
    assert_eq!(hasty.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(10), "it read on for {:?}", began.elapsed());
    server.push_fault(serde_json::from_str(r#"{"action": {"hold_answer": {}}}"#).unwrap());
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            cancel.cancel();
        });
        assert_eq!(handle.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Cancelled);
    });
    server.release_held();
    assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
    assert!(client.close().unwrap());

    over.store(true, Ordering::Relaxed);
    looks.join().unwrap();

    drop((client, hasty, handle));
    until("a dropped client keeps nothing", || descriptors() <= before);
}
