//! Ctrl-C and SIGTERM. The first one cancels what the command does, so that it can clean up and say how things stand. The
//! second one ends the process at once.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use netbird_tokens::CancelToken;

use crate::exit;

/// How often an interruption is looked for.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// Signals that come this soon after the first are the same one: `timeout` sends its signal to the program and then to the
/// program's group.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// The run that a signal is for.
struct Current {
    cancel: CancelToken,
    since: Option<Instant>,
}

static CURRENT: Mutex<Option<Current>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// The token that a signal cancels from now on.
pub(crate) fn token() -> CancelToken {
    let cancel = CancelToken::new();
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Current { cancel: cancel.clone(), since: None });
    HANDLER.call_once(|| {
        // It runs on a thread of its own, so it may lock. If it cannot be set, a signal ends the process as usual.
        let _ = ctrlc::set_handler(interrupted);
    });
    cancel
}

fn interrupted() {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(run) = &mut *current else { return };
    match run.since {
        None => {
            run.since = Some(Instant::now());
            run.cancel.cancel();
        }
        Some(since) if since.elapsed() < SAME_SIGNAL => {}
        Some(_) => {
            // Without standard error the exit status must do.
            let _ = writeln!(io::stderr(), "interrupted again: leaving without cleaning up");
            leave(i32::from(exit::INTERRUPTED));
        }
    }
}

/// Ends the process without its exit handlers, which would wait for what is being cleaned up.
pub(crate) fn leave(status: i32) -> ! {
    #[expect(unsafe_code, reason = "std has no function that ends a process without its exit handlers")]
    // SAFETY: this is the signature of `_exit` on every platform, and it has no preconditions.
    unsafe extern "C" {
        safe fn _exit(status: std::ffi::c_int) -> !;
    }
    _exit(status)
}

/// Why a wait ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    Interrupted,
    TimeOver,
}

/// Does something that cannot be interrupted, such as reading, on a thread of its own, and waits for it until the run is
/// interrupted or the time is over. The thread may outlive the wait.
pub(crate) fn wait_for<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    cancel: &CancelToken,
    limit: Option<Duration>,
) -> Result<T, Stopped> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // The receiver is gone if the wait was interrupted.
        let _ = sender.send(work());
    });
    receive(&receiver, cancel, limit.and_then(|limit| Instant::now().checked_add(limit)))
}

/// Waits for a value from another thread. A thread that is gone counts as an interruption.
fn receive<T>(from: &Receiver<T>, cancel: &CancelToken, deadline: Option<Instant>) -> Result<T, Stopped> {
    loop {
        match from.recv_timeout(TICK) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => return Err(Stopped::Interrupted),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Err(Stopped::Interrupted),
            Err(RecvTimeoutError::Timeout) if deadline.is_some_and(|end| Instant::now() >= end) => {
                return Err(Stopped::TimeOver);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
