//! Instants, as servers write them. The first line is one, the second line another.

use netbird_tokens::Timestamp;

use crate::shown::assert_no_pat_in;

/// An instant that was read is the same when it is written and read again; comparing two never overflows. A refusal shows no PAT.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, ""));
    let one = match one.parse::<Timestamp>() {
        Ok(one) => one,
        Err(error) => return assert_no_pat_in(&error),
    };
    assert_eq!(one.to_string().parse(), Ok(one));
    assert_eq!(Timestamp::from_unix(one.unix_seconds(), one.subsec_nanoseconds()), Ok(one));
    assert!(one.subsec_nanoseconds() < 1_000_000_000 && one >= Timestamp::MIN && one <= Timestamp::MAX);
    let microseconds = i128::from(one.unix_seconds()) * 1_000_000 + i128::from(one.subsec_nanoseconds() / 1_000);
    assert_eq!(i128::from(one.unix_microseconds()), microseconds);
    let other = other.parse().unwrap_or(Timestamp::MIN);
    for (expires, now) in [(one, other), (other, one), (one, Timestamp::MAX), (one, Timestamp::MIN), (one, one)] {
        let days = expires.days_left(now);
        assert_eq!(expires.is_expired(now), expires < now);
        assert_eq!(days < 0, expires < now, "{days}");
    }
}
