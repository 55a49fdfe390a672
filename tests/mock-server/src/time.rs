//! The server's clock, and times in the formats that Go writes.

use std::fmt::Write as _;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::Offset;

use crate::world::WorldError;

/// What Go writes for a time that is not set.
pub(crate) const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A clock that a test can move. It keeps running from wherever it was set.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    base: Timestamp,
    since: Instant,
    /// How many fraction digits it has, 0 to 9.
    digits: u8,
    /// Stamps are whole multiples of this many seconds. 0: as exact as the clock.
    step: u32,
}

impl Clock {
    pub(crate) fn new(digits: u8) -> Self {
        Self { base: Timestamp::now(), since: Instant::now(), digits, step: 0 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = jiff::SignedDuration::try_from(self.since.elapsed()).unwrap_or_default();
        let now = self.base.saturating_add(elapsed).unwrap_or(Timestamp::MAX);
        truncate(now, self.digits)
    }

    /// The current time as the server stores it in `created_at` and `last_used`.
    pub(crate) fn stamp(&self) -> Timestamp {
        round_down(self.now(), i128::from(self.step) * NANOS_PER_SECOND)
    }

    pub(crate) fn step(&self) -> u32 {
        self.step
    }

    pub(crate) fn set_step(&mut self, seconds: u32) {
        self.step = seconds;
    }

    pub(crate) fn set(&mut self, to: Timestamp) {
        self.base = to;
        self.since = Instant::now();
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.base = saturating_add_seconds(self.base, seconds);
    }
}

/// Parses RFC 3339 with any offset.
pub(crate) fn parse(text: &str, what: &str) -> Result<Timestamp, WorldError> {
    text.parse().map_err(|_| WorldError::new(format!("{what}: `{text}` is not an RFC 3339 time")))
}

/// Whether this is an RFC 3339 time that only differs from those that [`parse`] accepts by being out of range:
/// `Timestamp` ends at 9999-12-30T22:00 UTC, so that every offset can be applied to it.
pub(crate) fn is_out_of_range(text: &str) -> bool {
    let zone_at = text.rfind(['Z', '+', '-']).unwrap_or_default();
    let (local, zone) = text.split_at(zone_at);
    let is_time = local.as_bytes().get(10) == Some(&b'T') && local.parse::<jiff::civil::DateTime>().is_ok();
    is_time && parse_zone(zone).is_ok() && text.parse::<Timestamp>().is_err()
}

/// Parses a fixed offset: `Z`, `+01:00`, `-03:30`.
pub(crate) fn parse_zone(text: &str) -> Result<Offset, WorldError> {
    let wrong = || WorldError::new(format!("zone: `{text}` is neither `Z` nor like `+01:00`"));
    if text == "Z" {
        return Ok(Offset::UTC);
    }
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'+') => (1, &text[1..]),
        Some(b'-') => (-1, &text[1..]),
        _ => return Err(wrong()),
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(wrong)?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i32>().ok()).flatten()
    };
    let hours = two_digits(hours).ok_or_else(wrong)?;
    let minutes = two_digits(minutes).filter(|m| *m < 60).ok_or_else(wrong)?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).map_err(|_| wrong())
}

/// Removes the digits that a store with fewer digits does not keep.
pub(crate) fn truncate(time: Timestamp, digits: u8) -> Timestamp {
    round_down(time, 10_i128.pow(9 - u32::from(digits.min(9))))
}

/// The last multiple of this unit. 0: the time itself.
fn round_down(time: Timestamp, unit: i128) -> Timestamp {
    let nanos = time.as_nanosecond();
    let rest = nanos.checked_rem_euclid(unit).unwrap_or_default();
    Timestamp::from_nanosecond(nanos - rest).unwrap_or(time)
}

pub(crate) fn add_days(time: Timestamp, days: i64) -> Timestamp {
    saturating_add_seconds(time, days.saturating_mul(SECONDS_PER_DAY))
}

pub(crate) fn saturating_add_seconds(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// RFC 3339 like Go's `RFC3339Nano`: up to nine digits without trailing zeros, `Z` for an offset of zero.
pub(crate) fn go_format(time: Timestamp, zone: Offset) -> String {
    let local = zone.to_datetime(time);
    let mut out = String::with_capacity(35);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
    let nanos = local.subsec_nanosecond();
    if nanos != 0 {
        let fraction = format!("{nanos:09}");
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
    let minutes = zone.seconds() / 60;
    if minutes == 0 {
        out.push('Z');
    } else {
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.abs();
        let _ = write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    out
}

/// The format of the `Date` header.
pub(crate) fn http_date(time: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let utc = Offset::UTC.to_datetime(time);
    let day = match utc.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    let month = usize::try_from(utc.month() - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"Jan");
    format!(
        "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
        utc.day(),
        utc.year(),
        utc.hour(),
        utc.minute(),
        utc.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn trailing_zeros_are_cut_and_a_zero_offset_is_z() {
        let half = at("2026-11-22T15:02:53.500+01:00");
        assert_eq!(go_format(half, Offset::UTC), "2026-11-22T14:02:53.5Z");
        let zone = parse_zone("+01:00").expect("a zone");
        assert_eq!(go_format(half, zone), "2026-11-22T15:02:53.5+01:00");
        let whole = at("2026-11-22T00:10:00Z");
        let zone = parse_zone("-03:30").expect("a zone");
        assert_eq!(go_format(whole, zone), "2026-11-21T20:40:00-03:30");
        assert_eq!(go_format(at(ZERO_TIME), Offset::UTC), ZERO_TIME);
    }

    #[test]
    fn a_store_with_fewer_digits_truncates() {
        let time = at("2026-11-22T14:02:53.123456789Z");
        for (digits, expected) in [
            (0, "2026-11-22T14:02:53Z"),
            (3, "2026-11-22T14:02:53.123Z"),
            (7, "2026-11-22T14:02:53.1234567Z"),
            (9, "2026-11-22T14:02:53.123456789Z"),
        ] {
            assert_eq!(go_format(truncate(time, digits), Offset::UTC), expected);
        }
    }

    #[test]
    fn invalid_zones_are_refused() {
        for text in ["", "+1:00", "+01:60", "01:00", "Europe/Berlin", "+0100", "+99:00"] {
            assert!(parse_zone(text).is_err(), "{text}");
        }
        assert_eq!(parse_zone("+00:00").map(|z| z.seconds()), Ok(0));
    }

    #[test]
    fn the_date_header() {
        assert_eq!(http_date(at("2026-11-22T14:02:53.9Z")), "Sun, 22 Nov 2026 14:02:53 GMT");
        assert_eq!(http_date(at("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn times_beyond_the_clocks_range_are_recognised() {
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999-12:00", "9999-12-30T23:00:00+00:00"] {
            assert!(is_out_of_range(text), "{text}");
        }
        for text in ["", "Z", "2026-01-01T00:00:00Z", "9999-12-31", "9999-12-31T23:59:59", "9999-13-31T23:59:59Z"] {
            assert!(!is_out_of_range(text), "{text}");
        }
    }

    #[test]
    fn rounds_down_also_before_1970() {
        for (time, seconds, rounded) in [
            ("2026-11-22T14:02:53.5Z", 0, "2026-11-22T14:02:53.5Z"),
            ("2026-11-22T14:02:53.5Z", 1, "2026-11-22T14:02:53Z"),
            ("2026-11-22T14:02:53.5Z", 60, "2026-11-22T14:02:00Z"),
            ("1969-12-31T23:59:59.5Z", 60, "1969-12-31T23:59:00Z"),
        ] {
            assert_eq!(round_down(at(time), seconds * NANOS_PER_SECOND), at(rounded));
        }
    }

    #[test]
    fn a_moved_clock_keeps_running() {
        let mut clock = Clock::new(9);
        clock.set(at("2030-01-01T00:00:00Z"));
        clock.advance(-60);
        let first = clock.now();
        assert!(first >= at("2029-12-31T23:59:00Z") && first < at("2029-12-31T23:59:59Z"));
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(clock.now() > first);
    }
}
