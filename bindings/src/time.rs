//! Instants and durations as whole numbers.

use std::time::Duration;

use netbird_tokens::Timestamp;

use crate::error::NativeError;

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeTimestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub seconds: i64,
    /// The nanoseconds after that, 0 to 999 999 999.
    pub nanoseconds: u32,
}

impl From<Timestamp> for NativeTimestamp {
    fn from(time: Timestamp) -> Self {
        NativeTimestamp { seconds: time.unix_seconds(), nanoseconds: time.subsec_nanoseconds() }
    }
}

/// A duration that the foreign side gave in nanoseconds.
pub(crate) fn duration(name: &str, nanoseconds: i64) -> Result<Duration, NativeError> {
    u64::try_from(nanoseconds)
        .map(Duration::from_nanos)
        .map_err(|_| NativeError::invalid_argument(format!("{name} is negative: give a duration of zero or more")))
}

/// Nanoseconds for the foreign side, at most the 292 years that fit.
pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
