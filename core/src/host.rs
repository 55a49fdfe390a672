//! Being a guest in somebody's process: forks, signals and the process's exit. The only file with unsafe code.
#![allow(unsafe_code, reason = "the C library's calls for fork, signals and exit have no safe form in std")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How many forks lie between the process that loaded this library and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Tells this process from the one that it was forked from.
///
/// The process id alone is not enough: a child in a new pid namespace may have the parent's id. The count of forks alone is not
/// enough either: a child made by a bare `clone` call runs no fork handlers.
pub(crate) fn process_key() -> u64 {
    count_forks();
    u64::from(FORKS.load(Ordering::Relaxed)) << 32 | u64::from(std::process::id())
}

#[cfg(unix)]
fn count_forks() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    extern "C" fn forked() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // Not a `Once`: a child forked while another thread runs it would wait for that thread, which the child does not have.
    if !REGISTERED.load(Ordering::Relaxed) && !REGISTERED.swap(true, Ordering::Relaxed) {
        // SAFETY: the handler only touches an atomic, which is allowed in a forked child. A failure (no memory) leaves the pid.
        unsafe { libc::pthread_atfork(None, None, Some(forked)) };
    }
}

#[cfg(not(unix))]
fn count_forks() {}

/// Calls `spawn` with all signals blocked, which the threads that it starts inherit.
///
/// A signal meant for the host is then never delivered to a thread of ours, and writing to a broken connection there cannot
/// raise SIGPIPE.
#[cfg(unix)]
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);

    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the set was filled by the call that blocked the signals on this thread.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
        }
    }

    // SAFETY: both sets are plain data that the calls fill before anything reads them.
    let _restore = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        Restore(before)
    };
    spawn()
}

#[cfg(not(unix))]
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    spawn()
}

/// Has the process call `handler` when it exits normally (it returns from `main` or calls `exit`).
pub(crate) fn at_exit(handler: extern "C" fn()) {
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> std::ffi::c_int;
    }
    // SAFETY: a function of the C library, which every platform of ours has. The handler does not unwind.
    unsafe { atexit(handler) };
}
