//! From what a caller passes to the core's types. Everything refused here is refused before any request, by the parameter's
//! name, and no message shows a value that may be a secret.

use std::time::Duration;

use netbird_tokens::{Credential, OnUnknown, Secret as CoreSecret};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDelta, PyFloat, PyInt, PyString};

use crate::error;
use crate::secret::Secret;

type Any<'py> = Bound<'py, PyAny>;

/// A text.
pub(crate) fn text<'a>(name: &str, value: &'a Any<'_>) -> PyResult<&'a str> {
    let text = value.cast::<PyString>().map_err(|_| error::wrong_type(name, "str", value))?;
    // Python's own error would carry the whole text along.
    text.to_str().map_err(|_| {
        error::invalid_argument(value.py(), &format!("{name}: the text has a lone surrogate, which cannot be sent"))
    })
}

/// A text or none.
pub(crate) fn optional_text<'a>(name: &str, value: Option<&'a Any<'_>>) -> PyResult<Option<&'a str>> {
    value.map(|value| text(name, value)).transpose()
}

fn secret(name: &str, value: &Any<'_>) -> PyResult<CoreSecret> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().core().clone());
    }
    let text = value.cast::<PyString>().map_err(|_| error::wrong_type(name, "str or Secret", value))?;
    text.to_str().map(CoreSecret::new).map_err(|_| {
        error::invalid_credential(
            value.py(),
            &format!("{name}: the text has a lone surrogate, which no credential has"),
        )
    })
}

/// The ways to give a credential, of which a call may use one.
#[derive(Default)]
pub(crate) struct Credentials(Option<(&'static str, Credential)>);

impl Credentials {
    /// Notes the argument `name`, one of `pat`, `bearer` and `credential`.
    pub(crate) fn give(&mut self, name: &'static str, value: &Any<'_>) -> PyResult<()> {
        if let Some((other, _)) = &self.0 {
            return Err(PyTypeError::new_err(format!("{other} and {name} are both given: give one")));
        }
        let text = secret(name, value)?;
        let checked = match name {
            "pat" => Credential::pat(text.expose()),
            "bearer" => Credential::bearer(text.expose()),
            _ => Credential::detect(text.expose()),
        };
        self.0 = Some((name, checked.map_err(|error| error::raise(value.py(), &error))?));
        Ok(())
    }

    pub(crate) fn into_credential(self) -> Option<Credential> {
        self.0.map(|(_, credential)| credential)
    }
}

/// A length of time: seconds or a `timedelta`.
pub(crate) fn duration(name: &str, value: &Any<'_>) -> PyResult<Duration> {
    let py = value.py();
    let number = value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>();
    let seconds: f64 = if number && !value.is_instance_of::<PyBool>() {
        // An int that no float can hold is as infinite as any.
        value.extract().unwrap_or(f64::INFINITY)
    } else if value.is_instance_of::<PyDelta>() {
        value.call_method0(intern!(py, "total_seconds"))?.extract()?
    } else {
        return Err(error::wrong_type(name, "seconds (float or int) or a timedelta", value));
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        error::invalid_argument(
            py,
            &format!("{name}: {seconds} seconds is not possible: give a finite, non-negative time"),
        )
    })
}

/// A whole number; one that does not fit becomes the nearest that does, which the core then refuses.
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
        error::invalid_argument(
            value.py(),
            &format!("{name}: {number} is not possible: give a number that is not negative, nor huge"),
        )
    })
}

/// True or false, and nothing that merely counts as such.
pub(crate) fn flag(name: &str, value: &Any<'_>) -> PyResult<bool> {
    value.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| error::wrong_type(name, "bool", value))
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
        other => Err(error::invalid_argument(
            value.py(),
            &format!("{name}: {other:?} is not known: give \"report\" or \"revoke_and_retry\""),
        )),
    }
}
