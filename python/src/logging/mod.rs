//! The core's events go to `logging.getLogger("netbird_tokens")`: warnings at WARNING, the others at DEBUG.

pub(crate) mod background;
mod logger;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use netbird_tokens::Event;
use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;

pub(crate) use logger::{at_end, register};
use logger::{logger, write};

const DEBUG: u8 = 10;
const WARNING: u8 = 30;

thread_local! {
    /// Whether the logger wanted DEBUG when this thread's last call began. None on a thread that never made a call: the
    /// core's own.
    static WANTS_DEBUG: Cell<Option<bool>> = const { Cell::new(None) };
}

/// The same for the last call of any thread, for what the core does on its own.
static LAST_WANTED_DEBUG: AtomicBool = AtomicBool::new(false);

/// Asks, while the GIL is still held, whether requests are to be logged, so that a call that is not logged never takes it.
pub(crate) fn before_call(py: Python<'_>) -> PyResult<()> {
    let wanted = logger(py).and_then(|logger| match logger {
        None => Ok(false),
        Some(logger) => logger.call_method1(intern!(py, "isEnabledFor"), (DEBUG,))?.is_truthy(),
    });
    let wanted = match wanted {
        // Another thread may be in the middle of importing `logging`: then it is as if it had not begun.
        Err(error) if error.is_instance_of::<PyAttributeError>(py) => false,
        // What a signal handler raised, too.
        wanted => wanted?,
    };
    WANTS_DEBUG.set(Some(wanted));
    LAST_WANTED_DEBUG.store(wanted, Ordering::Relaxed);
    Ok(())
}

/// Logs one event. Called by the core without the GIL: on the thread that makes the call, or on the core's own.
pub(crate) fn observe(event: &Event<'_>) {
    let level = if event.is_warning() { WARNING } else { DEBUG };
    match WANTS_DEBUG.get() {
        Some(false) if level == DEBUG => {}
        Some(_) => {
            Python::try_attach(|py| write(py, level, &event.to_string()));
        }
        None if level == DEBUG && !LAST_WANTED_DEBUG.load(Ordering::Relaxed) => {}
        None => background::log(level, event.to_string()),
    }
}

/// Does something that may happen at any moment inside Python, as the end of an object does: what it reports is logged in the
/// background.
pub(crate) fn in_background(work: impl FnOnce()) {
    let wanted = WANTS_DEBUG.take();
    work();
    WANTS_DEBUG.set(wanted);
}

/// Logs a warning of this package's own.
pub(crate) fn warn(py: Python<'_>, message: &str) {
    write(py, WARNING, message);
}
