//! An instant, as NetBird writes it: RFC 3339 with 0 to 9 fraction digits and any offset.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};

const ZERO_TIME_SECOND: i64 = -62_135_596_800;

/// An instant with nanoseconds, independent of any time zone. Prints as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The instant at which this is called, by this machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Timestamp(jiff::Timestamp::now())
    }

    /// An instant given as whole seconds since 1970-01-01T00:00:00Z and nanoseconds (0 to 999 999 999) after that.
    ///
    /// # Errors
    /// `invalid_argument` when it lies outside the years -9999 to 9999 or the nanoseconds are out of range.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Result<Self> {
        let out_of_range =
            || Error::invalid_argument("the time is out of range: give one within the years -9999 to 9999");
        if nanoseconds > 999_999_999 {
            return Err(out_of_range());
        }
        let whole = jiff::Timestamp::from_second(seconds).map_err(|_| out_of_range())?;
        whole.checked_add(Duration::from_nanos(u64::from(nanoseconds))).map(Timestamp).map_err(|_| out_of_range())
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        let second = self.0.as_second();
        if self.0.subsec_nanosecond() < 0 { second - 1 } else { second }
    }

    /// The nanoseconds after [`Timestamp::unix_seconds`], 0 to 999 999 999.
    #[must_use]
    pub fn subsec_nanoseconds(self) -> u32 {
        u32::try_from(self.0.subsec_nanosecond().rem_euclid(1_000_000_000)).unwrap_or_default()
    }

    /// Whole microseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_microseconds(self) -> i64 {
        self.unix_seconds() * 1_000_000 + i64::from(self.subsec_nanoseconds() / 1_000)
    }

    /// Go's zero time, `0001-01-01T00:00:00Z`, by which NetBird says "never".
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.as_second() == ZERO_TIME_SECOND && self.0.subsec_nanosecond() == 0
    }

    /// `None` for the zero time.
    pub(crate) fn or_never(self) -> Option<Self> {
        (!self.is_zero()).then_some(self)
    }

    /// Seconds and nanoseconds from `earlier` to this; negative when this comes first.
    pub(crate) fn nanoseconds_since(self, earlier: Self) -> i128 {
        self.0.as_nanosecond() - earlier.0.as_nanosecond()
    }

    pub(crate) fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).ok().map(Timestamp)
    }

    /// The instant of an HTTP `Date` or `Retry-After` header field.
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        jiff::fmt::rfc2822::parse(text).ok().map(|zoned| Timestamp(zoned.timestamp()))
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 with any offset.
    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Timestamp).map_err(|_| {
            Error::invalid_argument(format!("{text:?} is no RFC 3339 time: write it as 2026-11-22T14:02:53Z"))
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = Error;

    fn try_from(time: SystemTime) -> Result<Self> {
        jiff::Timestamp::try_from(time)
            .map(Timestamp)
            .map_err(|_| Error::invalid_argument("the time is out of range: give one within the years -9999 to 9999"))
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<Timestamp, E> {
                text.parse().map(Timestamp).map_err(|_| E::custom("not an RFC 3339 time"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn digits_and_offsets_name_the_same_instant() {
        assert_eq!(at("2026-11-22T15:02:53+01:00"), at("2026-11-22T14:02:53Z"));
        assert_eq!(at("2026-11-22T14:02:53.5Z"), at("2026-11-22T14:02:53.500000000Z"));
        assert_eq!(at("2023-05-04T12:45:25.9723616Z").subsec_nanoseconds(), 972_361_600);
        assert!("2026-11-22".parse::<Timestamp>().is_err());
    }

    #[test]
    fn parts_before_1970_round_down() {
        let time = at("1969-12-31T23:59:59.25Z");
        assert_eq!((time.unix_seconds(), time.subsec_nanoseconds()), (-1, 250_000_000));
        assert_eq!(time.unix_microseconds(), -750_000);
        assert_eq!(Timestamp::from_unix(-1, 250_000_000).unwrap(), time);
    }

    #[test]
    fn the_zero_time_is_never() {
        assert!(at("0001-01-01T00:00:00Z").is_zero());
        assert_eq!(at("0001-01-01T00:00:00Z").or_never(), None);
        assert!(at("0001-01-01T00:00:01Z").or_never().is_some());
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(Timestamp::from_http_date("Sun, 22 Nov 2026 14:02:53 GMT"), Some(at("2026-11-22T14:02:53Z")));
        assert_eq!(Timestamp::from_http_date("soon"), None);
    }
}
