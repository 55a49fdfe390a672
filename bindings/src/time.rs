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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NativeErrorKind;

    #[test]
    fn durations_out_of_range_are_refused_or_cut() {
        assert_eq!(duration("it", 1_500_000_000).unwrap(), Duration::from_millis(1_500));
        let NativeError::Failed { failure } = duration("it", -1).unwrap_err();
        assert_eq!(failure.kind, NativeErrorKind::InvalidArgument);
        assert_eq!(nanoseconds(Duration::MAX), i64::MAX);
    }

    #[test]
    fn instants_before_1970_keep_their_nanoseconds() {
        let time = NativeTimestamp::from("1969-12-31T23:59:59.25Z".parse::<Timestamp>().unwrap());
        assert_eq!((time.seconds, time.nanoseconds), (-1, 250_000_000));
    }
}
