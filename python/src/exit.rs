//! The end of the interpreter: interrupted creates are finished while they can still be logged.

use pyo3::intern;
use pyo3::prelude::*;

use crate::{call, interrupt, logging};

/// Waits until the interrupted creates of all clients are finished and logged: at most 5 seconds, and until a signal handler
/// raises. After the last such wait, the end of the interpreter follows and nothing is logged any more.
#[pyfunction]
fn wait_before_exit(py: Python<'_>, is_last: bool) -> PyResult<()> {
    interrupt::before_wait(py)?;
    call::detached(py, || {
        netbird_tokens::wait_before_exit(interrupt::interrupted);
        if is_last {
            logging::background::end();
        } else {
            logging::background::flush();
        }
    })?;
    interrupt::take_raised().map_or(Ok(()), Err)
}

/// Has the interpreter wait before it ends. What is registered last runs first.
pub(crate) fn register(py: Python<'_>, is_last: bool) -> PyResult<()> {
    let wait = wrap_pyfunction!(wait_before_exit, py)?;
    py.import(intern!(py, "atexit"))?.call_method1(intern!(py, "register"), (wait, is_last)).map(drop)
}
