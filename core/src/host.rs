//! Being a guest in somebody's process: forks, signals and the process's exit. The only file with unsafe code.
#![allow(unsafe_code, reason = "the C library's calls for fork, signals and exit have no safe form in std")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How many forks lie between the process that loaded this library and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Tells this process from the one that it was forked from.
///
/// The process id is not enough: a child in a new pid namespace may have the parent's id. The count of forks is not enough
/// either: a child made by a bare `clone` call runs no fork handlers. Where the kernel can clear a page in every child, that
/// page tells, without a system call.
pub(crate) fn process_key() -> u64 {
    count_forks();
    u64::from(FORKS.load(Ordering::Relaxed)) << 32 | u64::from(generation().unwrap_or_else(std::process::id))
}

#[cfg(unix)]
fn count_forks() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    extern "C" fn forked() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // Not a `Once`: a child forked while another thread runs it would wait for that thread, which the child does not have.
    if !REGISTERED.load(Ordering::Relaxed) && !REGISTERED.swap(true, Ordering::Relaxed) {
        // SAFETY: the handler only touches an atomic, which is allowed in a forked child. A failure (no memory) leaves the rest.
        unsafe { libc::pthread_atfork(None, None, Some(forked)) };
    }
}

#[cfg(not(unix))]
fn count_forks() {}

/// How many processes, from the one that loaded this library to this one, have asked for it. `None` where the kernel clears no
/// page in children.
#[cfg(target_os = "linux")]
fn generation() -> Option<u32> {
    static GENERATION: AtomicU32 = AtomicU32::new(0);
    const UNCOUNTED: u32 = 0;
    const COUNTING: u32 = 1;
    const COUNTED: u32 = 2;
    let state = cleared_in_children()?;
    loop {
        match state.load(Ordering::Acquire) {
            COUNTED => return Some(GENERATION.load(Ordering::Relaxed)),
            UNCOUNTED => {
                let ours = state.compare_exchange(UNCOUNTED, COUNTING, Ordering::Acquire, Ordering::Relaxed);
                if ours.is_ok() {
                    GENERATION.fetch_add(1, Ordering::Relaxed);
                    state.store(COUNTED, Ordering::Release);
                }
            }
            // Another thread of this process counts.
            _ => std::hint::spin_loop(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn generation() -> Option<u32> {
    None
}

/// A number that every child of this process finds to be zero, however it was made.
#[cfg(target_os = "linux")]
fn cleared_in_children() -> Option<&'static AtomicU32> {
    use std::sync::atomic::AtomicPtr;

    static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
    static UNAVAILABLE: AtomicU32 = AtomicU32::new(0);

    let unavailable: *mut AtomicU32 = (&raw const UNAVAILABLE).cast_mut();
    let mut page = PAGE.load(Ordering::Acquire);
    if page.is_null() {
        let made = map_cleared_page().unwrap_or(unavailable);
        // The page of a thread that was slower is never used, and stays: this happens once a process at most.
        page = match PAGE.compare_exchange(page, made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => made,
            Err(theirs) => theirs,
        };
    }
    // SAFETY: the page was mapped, zeroed, is aligned, and is never unmapped.
    (page != unavailable).then(|| unsafe { &*page })
}

#[cfg(target_os = "linux")]
fn map_cleared_page() -> Option<*mut AtomicU32> {
    // SAFETY: maps a page of its own, and advises the kernel about that page alone.
    unsafe {
        let size = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).ok()?;
        let (read_write, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let page = libc::mmap(std::ptr::null_mut(), size, read_write, private, -1, 0);
        if page == libc::MAP_FAILED {
            return None;
        }
        // Some emulators accept any advice and follow none: they accept this one, which does not exist, too.
        if libc::madvise(page, size, -1) == 0 || libc::madvise(page, size, libc::MADV_WIPEONFORK) != 0 {
            libc::munmap(page, size);
            return None;
        }
        Some(page.cast())
    }
}

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

/// Keeps this thread from getting SIGPIPE for as long as the result lives. `None` where nothing needs to be done: the host
/// ignores the signal, or the system's sockets never raise it.
///
/// Writing several buffers at once to a connection that the server has closed raises it, and it would end a host that has not
/// prepared for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn without_sigpipe() -> Option<impl Drop> {
    struct Blocked(libc::sigset_t);

    impl Drop for Blocked {
        fn drop(&mut self) {
            let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: the set has SIGPIPE alone. What is taken was raised on this thread while it was blocked here.
            unsafe {
                libc::sigtimedwait(&raw const self.0, std::ptr::null_mut(), &raw const at_once);
                libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const self.0, std::ptr::null_mut());
            }
        }
    }

    // SAFETY: the structures are plain data that the calls fill before anything reads them.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGPIPE, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
        {
            return None;
        }
        let mut pipe: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut pipe);
        libc::sigaddset(&raw mut pipe, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe, &raw mut before);
        // Where the host blocks it itself, it also expects to find it pending.
        (libc::sigismember(&raw const before, libc::SIGPIPE) == 0).then_some(Blocked(pipe))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn without_sigpipe() -> Option<impl Drop> {
    // Apple's sockets are told not to raise it when they are made; Windows has no signals.
    None::<Box<()>>
}

/// Has the process call `handler` when it exits normally (it returns from `main` or calls `exit`).
pub(crate) fn at_exit(handler: extern "C" fn()) {
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> std::ffi::c_int;
    }
    // SAFETY: a function of the C library, which every platform of ours has. The handler does not unwind.
    unsafe { atexit(handler) };
}
