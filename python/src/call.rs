//! One call of the core: the GIL released around it, and what may end it besides the core.

use std::panic::{AssertUnwindSafe, catch_unwind};

use netbird_tokens::{Client, Error, Operation};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::{error, interrupt, logging};

/// Makes a call of the core, parsing included, without the GIL.
///
/// `undo` gets a result that cannot be returned because a signal handler raised an exception, and says what that means.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    call: impl FnOnce() -> netbird_tokens::Result<T> + Send,
    undo: impl FnOnce(T) -> Option<Error>,
) -> PyResult<T> {
    if is_finalizing(py)? {
        return Err(finalizing());
    }
    interrupt::before_wait(py)?;
    logging::before_call(py)?;
    let result = detached(py, call)?;
    match interrupt::take_raised() {
        None => result.map_err(|error| error::raise(py, &error)),
        Some(raised) => {
            // The core says what the interruption means.
            let cause = result.map_or_else(Some, undo);
            raised.set_cause(py, cause.map(|cause| error::raise(py, &cause)));
            Err(raised)
        }
    }
}

/// What an interruption means that loses nothing, as of a call that reads.
pub(crate) fn interrupted() -> Error {
    Operation::CurrentUser.interrupted()
}

/// Why no call can be made any more.
pub(crate) fn finalizing() -> PyErr {
    PyRuntimeError::new_err("the interpreter is shutting down: no more calls are possible")
}

/// Waits for the interrupted creates of a client, and until they are logged. Says whether they are finished.
pub(crate) fn close(py: Python<'_>, client: &Client) -> PyResult<bool> {
    if is_finalizing(py)? {
        return Ok(false);
    }
    interrupt::before_wait(py)?;
    let result = detached(py, || {
        let closed = client.close();
        logging::background::flush();
        closed
    })?;
    interrupt::take_raised().map_or(Ok(()), Err)?;
    result.map_err(|error| error::raise(py, &error))
}

/// Runs something of the core without the GIL. A panic there is a bug and becomes an exception.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)).ok()).ok_or_else(|| error::raise(py, &Error::bug()))
}

/// Whether the interpreter is shutting down: a thread that then releases the GIL may never get it back.
pub(crate) fn is_finalizing(py: Python<'_>) -> PyResult<bool> {
    static IS_FINALIZING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let is_finalizing = IS_FINALIZING.get_or_try_init(py, || -> PyResult<_> {
        Ok(py.import(intern!(py, "sys"))?.getattr(intern!(py, "is_finalizing"))?.unbind())
    })?;
    is_finalizing.call0(py)?.is_truthy(py)
}
