//! A rotation, its with statement, and its record as a dict.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use netbird_tokens::{Result as CoreResult, Rotation as CoreRotation, RotationRecord};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping};

use crate::arguments::{flag, optional};
use crate::repr::Repr;
use crate::secret::Secret;
use crate::token::Token;
use crate::{call, error, logging};

/// The core's rotation, of which the process that made it reports whether it is left open.
struct Held {
    core: ArcSwapOption<CoreRotation>,
    pid: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        let core = self.core.swap(None);
        if self.pid == std::process::id() {
            // With the GIL, and wherever Python is at this moment.
            logging::in_background(|| drop(core));
        } else {
            // A forked child that lets go of its copy leaves the rotation to its parent.
            Box::leak(Box::new(core));
        }
    }
}

/// Every rotation that may be open. Locked only with the GIL held, so that no fork happens meanwhile.
static ALL: Mutex<Vec<Weak<Held>>> = Mutex::new(Vec::new());

/// Lets go of all rotations, because what the interpreter keeps to its end cannot be logged when it is freed.
pub(crate) fn end_all() {
    let all = std::mem::take(&mut *ALL.lock().unwrap_or_else(PoisonError::into_inner));
    for held in all.iter().filter_map(Weak::upgrade).filter(|held| held.pid == std::process::id()) {
        let core = held.core.swap(None);
        logging::in_background(|| drop(core));
    }
}

/// A rotation under way: the successor exists, and the old token still works. Client.rotate_token makes it.
///
///     with client.rotate_token(token_id) as rotation:
///         vault.write(rotation.plain_token.expose())
///
/// Leaving the with statement normally commits, unless that was done inside it. Leaving it by an exception, Ctrl-C included,
/// aborts. If the abort fails, the exception goes on; the failure is logged as a warning and, from Python 3.11 on, added to it
/// as a note. In a forked child, leaving a with statement that its parent entered does nothing.
///
/// A rotation that is neither committed nor aborted leaves both tokens, and a warning in the log. It cannot be pickled: pass
/// on record().
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct Rotation {
    held: Arc<Held>,
    /// The process that entered the with statement; 0 for none.
    entered_in: AtomicU32,
}

impl Rotation {
    /// Called with the GIL held.
    pub(crate) fn new(core: CoreRotation) -> Self {
        let held = Arc::new(Held { core: ArcSwapOption::from_pointee(core), pid: std::process::id() });
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|held| held.strong_count() > 0);
        all.push(Arc::downgrade(&held));
        Rotation { held, entered_in: AtomicU32::new(0) }
    }

    pub(crate) fn core(&self) -> PyResult<Arc<CoreRotation>> {
        self.held.core.load_full().ok_or_else(call::finalizing)
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_finished(&self) -> PyResult<bool> {
        Ok(self.core()?.record().stage.is_finished())
    }

    /// Makes a call that changes the rotation. One that succeeds although a signal handler raises needs no explanation:
    /// record() tells.
    fn change(&self, py: Python<'_>, change: impl FnOnce(&CoreRotation) -> CoreResult<()> + Send) -> PyResult<()> {
        let core = &*self.core()?;
        call::run(py, || change(core), |()| None)
    }

    fn created<T>(&self, py: Python<'_>, what: impl FnOnce(&CoreRotation) -> Option<T>) -> PyResult<T> {
        what(&*self.core()?).ok_or_else(|| {
            error::invalid_argument(py, "the rotation has no new token: it is not created yet, or was aborted")
        })
    }

    /// Lets an exception go on although the abort failed, unless a signal handler raised the failure.
    pub(crate) fn abort_failed(&self, py: Python<'_>, failed: PyErr, exception: &Bound<'_, PyAny>) -> PyResult<()> {
        if !error::is_ours(py, &failed)? {
            return Err(failed);
        }
        let message = format!(
            "the rotation of token {} could not be aborted: {}",
            self.core()?.old_token().id(),
            failed.value(py)
        );
        logging::warn(py, &message);
        if exception.hasattr(intern!(py, "add_note"))? {
            exception.call_method1(intern!(py, "add_note"), (message,))?;
        }
        Ok(())
    }
}

#[pymethods]
impl Rotation {
    /// The token that is replaced, as it was when the rotation began.
    #[getter]
    fn old_token(&self) -> PyResult<Token> {
        Ok(Token::new(self.core()?.old_token().clone()))
    }

    /// The successor. InvalidArgumentError before it is created and after an abort.
    #[getter]
    fn token(&self, py: Python<'_>) -> PyResult<Token> {
        self.created(py, CoreRotation::token).map(Token::new)
    }

    /// The successor's secret, which the server never shows again. InvalidArgumentError before it is created and after an
    /// abort.
    #[getter]
    fn plain_token(&self, py: Python<'_>) -> PyResult<Secret> {
        self.created(py, CoreRotation::plain_token).map(Secret::new)
    }

    /// What another process needs to finish this rotation, see Client.resume_rotation. It holds no secret.
    ///
    /// To survive a crash, begin with prepare_only=True, and store the record before create() and after every step.
    ///
    /// Returns:
    ///     A dict that json can write and read.
    fn record<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_dict(py, &self.core()?.record())
    }

    /// Notes in the record that you stored the secret, so that resume_rotation goes on and not back. commit() does it too.
    fn mark_stored(&self) -> PyResult<()> {
        self.core()?.mark_stored();
        Ok(())
    }

    /// Creates the successor of a rotation that was only prepared. Once it exists, this does nothing.
    ///
    /// Raises:
    ///     OutcomeUnknownError: It may have been created. With other errors nothing was, and it may be called again.
    fn create(&self, py: Python<'_>) -> PyResult<()> {
        self.change(py, CoreRotation::create)
    }

    /// Proves that the successor authenticates, and revokes the old token. After an error, call it again, or abort. When all
    /// is done, it does nothing.
    ///
    /// Args:
    ///     keep_old: Whether the old token is kept, for machines that need time to pick up the new secret.
    ///
    /// Raises:
    ///     InvalidArgumentError: The successor does not exist yet, or was revoked by an abort.
    #[pyo3(signature = (*, keep_old=None), text_signature = "($self, *, keep_old=False)")]
    fn commit(&self, py: Python<'_>, keep_old: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let keep_old = optional("keep_old", keep_old, flag)?.unwrap_or_default();
        self.change(py, |rotation| rotation.commit(keep_old))
    }

    /// Revokes the successor, if there is one; the old token stays as it is. It may be called again. A CancelToken that was
    /// cancelled before does not keep it from doing so.
    ///
    /// Raises:
    ///     InvalidArgumentError: The rotation is committed.
    ///     ConflictError: The old token may be revoked already, so that none that works could be left.
    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        self.change(py, CoreRotation::abort)
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        slf.get().create(slf.py())?;
        slf.get().entered_in.store(std::process::id(), Ordering::Relaxed);
        Ok(slf)
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let _ = (exc_type, traceback);
        let is_copy = self.entered_in.load(Ordering::Relaxed) != std::process::id();
        if is_copy || self.is_finished()? {
            return Ok(());
        }
        if exc_value.is_none() {
            return self.commit(py, None);
        }
        self.abort(py).or_else(|failed| self.abort_failed(py, failed, exc_value))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let record = self.core()?.record();
        let repr = Repr::new(py, "Rotation").text("old_token_id", &record.old_token_id)?;
        let repr = match &record.token_id {
            Some(token_id) => repr.text("token_id", token_id)?,
            None => repr.field("token_id", "None"),
        };
        Ok(repr.text("token_name", &record.token_name)?.text("stage", record.stage.name())?.finish())
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Rotation cannot be pickled: it holds a secret; pass on what record() gives"))
    }
}

/// A record as a plain dict: its JSON form, read by Python.
pub(crate) fn to_dict<'py>(py: Python<'py>, record: &RotationRecord) -> PyResult<Bound<'py, PyAny>> {
    py.import(intern!(py, "json"))?.call_method1(intern!(py, "loads"), (record.to_json(),))
}

/// The record that a mapping holds.
pub(crate) fn from_mapping(name: &str, value: &Bound<'_, PyAny>) -> PyResult<RotationRecord> {
    let py = value.py();
    let mapping = value.cast::<PyMapping>().map_err(|_| error::wrong_type(name, "a mapping", value))?;
    let dict = PyDict::new(py);
    dict.update(mapping)?;
    let json = py.import(intern!(py, "json"))?.call_method1(intern!(py, "dumps"), (dict,))?;
    RotationRecord::from_json(json.extract()?).map_err(|error| error::raise(py, &error))
}
