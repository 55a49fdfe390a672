//! One call of the core: the GIL released around it, and what may end it besides the core.

use std::panic::{AssertUnwindSafe, catch_unwind};

use netbird_tokens::Client;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::{error, interrupt, logging};

/// Makes a call, parsing included, without the GIL.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    client: &Client,
    operation: impl FnOnce(&Client) -> netbird_tokens::Result<T> + Send,
) -> PyResult<T> {
    refuse_at_shutdown(py)?;
    logging::before_call(py);
    let result = detached(py, || operation(client))?;
    match (interrupt::take_raised(), result) {
        (None, result) => result.map_err(|error| error::raise(py, &error)),
        (Some(raised), result) => {
            // The core's error says what the interrupted write may have done.
            if let Err(error) = result {
                raised.set_cause(py, Some(error::raise(py, &error)));
            }
            Err(raised)
        }
    }
}

/// Runs something of the core without the GIL. A panic there is our bug, not the caller's end.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)).ok()).ok_or_else(|| error::internal(py))
}

/// While the interpreter goes down, a thread that gives up the GIL may never get it back.
fn refuse_at_shutdown(py: Python<'_>) -> PyResult<()> {
    static IS_FINALIZING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let is_finalizing = IS_FINALIZING.get_or_try_init(py, || -> PyResult<_> {
        Ok(py.import(intern!(py, "sys"))?.getattr(intern!(py, "is_finalizing"))?.unbind())
    })?;
    if is_finalizing.call0(py)?.is_truthy(py)? {
        return Err(PyRuntimeError::new_err("the interpreter is shutting down: no more calls are possible"));
    }
    Ok(())
}
