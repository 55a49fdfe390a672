//! An audit under way, and its results as the dataclasses of `netbird_tokens._audit`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use netbird_tokens::{
    Audit as CoreAudit, AuditSummary, AuditedToken, Operation, Result as CoreResult, TokenState, UserAudit,
};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyModule, PyTuple};

use crate::token::Token;
use crate::user::User;
use crate::{call, error, instant};

/// An audit under way: an iterator of UserAudit, one per user, as the results arrive. Client.audit_tokens makes it.
///
/// It runs a little ahead of the loop that takes its results, and waits there, so its memory is bounded. Letting go of it, as
/// break in a for statement does, ends it; so do close() and the end of a with statement.
///
/// Ctrl-C and a CancelToken end the wait for the next result. The audit itself goes on: the next call takes the next result.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct Audit {
    // Empty once closed.
    core: ArcSwapOption<CoreAudit>,
    /// The last that was known when it was closed.
    closed: Mutex<Option<AuditSummary>>,
    kept: Arc<Kept>,
}

/// Results that could not be returned, because a signal handler raised an exception or the task was cancelled.
#[derive(Default)]
pub(crate) struct Kept(Mutex<VecDeque<UserAudit>>);

impl Kept {
    pub(crate) fn keep(&self, result: Option<UserAudit>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(result);
    }

    fn take(&self) -> Option<UserAudit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Audit {
    pub(crate) fn new(core: CoreAudit) -> Self {
        Audit { core: ArcSwapOption::from_pointee(core), closed: Mutex::new(None), kept: Arc::default() }
    }

    fn numbers(&self) -> AuditSummary {
        let closed = || *self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        // Closing it may come between the two.
        self.core.load().as_ref().map(|core| core.summary()).or_else(closed).unwrap_or_default()
    }

    pub(crate) fn kept(&self) -> Arc<Kept> {
        Arc::clone(&self.kept)
    }

    /// The next result, for awaited calls.
    pub(crate) fn next_async(&self) -> impl Future<Output = CoreResult<Option<UserAudit>>> + Send + 'static {
        let (core, kept) = (self.core.load_full(), self.kept());
        async move {
            match (core, kept.take()) {
                (None, _) => Ok(None),
                (_, Some(result)) => Ok(Some(result)),
                (Some(core), None) => core.next_async().await.transpose(),
            }
        }
    }

    fn next(&self, py: Python<'_>) -> PyResult<Option<UserAudit>> {
        let Some(core) = self.core.load_full() else { return Ok(None) };
        let kept = self.kept.take();
        if kept.is_some() {
            return Ok(kept);
        }
        let undo = |result| {
            self.kept.keep(result);
            Some(Operation::AuditTokens.interrupted())
        };
        call::run(py, || (&*core).next().transpose(), undo)
    }
}

#[pymethods]
impl Audit {
    /// The number of users whose tokens are requested: the number of results, unless the audit ends early.
    #[getter]
    fn user_count(&self) -> usize {
        self.numbers().users
    }

    /// The audit in numbers: of the results taken so far, and complete after the last.
    ///
    /// Returns:
    ///     An AuditSummary.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let numbers = self.numbers();
        let fields = (
            numbers.users,
            numbers.audited,
            numbers.failed,
            numbers.not_reached,
            numbers.other_people,
            numbers.tokens,
            numbers.expired,
            numbers.expiring,
            numbers.unused,
            numbers.never_used,
            numbers.healthy,
            numbers.is_complete,
        );
        module(py)?.call_method1(intern!(py, "AuditSummary"), fields)
    }

    /// Ends the audit: there are no more results. Closing twice is fine.
    fn close(&self) {
        let numbers = self.numbers();
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(numbers);
        self.core.store(None);
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.next(py)?.map(|result| user_audit(py, result)).transpose()
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(&self, exc_type: &Bound<'_, PyAny>, exc_value: &Bound<'_, PyAny>, traceback: &Bound<'_, PyAny>) {
        let _ = (exc_type, exc_value, traceback);
        self.close();
    }

    fn __repr__(&self) -> String {
        let numbers = self.numbers();
        format!("Audit({} of {} users)", numbers.audited + numbers.failed, numbers.users)
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("an Audit cannot be pickled: pass on its results"))
    }
}

/// The dataclasses. Their module is imported here, as few programs need it.
fn module(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import(intern!(py, "netbird_tokens._audit"))
}

pub(crate) fn user_audit(py: Python<'_>, result: UserAudit) -> PyResult<Bound<'_, PyAny>> {
    let module = module(py)?;
    let states = module.getattr(intern!(py, "TokenState"))?;
    let class = module.getattr(intern!(py, "AuditedToken"))?;
    let tokens = result.tokens.into_iter().map(|token| audited_token(&class, &states, token));
    let tokens = PyTuple::new(py, tokens.collect::<PyResult<Vec<_>>>()?)?;
    let error = result.error.map(|error| error::instance(py, &error)).transpose()?;
    let as_of = instant::to_datetime(py, result.as_of)?;
    module.call_method1(intern!(py, "UserAudit"), (User::new(result.user), tokens, error, as_of))
}

fn audited_token<'py>(
    class: &Bound<'py, PyAny>,
    states: &Bound<'py, PyAny>,
    audited: AuditedToken,
) -> PyResult<Bound<'py, PyAny>> {
    let state = |state: TokenState| states.call1((state.name(),));
    let findings = audited.findings.into_iter().map(state).collect::<PyResult<Vec<_>>>()?;
    let findings = PyTuple::new(class.py(), findings)?;
    class.call1((Token::new(audited.token), state(audited.state)?, findings, audited.reason))
}
