//! A secret text, readable only through `expose()`.

use netbird_tokens::Secret as CoreSecret;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::arguments;

/// A secret text, such as that of a new token.
///
/// It shows as nbp_**** wherever it is printed, formatted or logged, and it cannot be pickled. Two are compared in constant
/// time; a secret never equals a str, and cannot be a key of a dict. Its memory is wiped when the last reference is gone.
/// What expose() returns is an ordinary str, which Python does not wipe.
///
/// Args:
///     text: The text.
#[pyclass(frozen, module = "netbird_tokens", eq)]
#[derive(Clone, PartialEq)]
pub(crate) struct Secret(CoreSecret);

impl Secret {
    pub(crate) fn new(core: CoreSecret) -> Self {
        Secret(core)
    }

    pub(crate) fn core(&self) -> &CoreSecret {
        &self.0
    }
}

#[pymethods]
impl Secret {
    #[new]
    #[pyo3(signature = (text, /))]
    fn from_text(text: &Bound<'_, PyAny>) -> PyResult<Self> {
        arguments::text("text", text).map(|text| Secret(CoreSecret::new(text)))
    }

    /// The text. Keep it out of logs.
    fn expose(&self) -> &str {
        self.0.expose()
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __format__<'py>(&self, py: Python<'py>, format_spec: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        PyString::new(py, &self.0.to_string()).call_method1("__format__", (format_spec,))
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Secret cannot be pickled: pass what expose() gives over a channel that you trust"))
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (memo, /))]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        let _ = memo;
        slf
    }
}
