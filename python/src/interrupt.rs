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

/// To be called before a wait, with the GIL held: finds out whether this is the main thread. That runs Python code, so a
/// pending signal handler may raise here.
pub(crate) fn before_wait(py: Python<'_>) -> PyResult<()> {
    let pid = std::process::id();
    if IS_MAIN.get().is_some_and(|(seen_in, _)| seen_in == pid) {
        return Ok(());
    }
    let threading = py.import(intern!(py, "threading"))?;
    let main = threading.call_method0(intern!(py, "main_thread"))?.getattr(intern!(py, "ident"))?;
    let is_main = threading.call_method0(intern!(py, "get_ident"))?.eq(main)?;
    IS_MAIN.set(Some((pid, is_main)));
    Ok(())
}

/// Runs the pending signal handlers, and says whether one raised. The core asks about every 20 ms, on the thread that waits,
/// with the GIL released.
pub(crate) fn interrupted() -> bool {
    // Python runs signal handlers only on the main thread. The others need not queue for the GIL.
    if !matches!(IS_MAIN.get(), Some((_, true))) {
        return false;
    }
    if let Some(raised) = Python::try_attach(|py| py.check_signals().err()).flatten() {
        RAISED.set(Some(raised));
    }
    RAISED.with_borrow(Option::is_some)
}

/// What a signal handler raised during the wait that just ended on this thread.
pub(crate) fn take_raised() -> Option<PyErr> {
    RAISED.take()
}
