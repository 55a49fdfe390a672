//! Instants: the core's timestamps as timezone-aware `datetime`s in UTC, and back.

use jiff::tz::Offset;
use netbird_tokens::Timestamp;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyTzInfo};

use crate::error;

/// A `datetime` in UTC, cut down to microseconds, which is what Python holds.
pub(crate) fn to_datetime<'py>(py: Python<'py>, time: Timestamp) -> PyResult<Bound<'py, PyDateTime>> {
    let instant = jiff::Timestamp::from_microsecond(time.unix_microseconds())
        .map_err(|_| PyValueError::new_err("the time is outside the years that a datetime holds"))?;
    let civil = Offset::UTC.to_datetime(instant);
    let (date, clock) = (civil.date(), civil.time());
    PyDateTime::new(
        py,
        date.year().into(),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
        clock.hour().unsigned_abs(),
        clock.minute().unsigned_abs(),
        clock.second().unsigned_abs(),
        clock.subsec_nanosecond().unsigned_abs() / 1_000,
        Some(&PyTzInfo::utc(py)?.to_owned()),
    )
}

/// The same as text, for a `repr`.
pub(crate) fn to_text(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.unix_microseconds()).map_or_else(|_| time.to_string(), |cut| cut.to_string())
}

/// The instant that a caller means by the argument `name`; the present one if it is absent.
pub(crate) fn from_datetime(name: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Timestamp> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let Some(value) = value else {
        return Ok(Timestamp::now());
    };
    let py = value.py();
    let datetime =
        value.cast::<PyDateTime>().map_err(|_| error::wrong_type(name, "a timezone-aware datetime", value))?;
    if datetime.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Err(error::invalid_argument(
            py,
            &format!("{name}: the datetime has no time zone: write datetime.now(timezone.utc)"),
        ));
    }
    let epoch = EPOCH.get_or_try_init(py, || {
        to_datetime(py, Timestamp::from_unix(0, 0).map_err(|error| error::raise(py, &error))?).map(Bound::unbind)
    })?;
    let since = datetime.sub(epoch)?;
    let days: i64 = since.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = since.getattr(intern!(py, "seconds"))?.extract()?;
    let microseconds: u32 = since.getattr(intern!(py, "microseconds"))?.extract()?;
    Timestamp::from_unix(days * 86_400 + seconds, microseconds * 1_000).map_err(|error| error::raise(py, &error))
}
