//! Instants: the core's timestamps as timezone-aware `datetime`s in UTC, and back.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use netbird_tokens::Timestamp;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyString, PyTzInfo};

use crate::arguments::text;
use crate::error;

/// What a `datetime` holds.
const FIRST: DateTime = DateTime::constant(1, 1, 1, 0, 0, 0, 0);
const LAST: DateTime = DateTime::constant(9999, 12, 31, 23, 59, 59, 999_999_000);

/// A `datetime` in UTC, truncated to microseconds, which is what Python holds. An instant outside the years 1 to 9999 in UTC,
/// which RFC 3339 can write with an offset, becomes the nearest `datetime`.
pub(crate) fn to_datetime<'py>(py: Python<'py>, time: Timestamp) -> PyResult<Bound<'py, PyDateTime>> {
    let since_1970 = SignedDuration::from_micros(time.unix_microseconds());
    let nearest = if since_1970.is_negative() { FIRST } else { LAST };
    let civil = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(since_1970).map_or(nearest, |at| at.max(FIRST));
    PyDateTime::new(
        py,
        civil.year().into(),
        civil.month().unsigned_abs(),
        civil.day().unsigned_abs(),
        civil.hour().unsigned_abs(),
        civil.minute().unsigned_abs(),
        civil.second().unsigned_abs(),
        civil.subsec_nanosecond().unsigned_abs() / 1_000,
        Some(&PyTzInfo::utc(py)?.to_owned()),
    )
}

/// The instant that the argument `name` means; the present one if it is absent.
pub(crate) fn from_datetime(name: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Timestamp> {
    value.map_or_else(|| Ok(Timestamp::now()), |value| aware(name, value, "a timezone-aware datetime"))
}

/// The instant that a field of a result is built with: a `datetime`, or RFC 3339, which holds nanoseconds.
pub(crate) fn from_field(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    if value.is_instance_of::<PyString>() {
        return text(name, value)?.parse().map_err(|error| error::raise(value.py(), &error));
    }
    aware(name, value, "a timezone-aware datetime or str (RFC 3339)")
}

fn aware(name: &str, value: &Bound<'_, PyAny>, expected: &str) -> PyResult<Timestamp> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let py = value.py();
    let datetime = value.cast::<PyDateTime>().map_err(|_| error::wrong_type(name, expected, value))?;
    if datetime.call_method0(intern!(py, "utcoffset"))?.is_none() {
        let message = format!("{name} is a datetime without a time zone: write datetime.now(timezone.utc)");
        return Err(error::invalid_argument(py, &message));
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
