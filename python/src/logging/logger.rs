//! Python's logger of this library.

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// What the interpreter calls before `logging` closes its handlers.
static AT_END: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Sets what the interpreter calls before `logging` closes its handlers, once the program uses `logging`.
pub(crate) fn at_end(py: Python<'_>, function: Py<PyAny>) {
    // There is one module for each process, so nothing was set before.
    let _ = AT_END.set(py, function);
}

/// Has the interpreter call a function before it ends. What is registered last runs first.
pub(crate) fn register(py: Python<'_>, function: &Py<PyAny>) -> PyResult<()> {
    py.import(intern!(py, "atexit"))?.call_method1(intern!(py, "register"), (function,)).map(drop)
}

/// The logger, once the program has imported `logging`. Before that nobody can have set up logging, and importing it here
/// would slow down every script that logs nothing.
pub(super) fn logger(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyAny>>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(logger) = LOGGER.get(py) {
        return Ok(Some(logger.bind(py)));
    }
    // Kept, because importing `sys` again takes longer than all the rest that the binding does for a call.
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let modules = MODULES.get_or_try_init(py, || -> PyResult<_> {
        Ok(py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?.cast_into::<PyDict>()?.unbind())
    })?;
    let Some(logging) = modules.bind(py).get_item(intern!(py, "logging"))? else {
        return Ok(None);
    };
    let logger = LOGGER.get_or_try_init(py, || -> PyResult<_> {
        let logger = logging.call_method1(intern!(py, "getLogger"), ("netbird_tokens",))?;
        // As libraries do: without it a warning would be printed in programs that have set up no logging.
        let silent = logging.call_method0(intern!(py, "NullHandler"))?;
        logger.call_method1(intern!(py, "addHandler"), (silent,))?;
        // Registered after `logging`, so it runs before that closes the handlers.
        if let Some(end) = AT_END.get(py) {
            register(py, end)?;
        }
        Ok(logger.unbind())
    })?;
    Ok(Some(logger.bind(py)))
}

pub(super) fn write(py: Python<'_>, level: u8, message: &str) {
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
