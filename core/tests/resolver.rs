//! Host names: looked up beside the call, which does not wait for them longer than it may. This program's own `getaddrinfo` stands
//! in for the system's.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unsafe_code, reason = "it replaces a function of the C library")]

mod support;

use std::ffi::{CStr, c_char, c_int};
use std::thread;
use std::time::{Duration, Instant};

use netbird_tokens::{CancelToken, Client, Credential, ErrorKind};

type GetAddrInfo =
    unsafe extern "C" fn(*const c_char, *const c_char, *const libc::addrinfo, *mut *mut libc::addrinfo) -> c_int;

/// The system's, except that one name is never found.
#[unsafe(no_mangle)]
unsafe extern "C" fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const libc::addrinfo,
    found: *mut *mut libc::addrinfo,
) -> c_int {
    // SAFETY: a C text, or null.
    if !node.is_null() && unsafe { CStr::from_ptr(node) }.to_bytes() == b"slow.example" {
        thread::sleep(Duration::from_secs(60));
        return libc::EAI_AGAIN;
    }
    // SAFETY: the next definition of the same function, called with the arguments as they came.
    unsafe {
        let next = libc::dlsym(libc::RTLD_NEXT, c"getaddrinfo".as_ptr());
        std::mem::transmute::<*mut libc::c_void, GetAddrInfo>(next)(node, service, hints, found)
    }
}

fn client(url: &str) -> Client {
    Client::builder()
        .management_url(url)
        .credential(Credential::pat(support::PAT).unwrap())
        .proxy_from_env(false)
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap()
}

#[test]
fn a_name_is_looked_up() {
    let server = support::server();
    let url = server.url().replace("127.0.0.1", "localhost");
    assert_eq!(client(&url).with_timeout(Duration::from_secs(20)).unwrap().list_tokens(None).unwrap().len(), 2);
}

#[test]
fn a_lookup_that_hangs_does_not_outlast_the_deadline() {
    let began = Instant::now();
    let error = client("https://slow.example").list_tokens(Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_lookup_that_hangs_can_be_cancelled() {
    let cancel = CancelToken::new();
    let patient = client("https://slow.example").with_timeout(Duration::from_secs(50)).unwrap().with_cancel(&cancel);
    let began = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            cancel.cancel();
        });
        assert_eq!(patient.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
