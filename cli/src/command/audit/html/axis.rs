//! The time axis: where an instant is on the page.

use netbird_tokens::{Timestamp, UserAudit};

const DAY: i64 = 86_400;
/// How far the axis goes into the past and the future. No token lives longer than a year, so that every one that works fits.
const REACH: i64 = 366 * DAY;
/// Space at both ends.
const MARGIN: i64 = 7 * DAY;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// From a year ago to a year ahead, or the part of it in which there are tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    start: i64,
    end: i64,
}

/// The first day of a month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: Permille,
    pub(super) label: String,
    /// Whether it begins a quarter. On a narrow screen only these have labels.
    pub(super) is_quarter: bool,
}

/// A place on the axis, 0 to 1000 from left to right. Displayed as a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permille(i64);

impl Permille {
    pub(super) fn minus(self, other: Permille) -> Permille {
        Permille((self.0 - other.0).max(0))
    }

    pub(super) fn at_least(self, permille: i64) -> Permille {
        Permille(self.0.max(permille))
    }
}

impl std::fmt::Display for Permille {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 10, self.0 % 10) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, tenths) => write!(f, "{whole}.{tenths}%"),
        }
    }
}

impl Axis {
    pub(super) fn covering(users: &[UserAudit], now: Timestamp) -> Self {
        let tokens = || users.iter().flat_map(|user| &user.tokens).map(|audited| &audited.token);
        let now = now.unix_seconds();
        let times = tokens().flat_map(|token| [token.created_at(), token.expiration_date()]);
        let (mut first, mut last) = (now, now);
        let is_near = |time: &i64| (now - REACH..=now + REACH).contains(time);
        for time in times.map(Timestamp::unix_seconds).filter(is_near) {
            first = first.min(time);
            last = last.max(time);
        }
        Axis { start: first - MARGIN, end: last + MARGIN }
    }

    /// Where an instant is. What is beyond an end is at that end.
    pub(super) fn at(self, time: Timestamp) -> Permille {
        self.place(time.unix_seconds())
    }

    /// Whether an instant is before the start.
    pub(super) fn is_before(self, time: Timestamp) -> bool {
        time.unix_seconds() < self.start
    }

    fn place(self, seconds: i64) -> Permille {
        let seconds = seconds.clamp(self.start, self.end);
        Permille((seconds - self.start) * 1000 / (self.end - self.start))
    }

    /// The months that begin on the axis. None if the clock that it is about is beyond the years 0 to 9999.
    pub(super) fn ticks(self) -> Vec<Tick> {
        let Some((mut year, mut month)) = month_of(self.start) else { return Vec::new() };
        let mut ticks = Vec::new();
        loop {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            let Ok(first) = format!("{year:04}-{month:02}-01T00:00:00Z").parse::<Timestamp>() else { return ticks };
            if first.unix_seconds() > self.end {
                return ticks;
            }
            let label = if month == 1 { year.to_string() } else { MONTHS[month - 1].to_owned() };
            ticks.push(Tick { at: self.at(first), label, is_quarter: month % 3 == 1 });
        }
    }
}

/// The year and the month, 1 to 12.
fn month_of(seconds: i64) -> Option<(u32, usize)> {
    let text = Timestamp::from_unix(seconds, 0).ok()?.to_string();
    let year = text.get(..4)?.parse().ok()?;
    let month = text.get(5..7)?.parse().ok()?;
    (1..=12).contains(&month).then_some((year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_percentages_and_stop_at_the_ends() {
        let now = at("2026-11-22T00:00:00Z");
        let axis = Axis::covering(&[], now);
        assert_eq!(axis.at(now).to_string(), "50%");
        assert_eq!(axis.at(Timestamp::MIN).to_string(), "0%");
        assert_eq!(axis.at(Timestamp::MAX).to_string(), "100%");
        assert!(axis.is_before(Timestamp::MIN) && !axis.is_before(now));
        assert_eq!(axis.at(at("2026-11-22T12:00:00Z")).to_string(), "53.5%");
        assert_eq!(axis.at(now).minus(axis.at(Timestamp::MAX)), Permille(0), "never negative");
    }

    #[test]
    fn months_are_marked() {
        let axis =
            Axis { start: at("2026-11-20T00:00:00Z").unix_seconds(), end: at("2027-02-10T00:00:00Z").unix_seconds() };
        let labels: Vec<(String, bool)> = axis.ticks().into_iter().map(|tick| (tick.label, tick.is_quarter)).collect();
        let expected = [("Dec", false), ("2027", true), ("Feb", false)];
        assert_eq!(labels, expected.map(|(label, is_quarter)| (label.to_owned(), is_quarter)));
        // Clocks at the ends of what can be held.
        for now in [Timestamp::MIN, Timestamp::MAX] {
            assert!(Axis::covering(&[], now).ticks().len() <= 1);
        }
    }
}
