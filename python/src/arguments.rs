//! From what a caller passes to the core's types. Everything refused here is refused before any request, by the parameter's
//! name, and no message shows a value that may be a secret.

use std::time::Duration;

use netbird_tokens::OnUnknown;
use pyo3::exceptions::PyOverflowError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDelta, PyFloat, PyInt, PyString};

use crate::error;

type Any<'py> = Bound<'py, PyAny>;

/// What an argument holds, if it is given. None counts as not given.
pub(crate) fn optional<'a, 'py, T>(
    name: &str,
    value: Option<&'a Any<'py>>,
    read: fn(&str, &'a Any<'py>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    value.map(|value| read(name, value)).transpose()
}

/// A text.
pub(crate) fn text<'a>(name: &str, value: &'a Any<'_>) -> PyResult<&'a str> {
    let text = value.cast::<PyString>().map_err(|_| error::wrong_type(name, "str", value))?;
    // Python's own error would hold the whole text.
    text.to_str().map_err(|_| {
        error::invalid_argument(
            value.py(),
            &format!("{name} has a lone surrogate, which is not a character: remove it"),
        )
    })
}

/// A length of time: seconds or a `timedelta`. One that is too long for the type becomes the longest, which the core refuses.
pub(crate) fn duration(name: &str, value: &Any<'_>) -> PyResult<Duration> {
    let py = value.py();
    let is_number = value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>();
    let seconds: f64 = if is_number && !value.is_instance_of::<PyBool>() {
        match value.extract() {
            Ok(seconds) => seconds,
            // An int that no float can hold.
            Err(_) if value.lt(0)? => f64::NEG_INFINITY,
            Err(_) => f64::INFINITY,
        }
    } else if value.is_instance_of::<PyDelta>() {
        value.call_method0(intern!(py, "total_seconds"))?.extract()?
    } else {
        return Err(error::wrong_type(name, "seconds (float or int) or a timedelta", value));
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) => Ok(duration),
        Err(_) if seconds > 0.0 => Ok(Duration::MAX),
        Err(_) => {
            let message = format!("{name} is {seconds} seconds: give a number of seconds that is not negative");
            Err(error::invalid_argument(py, &message))
        }
    }
}

/// A whole number. One that does not fit becomes the nearest that does, which the core refuses.
pub(crate) fn whole_number(name: &str, value: &Any<'_>) -> PyResult<i64> {
    let expected = || error::wrong_type(name, "int", value);
    if value.is_instance_of::<PyBool>() {
        return Err(expected());
    }
    value.extract().or_else(|error: PyErr| {
        if !error.is_instance_of::<PyOverflowError>(value.py()) {
            return Err(expected());
        }
        Ok(if value.lt(0)? { i64::MIN } else { i64::MAX })
    })
}

/// A count: a whole number that is not negative.
pub(crate) fn count<T: TryFrom<i64>>(name: &str, value: &Any<'_>) -> PyResult<T> {
    let number = whole_number(name, value)?;
    T::try_from(number).map_err(|_| {
        let message = format!("{name} is {number}: give a number that is neither negative nor huge");
        error::invalid_argument(value.py(), &message)
    })
}

/// True or False. Other values that Python treats as one of them are refused.
pub(crate) fn flag(name: &str, value: &Any<'_>) -> PyResult<bool> {
    value.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| error::wrong_type(name, "bool", value))
}

/// A path, as text or as an `os.PathLike` that gives text.
pub(crate) fn path(name: &str, value: &Any<'_>) -> PyResult<String> {
    if value.is_instance_of::<PyString>() {
        return text(name, value).map(str::to_owned);
    }
    let py = value.py();
    let wrong_type = || error::wrong_type(name, "str or os.PathLike", value);
    if !value.hasattr(intern!(py, "__fspath__"))? {
        return Err(wrong_type());
    }
    let path = py.import(intern!(py, "os"))?.call_method1(intern!(py, "fspath"), (value,))?;
    let path = path.cast::<PyString>().map_err(|_| wrong_type())?;
    text(name, path).map(str::to_owned)
}

/// Certificates in PEM, as text or bytes.
pub(crate) fn pem(name: &str, value: &Any<'_>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if !value.is_instance_of::<PyString>() {
        return Err(error::wrong_type(name, "str or bytes", value));
    }
    text(name, value).map(|text| text.as_bytes().to_vec())
}

/// What to do about a create whose answer was lost.
pub(crate) fn on_unknown(name: &str, value: &Any<'_>) -> PyResult<OnUnknown> {
    match text(name, value)? {
        "report" => Ok(OnUnknown::Report),
        "revoke_and_retry" => Ok(OnUnknown::RevokeAndRetry),
        other => {
            let message = format!("{name} is {other:?}: give \"report\" or \"revoke_and_retry\"");
            Err(error::invalid_argument(value.py(), &message))
        }
    }
}
