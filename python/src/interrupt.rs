//! Ctrl-C, and every other Python signal handler, while a call waits.

use std::cell::{Cell, RefCell};

use pyo3::intern;
use pyo3::prelude::*;

thread_local! {
    /// What a signal handler raised during this thread's call.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// Whether this is Python's main thread, as seen in the process with this id: a fork makes another thread the main one.
    static IS_MAIN: Cell<Option<(u32, bool)>> = const { Cell::new(None) };
}

/// Runs the pending signal handlers, and says whether one raised. The core asks about every 20 ms, on the thread that waits,
/// with the GIL released.
pub(crate) fn interrupted() -> bool {
    // Python runs signal handlers only on the main thread. The others need not queue for the GIL.
    if !is_main_thread() {
        return false;
    }
    let raised = Python::try_attach(|py| py.check_signals().err()).flatten();
    let interrupted = raised.is_some();
    RAISED.set(raised);
    interrupted
}

/// What a signal handler raised during the call that just ended on this thread.
pub(crate) fn take_raised() -> Option<PyErr> {
    RAISED.take()
}

fn is_main_thread() -> bool {
    let pid = std::process::id();
    match IS_MAIN.get() {
        Some((seen_in, is_main)) if seen_in == pid => is_main,
        _ => {
            let asked = Python::try_attach(|py| -> PyResult<bool> {
                let threading = py.import(intern!(py, "threading"))?;
                let main = threading.call_method0(intern!(py, "main_thread"))?.getattr(intern!(py, "ident"))?;
                threading.call_method0(intern!(py, "get_ident"))?.eq(main)
            });
            // An interpreter that is shutting down runs no more handlers.
            let is_main = matches!(asked, Some(Ok(true)));
            IS_MAIN.set(Some((pid, is_main)));
            is_main
        }
    }
}
