//! An instant, as NetBird writes it: RFC 3339 with 0 to 9 fraction digits and any offset.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::{DateTimeParser, PiecesOffset};
use jiff::tz::Offset;

use crate::error::{Error, Result};
use crate::quoted::quoted;

const ZERO_TIME_SECOND: i64 = -62_135_596_800;

/// An instant with nanoseconds, independent of any time zone. Prints as RFC 3339 in UTC.
///
/// Every RFC 3339 instant can be held, `9999-12-31T23:59:59.999999999Z` and its offsets included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    // Whole seconds since 1970, rounded down, and the nanoseconds after that.
    seconds: i64,
    nanoseconds: u32,
}

/// 0000-01-01T00:00:00+23:59 and 9999-12-31T23:59:59-23:59, in seconds since 1970.
const FIRST_SECOND: i64 = -62_167_219_200 - 86_340;
const LAST_SECOND: i64 = 253_402_300_799 + 86_340;

const NANOSECONDS_PER_DAY: i128 = 86_400 * 1_000_000_000;

impl Timestamp {
    /// The first instant that can be held.
    pub const MIN: Timestamp = Timestamp { seconds: FIRST_SECOND, nanoseconds: 0 };

    /// The last instant that can be held.
    pub const MAX: Timestamp = Timestamp { seconds: LAST_SECOND, nanoseconds: 999_999_999 };

    /// The instant at which this is called, by this machine's clock.
    #[must_use]
    pub fn now() -> Self {
        // A clock outside the years 0 to 9999 is not worth a panic.
        SystemTime::now().try_into().unwrap_or(Timestamp { seconds: 0, nanoseconds: 0 })
    }

    /// An instant given as whole seconds since 1970-01-01T00:00:00Z and nanoseconds (0 to 999 999 999) after that.
    ///
    /// # Errors
    /// `invalid_argument` when it lies outside the years 0 to 9999 or the nanoseconds are out of range.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Result<Self> {
        if nanoseconds > 999_999_999 || !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
            return Err(Error::invalid_argument("the time is out of range: give one within the years 0 to 9999"));
        }
        Ok(Timestamp { seconds, nanoseconds })
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds after [`Timestamp::unix_seconds`], 0 to 999 999 999.
    #[must_use]
    pub fn subsec_nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Whole microseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_microseconds(self) -> i64 {
        self.seconds * 1_000_000 + i64::from(self.nanoseconds / 1_000)
    }

    /// Go's zero time, `0001-01-01T00:00:00Z`, by which NetBird says "never".
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.seconds == ZERO_TIME_SECOND && self.nanoseconds == 0
    }

    /// Whether what expires at this instant has expired at `now`: after it, not at it.
    #[must_use]
    pub fn is_expired(self, now: Timestamp) -> bool {
        now > self
    }

    /// Whole days of 24 hours from `now` to this instant, rounded down: 0 on the last day, negative once it is past.
    #[must_use]
    pub fn days_left(self, now: Timestamp) -> i64 {
        let days = self.nanoseconds_since(now).div_euclid(NANOSECONDS_PER_DAY);
        i64::try_from(days).expect("years -9999 to 9999 are fewer than 2^63 days")
    }

    /// `None` for the zero time.
    pub(crate) fn or_never(self) -> Option<Self> {
        (!self.is_zero()).then_some(self)
    }

    /// Nanoseconds from `earlier` to this; negative when this comes first.
    pub(crate) fn nanoseconds_since(self, earlier: Self) -> i128 {
        i128::from(self.seconds - earlier.seconds) * 1_000_000_000
            + (i128::from(self.nanoseconds) - i128::from(earlier.nanoseconds))
    }

    /// The instant that is this much earlier; the first one that can be held where there is none.
    pub(crate) fn saturating_sub(self, duration: Duration) -> Self {
        let Ok(seconds) = i64::try_from(duration.as_secs()) else { return Timestamp::MIN };
        let borrow = self.nanoseconds < duration.subsec_nanos();
        let nanoseconds = self.nanoseconds + if borrow { 1_000_000_000 } else { 0 } - duration.subsec_nanos();
        match self.seconds.checked_sub(seconds).map(|seconds| seconds - i64::from(borrow)) {
            Some(seconds) if seconds >= FIRST_SECOND => Timestamp { seconds, nanoseconds },
            _ => Timestamp::MIN,
        }
    }

    /// The instant that is this much later; the last one that can be held where there is none.
    pub(crate) fn saturating_add(self, duration: Duration) -> Self {
        let Ok(seconds) = i64::try_from(duration.as_secs()) else { return Timestamp::MAX };
        let nanoseconds = self.nanoseconds + duration.subsec_nanos();
        let seconds = self.seconds.saturating_add(seconds).saturating_add(i64::from(nanoseconds / 1_000_000_000));
        if seconds > LAST_SECOND {
            return Timestamp::MAX;
        }
        Timestamp { seconds, nanoseconds: nanoseconds % 1_000_000_000 }
    }

    /// The instant of an HTTP `Date` or `Retry-After` header field.
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        httpdate::parse_http_date(text).ok()?.try_into().ok()
    }

    /// The instant at which a clock with that offset shows this.
    fn of_civil(civil: DateTime, offset: Offset) -> Option<Self> {
        let since_1970 = civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        let (mut seconds, mut nanoseconds) = (since_1970.as_secs(), since_1970.subsec_nanos());
        if nanoseconds < 0 {
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + 1_000_000_000);
        }
        let seconds = seconds - i64::from(offset.seconds());
        Timestamp::from_unix(seconds, u32::try_from(nanoseconds).ok()?).ok()
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 with any offset.
    fn from_str(text: &str) -> Result<Self> {
        const PARSER: DateTimeParser = DateTimeParser::new();
        let read = || {
            let pieces = PARSER.parse_pieces(text).ok()?;
            let offset = match pieces.offset()? {
                PiecesOffset::Zulu => Offset::UTC,
                PiecesOffset::Numeric(numeric) => numeric.offset(),
                _ => return None,
            };
            if pieces.time_zone_annotation().is_some() {
                return None;
            }
            Timestamp::of_civil(pieces.date().to_datetime(pieces.time()?), offset)
        };
        read().ok_or_else(|| {
            let shown = quoted(text);
            Error::invalid_argument(format!("{shown} is not an RFC 3339 time: write it like 2026-11-22T14:02:53Z"))
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An instant within a day of the years' ends may have no UTC form with four digits, but one with an offset.
        let shown = |offset: i32| {
            let since_1970 = SignedDuration::new(self.seconds + i64::from(offset), 0);
            let civil = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(since_1970).ok()?;
            let civil = civil.with().subsec_nanosecond(i32::try_from(self.nanoseconds).ok()?).build().ok()?;
            (civil.year() >= 0).then_some(civil)
        };
        const ALMOST_A_DAY: i32 = 86_340;
        match (shown(0), shown(-ALMOST_A_DAY), shown(ALMOST_A_DAY)) {
            (Some(utc), _, _) => write!(f, "{utc}Z"),
            (None, Some(civil), _) => write!(f, "{civil}-23:59"),
            (None, None, Some(civil)) => write!(f, "{civil}+23:59"),
            (None, None, None) => f.write_str("a time out of range"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let nanoseconds = Duration::from_nanos(u64::from(time.nanoseconds));
        let whole = Duration::from_secs(time.seconds.unsigned_abs());
        // Within the years 0 to 9999 this holds on every platform; Windows counts from 1601.
        let at = if time.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        at.and_then(|at| at.checked_add(nanoseconds)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = Error;

    fn try_from(time: SystemTime) -> Result<Self> {
        let out_of_range = || Error::invalid_argument("the time is out of range: give one within the years 0 to 9999");
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => {
                let seconds = i64::try_from(after.as_secs()).map_err(|_| out_of_range())?;
                Timestamp::from_unix(seconds, after.subsec_nanos())
            }
            Err(error) => {
                let before = error.duration();
                let seconds = i64::try_from(before.as_secs()).map_err(|_| out_of_range())?;
                match before.subsec_nanos() {
                    0 => Timestamp::from_unix(-seconds, 0),
                    nanoseconds => Timestamp::from_unix(-seconds - 1, 1_000_000_000 - nanoseconds),
                }
            }
        }
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
                text.parse().map_err(|_| E::custom("not an RFC 3339 time"))
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
        for text in ["2026-11-22", "2026-11-22T14:02:53", "2026-11-22T14:02:53+01:00[Europe/Rome]", "soon", ""] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_rfc_3339_instant_can_be_held_and_printed() {
        for text in [
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.25Z",
            "2026-11-22T14:02:53.000000001Z",
            "9999-12-31T23:59:59-23:59",
            "0000-01-01T00:00:00+23:59",
        ] {
            let text = text.trim();
            assert_eq!(at(text).to_string().parse::<Timestamp>().unwrap(), at(text), "{text}");
        }
        assert_eq!(at("9999-12-31T23:59:59Z").to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(at("9999-12-31T23:59:59-23:59").to_string(), "9999-12-31T23:59:59-23:59");
        assert_eq!(at("0000-01-01T00:00:00+23:59").to_string(), "0000-01-01T00:00:00+23:59");
        assert!(at("9999-12-31T23:59:59Z") < at("9999-12-31T23:59:59-01:00"));
        assert!(Timestamp::from_unix(i64::MAX, 0).is_err() && Timestamp::from_unix(0, 1_000_000_000).is_err());
    }

    #[test]
    fn system_times_convert_both_ways() {
        for text in
            ["1969-12-31T23:59:59.25Z", "1900-01-01T00:00:00Z", "2026-11-22T14:02:53.5Z", "9999-12-31T23:59:59Z"]
        {
            assert_eq!(Timestamp::try_from(SystemTime::from(at(text))).unwrap(), at(text));
        }
    }

    #[test]
    fn subtracting_and_adding_stop_at_the_ends() {
        let time = at("2026-11-22T14:02:53.25Z");
        assert_eq!(time.saturating_sub(Duration::from_millis(500)), at("2026-11-22T14:02:52.75Z"));
        assert!(time.saturating_sub(Duration::MAX) < at("0000-01-01T00:00:00Z"));
        assert_eq!(time.saturating_add(Duration::from_millis(1_800)), at("2026-11-22T14:02:55.05Z"));
        assert_eq!(time.saturating_add(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.saturating_add(Duration::from_secs(1)), Timestamp::MAX);
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
        assert_eq!(Timestamp::from_http_date("Fri, 31 Dec 9999 23:59:59 GMT"), Some(at("9999-12-31T23:59:59Z")));
        assert_eq!(Timestamp::from_http_date("soon"), None);
    }
}
