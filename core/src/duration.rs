//! Lengths of time and dates as people write them: `30d`, `4w`, `12h`, `2026-12-31`.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::Date;

use crate::credential::looks_like_credential;
use crate::error::{Error, Result};
use crate::quoted::quoted;
use crate::timestamp::Timestamp;

const SECONDS_PER_DAY: u64 = 86_400;

/// Longer ones are a mistake, and adding them to a time could overflow.
const LONGEST: Duration = Duration::from_secs(100 * 365 * SECONDS_PER_DAY);

/// The lifetimes that the server accepts for a token, in days.
const LIFETIMES: RangeInclusive<i64> = 1..=365;

/// Reads a length of time: a whole number and its unit, `s`, `m`, `h`, `d` or `w`, as in `45s`, `15m`, `12h`, `30d` or `4w`.
/// White space around it is ignored.
///
/// # Errors
/// `invalid_argument`, which shows the form, for anything else, for zero, and for more than 100 years.
pub fn parse_duration(text: &str) -> Result<Duration> {
    let form = "write a whole number and a unit, as in 45s, 15m, 12h, 30d or 4w";
    let (number, unit) = number_and_unit(text);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => SECONDS_PER_DAY,
        "w" => 7 * SECONDS_PER_DAY,
        _ => return Err(refused(text, "is not a length of time", form)),
    };
    if number.is_empty() {
        return Err(refused(text, "is not a length of time", form));
    }
    // Digits that do not fit into the number are too many.
    let length = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).map(Duration::from_secs);
    match length {
        Some(Duration::ZERO) => Err(refused(text, "is no time at all", form)),
        Some(length) if length <= LONGEST => Ok(length),
        _ => Err(refused(text, "is longer than 100 years", form)),
    }
}

/// Reads the lifetime of a token, in days: a number of days, a length of time that is whole days (`30d`, `4w`, `48h`), or a
/// date, `2026-12-31`, which is counted from the date that `now` has in UTC.
///
/// # Errors
/// `invalid_argument`, which shows the form, for anything else, and for a lifetime outside 1 to 365 days.
pub fn parse_days(text: &str, now: Timestamp) -> Result<i64> {
    let form = "write a number of days (30), a length of time in whole days (30d, 4w, 48h), or a date (2026-12-31)";
    let range = "a token lives 1 to 365 days";
    let bare = text.trim();
    if let Some((year, month, day)) = date_parts(bare) {
        let date = Date::new(year, month, day)
            .map_err(|_| refused(text, "is not a date of the calendar", "write it like 2026-12-31"))?;
        let days = days_since_1970(date) - now.unix_seconds().div_euclid(86_400);
        return match days {
            days if LIFETIMES.contains(&days) => Ok(days),
            ..0 => Err(refused(text, "is in the past", &format!("{range}, so write a date from tomorrow on"))),
            0 => Err(refused(text, "is today in UTC", &format!("{range}, so write a date from tomorrow on"))),
            _ => Err(refused(text, &format!("is {days} days away"), &format!("{range}, so write an earlier date"))),
        };
    }
    let days = match number_and_unit(bare) {
        ("", _) => return Err(refused(text, "is not a lifetime", form)),
        // Digits that do not fit into the number are too many days.
        (number, "") => number.parse().unwrap_or(i64::MAX),
        _ => {
            let length = parse_duration(bare)?.as_secs();
            if length % SECONDS_PER_DAY != 0 {
                return Err(refused(text, "is not a whole number of days", form));
            }
            i64::try_from(length / SECONDS_PER_DAY).unwrap_or(i64::MAX)
        }
    };
    if LIFETIMES.contains(&days) {
        Ok(days)
    } else {
        Err(refused(text, "is out of range", &format!("{range}; {form}")))
    }
}

/// The digits at the start, and the rest.
fn number_and_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// The parts of a text like `2026-12-31`.
fn date_parts(text: &str) -> Option<(i16, i8, i8)> {
    let form = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(form) {
        return None;
    }
    Some((text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?))
}

fn days_since_1970(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs().div_euclid(86_400)
}

fn refused(text: &str, why: &str, what_to_write: &str) -> Error {
    let shown = if looks_like_credential(text) { "a credential".to_owned() } else { quoted(text) };
    Error::invalid_argument(format!("{shown} {why}: {what_to_write}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn days(text: &str) -> Result<i64> {
        parse_days(text, "2026-11-22T23:59:59.5Z".parse().unwrap())
    }

    fn says<T: std::fmt::Debug>(result: Result<T>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.message().to_owned()
    }

    #[test]
    fn each_unit_is_known() {
        let seconds = |text: &str| parse_duration(text).unwrap().as_secs();
        assert_eq!((seconds("45s"), seconds("15m"), seconds("12h")), (45, 900, 43_200));
        assert_eq!((seconds("30d"), seconds("4w"), seconds(" 007d\n")), (2_592_000, 2_419_200, 604_800));
        assert_eq!(seconds("36500d"), LONGEST.as_secs());
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_with_the_form() {
        for text in [
            "",
            " ",
            "d",
            "30",
            "-1d",
            "+1d",
            "1.5h",
            "1 d",
            "1D",
            "1dd",
            "1d12h",
            "1é",
            "é1d",
            "1µs",
            "٣d",
            "2026-12-31",
        ] {
            let message = says(parse_duration(text));
            assert!(message.contains("30d") && message.contains("is not a length of time"), "{message}");
        }
        assert!(says(parse_duration("0h")).contains("no time at all"));
        for text in ["36501d", "18446744073709551615w", "18446744073709551616s", "99999999999999999999999999d"] {
            assert!(says(parse_duration(text)).contains("longer than 100 years"), "{text}");
        }
        assert!(!says(parse_duration("1dnbp_abcdefghijklmnopqrstuvwxyz01232LolCm")).contains("abcdef"));
        assert!(!says(parse_duration("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm")).contains("abcdef"));
    }

    #[test]
    fn days_are_a_number_a_length_of_time_or_a_date() {
        for (text, expected) in [
            ("1", 1),
            (" 365 ", 365),
            ("30d", 30),
            ("4w", 28),
            ("48h", 2),
            ("86400s", 1),
            ("2026-11-23", 1),
            ("2026-12-31", 39),
            ("2027-11-22", 365),
        ] {
            assert_eq!(days(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_date_is_counted_from_the_date_in_utc() {
        let from = |now: &str| parse_days("2026-11-24", now.parse().unwrap()).unwrap();
        assert_eq!((from("2026-11-22T00:00:00Z"), from("2026-11-22T23:59:59.999Z")), (2, 2));
        assert_eq!((from("2026-11-23T01:00:00+02:00"), from("2026-11-22T23:00:00-02:00")), (2, 1));
        assert_eq!(parse_days("1970-01-02", "1969-12-31T12:00:00Z".parse().unwrap()).unwrap(), 2);
        assert_eq!(parse_days("2028-03-01", "2028-02-28T00:00:00Z".parse().unwrap()).unwrap(), 2);
    }

    #[test]
    fn what_is_no_lifetime_is_refused_with_what_to_write() {
        for (text, expected) in [
            ("0", "1 to 365"),
            ("366", "1 to 365"),
            ("99999999999999999999", "1 to 365"),
            ("53w", "1 to 365"),
            ("400d", "1 to 365"),
            ("36h", "whole number of days"),
            ("90m", "whole number of days"),
            ("-3", "a date (2026-12-31)"),
            ("soon", "a date (2026-12-31)"),
            ("", "a date (2026-12-31)"),
            ("3 days", "30d"),
            ("0d", "no time at all"),
            ("2026-11-21", "in the past"),
            ("2026-11-22", "today"),
            ("2027-11-23", "366 days away"),
            ("9999-12-31", "1 to 365"),
            ("0000-01-01", "in the past"),
            ("2026-02-30", "not a date of the calendar"),
            ("2026-13-01", "write it like 2026-12-31"),
            ("2026-12-31T00:00:00Z", "30d"),
            ("20261231", "1 to 365"),
            ("2026/12/31", "30d"),
        ] {
            let message = says(days(text));
            assert!(message.contains(expected), "{text}: {message}");
        }
        assert!(parse_days("2026-12-31", Timestamp::MIN).is_err() && parse_days("2026-12-31", Timestamp::MAX).is_err());
    }
}
