//! The end of the interpreter: interrupted creates are finished while they can still be logged.

use pyo3::prelude::*;

use crate::{awaiting, call, interrupt, logging, rotation};

/// Waits until the interrupted creates of all clients are finished and logged: at most 5 seconds, and until a signal handler
/// raises.
#[pyfunction]
fn wait_before_exit(py: Python<'_>) -> PyResult<()> {
    wait(py, logging::background::flush)
}

/// The last such wait: the end of the interpreter follows, and nothing is logged any more. So rotations that are still open end
/// here, and not when their objects do. Awaited calls that are still in progress are never heard of again.
#[pyfunction]
fn wait_last_before_exit(py: Python<'_>) -> PyResult<()> {
    rotation::end_all();
    wait(py, || {
        logging::background::end();
        awaiting::end();
    })
}

fn wait(py: Python<'_>, finish_logging: fn()) -> PyResult<()> {
    interrupt::before_wait(py)?;
    call::detached(py, || {
        netbird_tokens::wait_before_exit(interrupt::interrupted);
        finish_logging();
    })?;
    interrupt::take_raised().map_or(Ok(()), Err)
}

/// Has the interpreter wait before it ends, and earlier, before `logging` closes its handlers.
pub(crate) fn init(py: Python<'_>) -> PyResult<()> {
    logging::at_end(py, wrap_pyfunction!(wait_before_exit, py)?.into_any().unbind());
    logging::register(py, &wrap_pyfunction!(wait_last_before_exit, py)?.into_any().unbind())
}
