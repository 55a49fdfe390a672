//! How often a login is polled (RFC 8628 §3.5), for all threads that poll it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What every `slow_down` adds to the interval, in seconds.
const SLOWER: u32 = 5;

/// The longest wait after lost answers, unless the interval is longer.
const LONGEST_AFTER_LOSS: Duration = Duration::from_secs(60);

/// What a poll heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing was decided, or the answer says nothing about it.
    Pending,
    SlowDown,
    /// No answer, or one that says to come back later, perhaps with the time until then.
    Nothing(Option<Duration>),
}

/// When the next poll may be sent. There is no lock that a fork could copy: a poll claims its turn by moving the time of the next
/// one behind its own end.
pub(super) struct Pace {
    began: Instant,
    /// In milliseconds from the beginning.
    next: AtomicU64,
    /// In seconds.
    interval: AtomicU32,
    /// How many answers were lost in a row.
    lost: AtomicU32,
}

impl Pace {
    /// The first poll may be sent at once.
    pub(super) fn new(interval: Duration) -> Self {
        Pace {
            began: Instant::now(),
            next: AtomicU64::new(0),
            interval: AtomicU32::new(u32::try_from(interval.as_secs()).unwrap_or(u32::MAX)),
            lost: AtomicU32::new(0),
        }
    }

    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs(self.interval.load(Ordering::Relaxed).into())
    }

    /// When the next poll may be sent.
    pub(super) fn next(&self) -> Instant {
        self.began + Duration::from_millis(self.next.load(Ordering::Acquire))
    }

    /// The turn to send a poll that ends by `end`; `None` if it is too early, or somebody else's turn.
    pub(super) fn claim(&self, end: Instant) -> Option<Turn<'_>> {
        let next = self.next.load(Ordering::Acquire);
        if self.since_begin(Instant::now()) < next {
            return None;
        }
        let claimed = self.since_begin(end).max(next.saturating_add(1));
        self.next.compare_exchange(next, claimed, Ordering::AcqRel, Ordering::Acquire).ok()?;
        Some(Turn { pace: self, wait: None })
    }

    fn since_begin(&self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }

    /// The wait before the next poll.
    fn hear(&self, heard: Heard) -> Duration {
        let (lost, asked) = match heard {
            Heard::Nothing(asked) => (self.lost.load(Ordering::Relaxed).saturating_add(1), asked),
            Heard::Pending | Heard::SlowDown => (0, None),
        };
        self.lost.store(lost, Ordering::Relaxed);
        if heard == Heard::SlowDown {
            self.interval.fetch_add(SLOWER, Ordering::Relaxed);
        }
        let interval = self.interval();
        let slower = interval.saturating_mul(2_u32.saturating_pow(lost)).min(LONGEST_AFTER_LOSS);
        slower.max(interval).max(asked.unwrap_or_default())
    }
}

/// The turn to poll. Until it is dropped nobody else polls, and for a while after that.
pub(super) struct Turn<'a> {
    pace: &'a Pace,
    /// The wait before the next poll. A poll that was interrupted may have arrived.
    wait: Option<Duration>,
}

impl Turn<'_> {
    /// Ends it with what was heard.
    pub(super) fn end(mut self, heard: Heard) {
        self.wait = Some(self.pace.hear(heard));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // A time far away is as good as the end of the login.
        let wait = self.wait.unwrap_or_else(|| self.pace.interval()).min(Duration::from_secs(86_400));
        self.pace.next.store(self.pace.since_begin(Instant::now() + wait), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace::new(Duration::from_secs(5))
    }

    fn seconds(pace: &Pace, heard: Heard) -> u64 {
        pace.hear(heard).as_secs()
    }

    #[test]
    fn every_slow_down_adds_five_seconds_for_good() {
        let pace = pace();
        assert_eq!(seconds(&pace, Heard::Pending), 5);
        assert_eq!(seconds(&pace, Heard::SlowDown), 10);
        assert_eq!(seconds(&pace, Heard::SlowDown), 15);
        assert_eq!(seconds(&pace, Heard::Pending), 15);
        assert_eq!(pace.interval().as_secs(), 15);
    }

    #[test]
    fn lost_answers_slow_the_polls_down_until_one_comes() {
        let pace = pace();
        let lost = Heard::Nothing(None);
        let waits: Vec<u64> = (0..5).map(|_| seconds(&pace, lost)).collect();
        assert_eq!(waits, [10, 20, 40, 60, 60]);
        assert_eq!(seconds(&pace, Heard::Nothing(Some(Duration::from_secs(90)))), 90);
        assert_eq!(seconds(&pace, Heard::Pending), 5);
        assert_eq!(seconds(&Pace::new(Duration::from_secs(75)), lost), 75);
    }

    #[test]
    fn one_poll_at_a_time_and_the_first_at_once() {
        let pace = pace();
        let end = Instant::now() + Duration::from_secs(60);
        let turn = pace.claim(end).expect("the first is sent at once");
        assert!(pace.claim(end).is_none(), "another one is under way");
        turn.end(Heard::Pending);
        assert!(pace.claim(end).is_none(), "the interval has not passed");
        let wait = pace.next().saturating_duration_since(Instant::now());
        assert!(wait > Duration::from_secs(4) && wait <= Duration::from_secs(5), "{wait:?}");
    }

    #[test]
    fn an_interrupted_poll_ends_its_turn() {
        let pace = pace();
        drop(pace.claim(Instant::now() + Duration::from_secs(3_600)));
        assert!(pace.next() <= Instant::now() + Duration::from_secs(5));
    }
}
