//! From the core's errors to the exceptions of `netbird_tokens`.

use netbird_tokens::{Error, ErrorKind};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

/// The exception class of each kind. There is no `_` arm, so that a new kind breaks the build.
fn class_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument => "InvalidArgumentError",
        ErrorKind::InvalidCredential => "InvalidCredentialError",
        ErrorKind::Configuration => "ConfigurationError",
        ErrorKind::Unauthorized => "UnauthorizedError",
        ErrorKind::Forbidden => "ForbiddenError",
        ErrorKind::NotFound => "NotFoundError",
        ErrorKind::Conflict => "ConflictError",
        ErrorKind::Rejected => "RejectedError",
        ErrorKind::RateLimited => "RateLimitedError",
        ErrorKind::ServerError => "ServerError",
        ErrorKind::Connect => "ConnectError",
        ErrorKind::Tls => "TlsError",
        ErrorKind::Timeout => "CallTimeoutError",
        ErrorKind::Transport => "TransportError",
        ErrorKind::UnexpectedResponse => "UnexpectedResponseError",
        ErrorKind::OutcomeUnknown => "OutcomeUnknownError",
        ErrorKind::Cancelled => "CancelledError",
        ErrorKind::Internal => "InternalError",
    }
}

fn errors(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || py.import("netbird_tokens._errors").map(Bound::unbind))?;
    Ok(module.bind(py))
}

fn class(py: Python<'_>, kind: ErrorKind) -> PyResult<Bound<'_, PyAny>> {
    errors(py)?.getattr(class_name(kind))
}

/// The exception that describes this error.
pub(crate) fn instance<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item(intern!(py, "status"), error.status())?;
    fields.set_item(intern!(py, "server_message"), error.server_message())?;
    fields.set_item(intern!(py, "request_id"), error.request_id())?;
    fields.set_item(intern!(py, "retryable"), error.is_retryable())?;
    fields.set_item(intern!(py, "retry_after"), error.retry_after().map(|wait| wait.as_secs_f64()))?;
    fields.set_item(intern!(py, "attempts"), error.attempts())?;
    fields.set_item(intern!(py, "candidate_token_ids"), PyTuple::new(py, error.candidate_token_ids())?)?;
    fields.set_item(intern!(py, "token_name"), error.token_name())?;
    class(py, error.kind())?.call((error.message(),), Some(&fields))
}

/// The exception, to raise.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    instance(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

/// Whether an exception describes an error of the core.
pub(crate) fn is_ours(py: Python<'_>, exception: &PyErr) -> PyResult<bool> {
    exception.value(py).is_instance(&errors(py)?.getattr(intern!(py, "NetBirdError"))?)
}

/// An argument of the right type with a value that cannot be passed on.
pub(crate) fn invalid_argument(py: Python<'_>, message: &str) -> PyErr {
    raise(py, &Error::invalid_argument(message))
}

/// A credential that cannot be passed on. The message must not show it.
pub(crate) fn invalid_credential(py: Python<'_>, message: &str) -> PyErr {
    let refused = class(py, ErrorKind::InvalidCredential).and_then(|class| class.call1((message,)));
    refused.map_or_else(|failed| failed, PyErr::from_value)
}

/// An argument of the wrong type. Shows the type and never the value, which may be a secret.
pub(crate) fn wrong_type(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(given) => PyTypeError::new_err(format!("{name}: expected {expected}, not {given}")),
        Err(error) => error,
    }
}

/// Every kind of error as (code, name, class). For the package's own tests.
#[pyfunction]
pub(crate) fn error_kinds() -> Vec<(u32, &'static str, &'static str)> {
    ErrorKind::ALL.iter().map(|&kind| (kind.code(), kind.name(), class_name(kind))).collect()
}
