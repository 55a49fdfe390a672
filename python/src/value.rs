//! Results as values: as a dict, and with some attributes changed.

use netbird_tokens::Timestamp;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The attributes of an object by name.
pub(crate) fn as_dict<'py, T>(object: &Bound<'py, T>, fields: &[&str]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(object.py());
    for field in fields {
        dict.set_item(field, object.as_any().getattr(*field)?)?;
    }
    Ok(dict)
}

/// Another object of the class. `exact` has the instants, which the attributes give only to the microsecond.
pub(crate) fn replace<'py, T>(
    object: &Bound<'py, T>,
    fields: &[&str],
    exact: &[(&str, Option<Timestamp>)],
    changes: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let given = as_dict(object, fields)?;
    for (field, instant) in exact {
        given.set_item(field, instant.map(|instant| instant.to_string()))?;
    }
    if let Some(changes) = changes {
        given.update(changes.as_mapping())?;
    }
    object.as_any().get_type().call((), Some(&given))
}
