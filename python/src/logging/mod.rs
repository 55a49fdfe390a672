//! The core's events go to `logging.getLogger("netbird_tokens")`: warnings at WARNING, the others at DEBUG.

pub(crate) mod background;

use std::cell::Cell;

use netbird_tokens::Event;
use pyo3::exceptions::{PyAttributeError, PyKeyboardInterrupt};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::exit;

const DEBUG: u8 = 10;
const WARNING: u8 = 30;

thread_local! {
    /// Whether the logger wanted DEBUG when this thread's last call began. None on a thread that never made a call: the
    /// core's own.
    static WANTS_DEBUG: Cell<Option<bool>> = const { Cell::new(None) };
}

/// The logger, once the program has imported `logging`. Before that nobody can have set up logging, and importing it here
/// would slow down every script that logs nothing.
fn logger(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyAny>>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(logger) = LOGGER.get(py) {
        return Ok(Some(logger.bind(py)));
    }
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?.cast_into::<PyDict>()?;
    let Some(logging) = modules.get_item(intern!(py, "logging"))? else {
        return Ok(None);
    };
    let logger = LOGGER.get_or_try_init(py, || -> PyResult<_> {
        let logger = logging.call_method1(intern!(py, "getLogger"), ("netbird_tokens",))?;
        // As libraries do: without it a warning would be printed in programs that have set up no logging.
        let silent = logging.call_method0(intern!(py, "NullHandler"))?;
        logger.call_method1(intern!(py, "addHandler"), (silent,))?;
        // Registered after `logging`, so it runs before that closes the handlers.
        exit::register(py, false)?;
        Ok(logger.unbind())
    })?;
    Ok(Some(logger.bind(py)))
}

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
        None => background::log(level, event.to_string()),
    }
}

fn write(py: Python<'_>, level: u8, message: &str) {
    let written = logger(py).and_then(|logger| match logger {
        None => Ok(()),
        Some(logger) => logger.call_method1(intern!(py, "log"), (level, message)).map(drop),
    });
    if let Err(error) = written {
        report(py, error);
    }
}

/// A logging handler that fails must not fail the call, whose outcome is more important.
fn report(py: Python<'_>, error: PyErr) {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // Ctrl-C came in the middle of logging: have it come again, where the call can answer to it.
        let again =
            py.import(intern!(py, "_thread")).and_then(|thread| thread.call_method0(intern!(py, "interrupt_main")));
        if again.is_ok() {
            return;
        }
    }
    error.write_unraisable(py, None);
}
