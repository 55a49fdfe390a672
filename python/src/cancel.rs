//! Ending calls from another thread.

use netbird_tokens::CancelToken as CoreCancelToken;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Ends calls from another thread. Client.with_cancel takes it.
///
/// It can be shared by any number of clients and threads. Once cancelled it stays cancelled.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct CancelToken(CoreCancelToken);

impl CancelToken {
    pub(crate) fn core(&self) -> &CoreCancelToken {
        &self.0
    }
}

#[pymethods]
impl CancelToken {
    #[new]
    #[pyo3(signature = ())]
    fn py_new() -> Self {
        CancelToken(CoreCancelToken::new())
    }

    /// Ends the calls of every client that was made with it, within 50 ms, with a CancelledError.
    ///
    /// It does not wait for them, and may be called from any thread and from a signal handler. A call whose result is
    /// ready by then returns it.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether cancel() was called.
    #[getter]
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> &'static str {
        if self.0.is_cancelled() { "CancelToken(cancelled)" } else { "CancelToken()" }
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a CancelToken cannot be pickled: it ends calls of its own process"))
    }
}
