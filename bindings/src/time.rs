//! Instants and durations as whole numbers, and what the core computes with instants.

use std::time::Duration;

use netbird_tokens::Timestamp;

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

/// The foreign side's types may hold instants that the core's does not: these become its first or last one.
impl From<NativeTimestamp> for Timestamp {
    fn from(time: NativeTimestamp) -> Self {
        let nearest = if time.seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_unix(time.seconds, time.nanoseconds).unwrap_or(nearest)
    }
}

/// Whether a token that expires at that instant has expired at `now`. Cannot fail.
#[uniffi::export]
pub fn is_expired(expiration_date: NativeTimestamp, now: NativeTimestamp) -> bool {
    Timestamp::from(expiration_date).is_expired(now.into())
}

/// Whole days from `now` until a token that expires at that instant does. Cannot fail.
#[uniffi::export]
pub fn days_left(expiration_date: NativeTimestamp, now: NativeTimestamp) -> i64 {
    Timestamp::from(expiration_date).days_left(now.into())
}

/// Nanoseconds for the foreign side, at most the 292 years that fit.
pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NativeTimestamp {
        text.parse::<Timestamp>().unwrap().into()
    }

    #[test]
    fn durations_that_are_too_long_are_cut() {
        assert_eq!(nanoseconds(Duration::from_millis(1_500)), 1_500_000_000);
        assert_eq!(nanoseconds(Duration::MAX), i64::MAX);
    }

    #[test]
    fn instants_before_1970_keep_their_nanoseconds() {
        let time = at("1969-12-31T23:59:59.25Z");
        assert_eq!((time.seconds, time.nanoseconds), (-1, 250_000_000));
        assert_eq!(Timestamp::from(time).to_string(), "1969-12-31T23:59:59.25Z");
    }

    #[test]
    fn expiry_is_what_the_core_says_for_any_instant() {
        let expiry = at("2026-11-22T14:02:53.235299123Z");
        assert!(!is_expired(expiry, expiry));
        assert_eq!(days_left(expiry, at("2026-11-21T14:02:53.235299123Z")), 1);
        let (first, last) = (
            NativeTimestamp { seconds: i64::MIN, nanoseconds: 0 },
            NativeTimestamp { seconds: i64::MAX, nanoseconds: u32::MAX },
        );
        assert!(is_expired(expiry, last) && !is_expired(expiry, first));
        assert!(days_left(expiry, last) < 0 && days_left(expiry, first) > 0);
    }
}
