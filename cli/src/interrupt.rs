//! Ctrl-C and SIGTERM: the first cancels what the command does, so that it can say how things stand; the second ends it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use netbird_tokens::CancelToken;

use crate::exit;

const TICK: Duration = Duration::from_millis(20);

static CURRENT: Mutex<Option<CancelToken>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// The token that a signal cancels from now on.
pub(crate) fn token() -> CancelToken {
    let token = CancelToken::new();
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    HANDLER.call_once(|| {
        // It runs on a thread of its own, so it may lock. Where it cannot be set a signal ends the process, as ever.
        let _ = ctrlc::set_handler(|| {
            let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
            match &*current {
                Some(token) if !token.is_cancelled() => token.cancel(),
                _ => std::process::exit(i32::from(exit::INTERRUPTED)),
            }
        });
    });
    token
}

/// Waits for a value from another thread. `None` when the wait was interrupted or the thread is gone.
pub(crate) fn receive<T>(from: &Receiver<T>, cancel: &CancelToken) -> Option<T> {
    loop {
        match from.recv_timeout(TICK) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
