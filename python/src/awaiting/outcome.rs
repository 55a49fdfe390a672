//! How an awaited call ended, whatever its type of result.

use netbird_tokens::{Error, Result as CoreResult};
use pyo3::prelude::*;

use crate::error;

/// How a call ended. Exactly one of the two is done with it.
pub(super) trait Outcome: Send {
    /// For the caller: the result in Python, or the exception.
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Py<PyAny>>;

    /// The caller was interrupted and does not take it: says what that means.
    fn undo(self: Box<Self>) -> Option<Error>;
}

/// What becomes of a call's result.
pub(super) struct Plan<T> {
    pub(super) give: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
    /// Gets a result that cannot be given, and says what that means.
    pub(super) undo: Box<dyn FnOnce(T) -> Option<Error> + Send>,
    /// What the interruption of the call means while it goes on.
    pub(super) interrupted: Box<dyn Fn() -> Error + Send + Sync>,
}

pub(super) struct Ended<T> {
    pub(super) result: CoreResult<T>,
    pub(super) give: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
    pub(super) undo: Box<dyn FnOnce(T) -> Option<Error> + Send>,
}

impl<T: Send> Outcome for Ended<T> {
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let result = self.result.map_err(|error| error::raise(py, &error))?;
        (self.give)(py, result)
    }

    fn undo(self: Box<Self>) -> Option<Error> {
        self.result.map_or_else(Some, self.undo)
    }
}

/// A call that a CancelToken ended.
pub(super) struct Cancelled(pub(super) Error);

impl Outcome for Cancelled {
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Err(error::raise(py, &self.0))
    }

    fn undo(self: Box<Self>) -> Option<Error> {
        Some(self.0)
    }
}
