//! The server's clock, and times as Go writes them.

use std::fmt::Write as _;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::Offset;

use crate::world::WorldError;

/// What Go writes for a time that was never set.
pub(crate) const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

const SECONDS_PER_DAY: i64 = 86_400;

/// A clock that a test can move. It runs on from wherever it was put.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    base: Timestamp,
    since: Instant,
    /// How many fraction digits it tells, 0 to 9.
    digits: u8,
}

impl Clock {
    pub(crate) fn new(digits: u8) -> Self {
        Self { base: Timestamp::now(), since: Instant::now(), digits }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = jiff::SignedDuration::try_from(self.since.elapsed()).unwrap_or_default();
        let now = self.base.saturating_add(elapsed).unwrap_or(Timestamp::MAX);
        truncate(now, self.digits)
    }

    pub(crate) fn set(&mut self, to: Timestamp) {
        self.base = to;
        self.since = Instant::now();
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.base = saturating_add_seconds(self.base, seconds);
    }
}

/// Reads RFC 3339 with any offset.
pub(crate) fn parse(text: &str, what: &str) -> Result<Timestamp, WorldError> {
    text.parse().map_err(|_| WorldError::new(format!("{what}: `{text}` is not an RFC 3339 time")))
}

/// Reads a fixed offset: `Z`, `+01:00`, `-03:30`.
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

/// Drops what a store with fewer digits would not keep.
pub(crate) fn truncate(time: Timestamp, digits: u8) -> Timestamp {
    let unit = 10_i128.pow(9 - u32::from(digits.min(9)));
    let nanos = time.as_nanosecond();
    Timestamp::from_nanosecond(nanos - nanos.rem_euclid(unit)).unwrap_or(time)
}

pub(crate) fn add_days(time: Timestamp, days: i64) -> Timestamp {
    saturating_add_seconds(time, days.saturating_mul(SECONDS_PER_DAY))
}

fn saturating_add_seconds(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// RFC 3339 as Go's `RFC3339Nano`: up to nine digits, trailing zeros cut, `Z` for an offset of zero.
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

/// The `Date` header's form.
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
    fn a_store_keeps_the_digits_it_keeps() {
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
    fn zones_that_are_none_are_refused() {
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
    fn a_moved_clock_runs_on() {
        let mut clock = Clock::new(9);
        clock.set(at("2030-01-01T00:00:00Z"));
        clock.advance(-60);
        let first = clock.now();
        assert!(first >= at("2029-12-31T23:59:00Z") && first < at("2029-12-31T23:59:59Z"));
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(clock.now() > first);
    }
}
