//! Ending calls from another thread.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use netbird_tokens::CancelToken as CoreCancelToken;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::awaiting::Interruptible;
use crate::error;

/// Ends calls from another thread. Client.with_cancel and start_login take it.
///
/// It can be shared by any number of clients, logins and threads. Once cancelled it stays cancelled.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct CancelToken(Arc<Cancellation>);

/// What all who know a token share.
#[derive(Default)]
pub(crate) struct Cancellation {
    /// For calls that block.
    core: CoreCancelToken,
    /// Calls that are awaited. Locked only with the GIL held, so that no fork happens meanwhile.
    awaited: Mutex<Vec<Weak<dyn Interruptible>>>,
}

impl Cancellation {
    pub(crate) fn core(&self) -> &CoreCancelToken {
        &self.core
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.core.is_cancelled()
    }

    /// Has the token end this call, too.
    pub(crate) fn watch(&self, call: Weak<dyn Interruptible>) {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        awaited.retain(|call| call.strong_count() > 0);
        awaited.push(call);
    }

    fn cancel(&self) {
        self.core.cancel();
        let awaited = std::mem::take(&mut *self.awaited.lock().unwrap_or_else(PoisonError::into_inner));
        awaited.iter().filter_map(Weak::upgrade).for_each(Interruptible::cancel);
    }
}

/// The token that an argument is.
pub(crate) fn shared(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Arc<Cancellation>> {
    let token = value.cast::<CancelToken>().map_err(|_| error::wrong_type(name, "CancelToken", value))?;
    Ok(Arc::clone(&token.get().0))
}

#[pymethods]
impl CancelToken {
    #[new]
    #[pyo3(signature = ())]
    fn py_new() -> Self {
        CancelToken(Arc::default())
    }

    /// Ends the calls of every client and login that was made with it, within 50 ms, with a CancelledError.
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
