//! Signals: a connection that breaks never ends the host by SIGPIPE, and a host's own SIGPIPE still reaches it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use netbird_tokens::{Client, Credential};

const PART: &str = "SIGNALS_TEST_PART";

/// Runs this test once more, in a process of its own in which SIGPIPE does what it does by default.
fn in_a_process_of_its_own(test: &str, part: &str) -> ExitStatus {
    let mut itself = Command::new(std::env::current_exe().unwrap());
    itself.args(["--exact", test, "--nocapture"]).env(PART, part).status().unwrap()
}

fn is_in_a_process_of_its_own() -> bool {
    let is = std::env::var_os(PART).is_some();
    if is {
        // SAFETY: sets what a signal does; no handler is involved.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    }
    is
}

/// Closes a connection in a way that makes the client's next write a broken pipe: the end, and then a reset.
fn break_pipe(stream: &TcpStream) {
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
    let size = libc::socklen_t::try_from(size_of::<libc::linger>()).unwrap();
    // SAFETY: the option's value is a plain structure of that size.
    let set = unsafe {
        libc::setsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, (&raw const at_once).cast(), size)
    };
    assert_eq!(set, 0);
}

#[test]
fn a_broken_connection_does_not_end_the_host() {
    if !is_in_a_process_of_its_own() {
        assert_eq!(in_a_process_of_its_own("a_broken_connection_does_not_end_the_host", "calls").signal(), None);
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            break_pipe(&stream.unwrap());
        }
    });
    let broken = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&broken);
    let client = Client::builder()
        .management_url(url)
        .credential(Credential::pat(support::PAT).unwrap())
        .proxy_from_env(false)
        .max_retries(0)
        .build()
        .unwrap();
    for _ in 0..2_000 {
        let error = client.list_tokens(Some("ada")).unwrap_err();
        seen.fetch_add(usize::from(error.message().contains("roken pipe")), Ordering::Relaxed);
    }
    assert!(broken.load(Ordering::Relaxed) > 0, "no write met a broken pipe, so nothing was tested");
}

#[test]
fn the_host_s_own_broken_pipe_still_reaches_it() {
    if !is_in_a_process_of_its_own() {
        let ended = in_a_process_of_its_own("the_host_s_own_broken_pipe_still_reaches_it", "host");
        assert_eq!(ended.signal(), Some(libc::SIGPIPE));
        return;
    }
    let server = support::server();
    support::client(&server).list_tokens(Some("ada")).unwrap();
    let (reader, mut writer) = std::io::pipe().unwrap();
    drop(reader);
    let _ = std::io::Write::write(&mut writer, b"x");
}
