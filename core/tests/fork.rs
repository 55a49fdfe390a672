//! A warm client in parent and child after `fork`. A program of its own: the test harness has threads that a child would lack.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it is its own test harness")]

mod support;

#[cfg(unix)]
fn main() {
    if std::env::args().any(|arg| arg == "--list") {
        println!("parent_and_child_use_a_warm_client: test");
        return;
    }
    while_other_threads_are_in_calls();
    inside_a_call();
    with_a_session();
    #[cfg(target_os = "linux")]
    in_a_nested_pid_namespace();
    let server = support::server();
    let client = support::client(&server);
    assert_eq!(client.list_tokens(None).unwrap().len(), 2, "before the fork");

    for generation in 0..5 {
        // SAFETY: the child only calls the client, which is what is tested, and then ends without running destructors.
        let child = unsafe { libc::fork() };
        assert!(child >= 0, "fork failed");
        if child == 0 {
            // A watchdog: a child that hangs is ended by the signal, which the parent sees.
            // SAFETY: sets a timer of this process.
            unsafe { libc::alarm(20) };
            let handle = client.clone();
            let ok = (0..20).all(|_| handle.list_tokens(None).is_ok_and(|tokens| tokens.len() == 2));
            // Dropping the last handle of an inherited client must not touch the parent's connections.
            drop(handle);
            // SAFETY: ends the child at once, without the exit handlers that it inherited.
            unsafe { libc::_exit(i32::from(!ok)) };
        }
        // The parent goes on meanwhile, on the connections that the child inherited copies of.
        for _ in 0..20 {
            assert_eq!(client.list_tokens(None).unwrap().len(), 2, "the parent, beside child {generation}");
        }
        let mut status = 0;
        // SAFETY: waits for the child made above.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "child {generation} ended with {status}");
    }

    // An audit goes on in the process that started it. In the child it is an error, once, and then the end.
    let mut audit = client.audit_tokens(&netbird_tokens::AuditOptions::default()).unwrap();
    // SAFETY: as above.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: as above.
        unsafe { libc::alarm(20) };
        let failed = audit.next().is_some_and(|result| result.is_err());
        let ok = failed && audit.next().is_none() && !audit.summary().is_complete;
        drop(audit);
        // SAFETY: as above.
        unsafe { libc::_exit(i32::from(!ok)) };
    }
    let mut status = 0;
    // SAFETY: as above.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child ended with {status}");
    assert_eq!(audit.next().unwrap().unwrap().tokens.len(), 2, "the parent's goes on");
    assert!(audit.next().is_none());

    // A child does not wait for a create that its parent finishes.
    let fault = serde_json::json!({"method": "POST", "action": {"delay_answer": {"ms": 500}}});
    server.push_fault(serde_json::from_value(fault).unwrap());
    let asked = std::sync::atomic::AtomicU8::new(0);
    let interrupted = client.with_interrupt(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0);
    interrupted.create_token(&netbird_tokens::NewToken::new("left"), Some("ada")).unwrap_err();
    // SAFETY: as above.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let ok = client.close() == Ok(true);
        // SAFETY: as above.
        unsafe { libc::_exit(i32::from(!ok)) };
    }
    let mut status = 0;
    // SAFETY: as above.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child waited for its parent's create");
    assert_eq!(client.close(), Ok(true));
    assert_eq!(client.list_tokens(None).unwrap().len(), 2, "the parent has revoked it");

    // A client that is dropped in the child alone leaves the parent's as it was.
    let dropped = support::client(&server);
    dropped.list_tokens(Some("ada")).unwrap();
    // SAFETY: as above.
    let child = unsafe { libc::fork() };
    if child == 0 {
        drop(dropped);
        drop(client);
        // SAFETY: as above.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: as above.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(dropped.list_tokens(Some("ada")).unwrap().len(), 2, "after the child dropped its copy");
    assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
    println!("test parent_and_child_use_a_warm_client ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored");
}

/// Runs `work` in a forked child, which ends well if that says true in time.
#[cfg(unix)]
fn forked(work: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child only does the work, and then ends without running destructors.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        // SAFETY: sets a timer of this process, whose signal ends a child that hangs.
        unsafe { libc::alarm(20) };
        let ok = work();
        // SAFETY: ends the child at once, without the exit handlers that it inherited.
        unsafe { libc::_exit(i32::from(!ok)) };
    }
    child
}

#[cfg(unix)]
fn ended_well(child: libc::pid_t) -> bool {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
}

#[cfg(unix)]
fn while_other_threads_are_in_calls() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let server = support::server();
    let client = support::client(&server);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(client.list_tokens(None).unwrap().len(), 2, "a thread of the parent");
                }
            });
        }
        for number in 0..40 {
            let child = forked(|| (0..5).all(|_| client.list_tokens(None).is_ok_and(|tokens| tokens.len() == 2)));
            assert!(ended_well(child), "child {number}");
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// A child that is made in the middle of a call leaves the rest of the call, and its connection, to the parent.
#[cfg(unix)]
fn inside_a_call() {
    use std::sync::atomic::{AtomicI32, Ordering};

    let server = support::server();
    let fault = serde_json::json!({"action": {"delay": {"ms": 500}}});
    server.push_fault(serde_json::from_value(fault).unwrap());
    let client = support::client(&server);
    let child = std::sync::Arc::new(AtomicI32::new(-1));
    let made = std::sync::Arc::clone(&child);
    let asked = client.with_interrupt(move || {
        if made.load(Ordering::Relaxed) < 0 {
            // SAFETY: the child ends below, without running destructors.
            made.store(unsafe { libc::fork() }, Ordering::Relaxed);
        }
        false
    });
    let result = asked.list_tokens(Some("ada"));
    match child.load(Ordering::Relaxed) {
        0 => {
            let ok = result.is_err_and(|error| error.kind() == netbird_tokens::ErrorKind::InvalidArgument)
                && client.list_tokens(Some("ada")).is_ok_and(|tokens| tokens.len() == 2);
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(!ok)) };
        }
        child => {
            assert_eq!(result.unwrap().len(), 2, "the parent's call goes on");
            assert!(ended_well(child), "the child's call has ended, and the next one works");
            assert_eq!(server.requests().len(), 2);
        }
    }
}

/// Parent and child both have the process id 1, and the second child is made without the C library, so that no fork handler runs.
/// A child that is made while its parent refreshes a session refreshes it for itself, and a login can be waited for there.
#[cfg(unix)]
fn with_a_session() {
    use netbird_tokens::{ClientOptions, LoginOptions, start_login};

    let world = serde_json::json!({
        "users": [{"id": "ada", "role": "owner", "tokens": [{"name": "laptop"}]}],
        "identity_provider": {"interval_secs": 1, "token_lifetime_secs": 20, "refresh": "works",
            "verdict": {"approve": {"user_id": "ada"}}},
    });
    let server = netbird_mock::MockServer::start(serde_json::from_value(world).unwrap()).unwrap();
    let begin = || {
        let options = ClientOptions::default().management_url(server.url()).proxy_from_env(false);
        start_login(options, LoginOptions::default()).unwrap()
    };
    let login = begin();
    let child = forked(|| login.wait().is_ok());
    assert!(ended_well(child), "the child that waited for a login");
    let session = begin().wait().unwrap();
    let client =
        netbird_tokens::Client::builder().credential(session.credential()).proxy_from_env(false).build().unwrap();
    let fault = serde_json::json!({"target_contains": "token", "action": {"delay": {"ms": 500}}});
    server.push_fault(serde_json::from_value(fault).unwrap());
    let before = session.export();
    client.list_tokens(Some("ada")).unwrap();
    // The parent's refresh is under way. In the child it is not, and the provider accepts its refresh token first.
    let child = forked(|| {
        let refreshed = session.refresh().is_ok() && session.export() != before;
        refreshed && client.list_tokens(Some("ada")).is_ok()
    });
    assert!(ended_well(child), "the child with a session");
    assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 1, "the parent goes on with its token");
}

#[cfg(target_os = "linux")]
fn in_a_nested_pid_namespace() {
    const NOT_PERMITTED: i32 = 77;

    let server = support::server();
    let client = support::client(&server);
    let works = || (0..20).all(|_| client.list_tokens(None).is_ok_and(|tokens| tokens.len() == 2));
    assert!(works());
    let first = forked(|| {
        // SAFETY: the children of this process get a pid namespace of their own.
        if unsafe {
            libc::unshare(libc::CLONE_NEWPID) != 0 && libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWPID) != 0
        } {
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(NOT_PERMITTED) };
        }
        ended_well(forked(|| {
            // SAFETY: as above.
            let is_nested = works() && std::process::id() == 1 && unsafe { libc::unshare(libc::CLONE_NEWPID) } == 0;
            // SAFETY: a fork, without the C library's handlers; the child only calls the client and ends.
            let second = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
            if second == 0 {
                // SAFETY: as above.
                unsafe { libc::alarm(20) };
                let ok = std::process::id() == 1 && works();
                // SAFETY: as above.
                unsafe { libc::_exit(i32::from(!ok)) };
            }
            // The parent goes on meanwhile.
            is_nested && works() && ended_well(libc::pid_t::try_from(second).unwrap())
        }))
    });
    let mut status = 0;
    // SAFETY: waits for the child made above.
    assert_eq!(unsafe { libc::waitpid(first, &raw mut status, 0) }, first);
    if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == NOT_PERMITTED {
        println!("SKIPPED: nested pid namespaces, because this system permits none");
        return;
    }
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "parent and child with the process id 1");
}

#[cfg(not(unix))]
fn main() {}
