//! One call of the core: the GIL released around it, and what may end it besides the core.

use std::panic::{AssertUnwindSafe, catch_unwind};

use netbird_tokens::{Client, Error, Operation};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::{error, interrupt, logging};

/// Makes a call, parsing included, without the GIL.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    client: &Client,
    operation: Operation,
    call: impl FnOnce(&Client) -> netbird_tokens::Result<T> + Send,
) -> PyResult<T> {
    run_or_undo(py, client, operation, call, |_, _| ())
}

/// The same. `undo` gets a result that cannot be returned because a signal handler raised an exception.
pub(crate) fn run_or_undo<T: Send>(
    py: Python<'_>,
    client: &Client,
    operation: Operation,
    call: impl FnOnce(&Client) -> netbird_tokens::Result<T> + Send,
    undo: fn(&Client, T),
) -> PyResult<T> {
    if is_finalizing(py)? {
        return Err(PyRuntimeError::new_err("the interpreter is shutting down: no more calls are possible"));
    }
    interrupt::before_wait(py)?;
    logging::before_call(py)?;
    let result = detached(py, || call(client))?;
    match interrupt::take_raised() {
        None => result.map_err(|error| error::raise(py, &error)),
        Some(raised) => {
            // The core says what the interruption means.
            let cause = match result {
                Ok(result) => {
                    undo(client, result);
                    operation.interrupted()
                }
                Err(error) => error,
            };
            raised.set_cause(py, Some(error::raise(py, &cause)));
            Err(raised)
        }
    }
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
fn is_finalizing(py: Python<'_>) -> PyResult<bool> {
    static IS_FINALIZING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let is_finalizing = IS_FINALIZING.get_or_try_init(py, || -> PyResult<_> {
        Ok(py.import(intern!(py, "sys"))?.getattr(intern!(py, "is_finalizing"))?.unbind())
    })?;
    is_finalizing.call0(py)?.is_truthy(py)
}
