//! Lengths of time and lifetimes, as people write them.

use std::time::Duration;

use netbird_tokens::{Timestamp, parse_days, parse_duration};

use crate::shown::assert_no_pat_in;

const DAY: u64 = 86_400;

/// A length of time is a number and a unit, is at most 100 years, and is the same when it is written in seconds. A lifetime is
/// 1 to 365 days.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    match parse_duration(text) {
        Ok(length) => {
            let bare = text.trim();
            let (number, unit) = bare.split_at(bare.len() - 1);
            let unit = match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3_600,
                "d" => DAY,
                "w" => 7 * DAY,
                other => panic!("{other} is not a unit"),
            };
            assert!(number.bytes().all(|byte| byte.is_ascii_digit()));
            let expected = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
            assert_eq!(Some(length.as_secs()), expected);
            assert!(length > Duration::ZERO && length.as_secs() <= 36_500 * DAY && length.subsec_nanos() == 0);
            assert_eq!(parse_duration(&format!("{}s", length.as_secs())), Ok(length));
        }
        Err(error) => assert_no_pat_in(&error),
    }
    let now: Timestamp = "2026-11-22T23:59:59.5Z".parse().expect("it is a time");
    for now in [now, Timestamp::MIN, Timestamp::MAX] {
        match parse_days(text, now) {
            Ok(days) => {
                assert!((1..=365).contains(&days));
                assert_eq!(parse_days(&days.to_string(), now), Ok(days));
                assert_eq!(parse_days(&format!("{days}d"), now), Ok(days));
            }
            Err(error) => assert_no_pat_in(&error),
        }
    }
}
