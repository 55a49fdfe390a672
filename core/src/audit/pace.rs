//! How fast an audit sends its requests: many at a time, until the server says that it is too much. Pure policy: no clock, no
//! I/O.

use std::time::{Duration, Instant};

use crate::exchange::after;
use crate::retry::RetryPolicy;

/// The shortest pause: an audit goes on until the server lets it through, so it must never ask without a pause.
const SHORTEST: Duration = Duration::from_millis(100);

/// After this many requests that got through, the next pause begins small again.
const RECOVERED: usize = 16;

/// How many requests may run, and from when on.
///
/// A 429 pauses the whole audit. After the pause one request is sent; while requests get through, as many more may run at a
/// time, up to all. Without a `Retry-After` the pauses double as long as nothing gets through in between.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    /// How many may run at a time at full speed.
    full: usize,
    /// How many may run at a time now.
    window: usize,
    shortest: Duration,
    longest: Duration,
    /// The last pause; the server's own wishes apart.
    pause: Option<Duration>,
    /// How many requests got through since the last pause began.
    passed: usize,
    /// When the last pause began: what was sent before that says nothing new.
    paused_at: Option<Instant>,
    resumes_at: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(full: usize, policy: &RetryPolicy) -> Self {
        let shortest = policy.base_delay.max(SHORTEST);
        Pace {
            full,
            window: full,
            shortest,
            longest: policy.max_delay.max(shortest),
            pause: None,
            passed: 0,
            paused_at: None,
            resumes_at: None,
        }
    }

    /// Whether one more request may start beside those that run.
    pub(crate) fn may_start(&self, running: usize, now: Instant) -> bool {
        running < self.window && self.pause_ends_at(now).is_none()
    }

    /// When the pause ends, if there is one.
    pub(crate) fn pause_ends_at(&self, now: Instant) -> Option<Instant> {
        self.resumes_at.filter(|at| *at > now)
    }

    /// The server accepted a request that was sent at `sent`.
    pub(crate) fn accepted(&mut self, sent: Instant) {
        if self.is_news(sent) {
            self.passed += 1;
            self.window = (self.window + 1).min(self.full);
        }
    }

    /// The server answered a request that was sent at `sent` with 429, and may have asked to wait. `random` is from 0 to 1.
    /// Gives the pause from now.
    pub(crate) fn limited(&mut self, sent: Instant, now: Instant, asked: Option<Duration>, random: f64) -> Duration {
        if self.is_news(sent) {
            let pause = match self.pause {
                Some(pause) if self.passed == 0 => pause.saturating_mul(2).min(self.longest),
                Some(pause) if self.passed < RECOVERED => pause,
                _ => self.shortest,
            };
            self.pause = Some(pause);
            self.passed = 0;
            self.window = 1;
            self.paused_at = Some(now);
            // Spread, so that clients that were stopped together do not come back together.
            let half = pause / 2;
            let spread = half + half.mul_f64(random.clamp(0.0, 1.0));
            self.resumes_at = Some(after(now, asked.unwrap_or(spread)));
        } else if let Some(asked) = asked {
            self.resumes_at = self.resumes_at.max(Some(after(now, asked)));
        }
        self.resumes_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    fn is_news(&self, sent: Instant) -> bool {
        self.paused_at.is_none_or(|paused_at| sent >= paused_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { max_retries: 2, base_delay: Duration::from_millis(500), max_delay: Duration::from_secs(8) };

    /// A pace, and a clock for it.
    struct Run {
        pace: Pace,
        now: Instant,
    }

    impl Run {
        fn new(full: usize) -> Self {
            Run { pace: Pace::new(full, &POLICY), now: Instant::now() }
        }

        fn limited(&mut self, asked: Option<Duration>) -> Duration {
            let sent = self.now;
            self.now += Duration::from_millis(1);
            self.pace.limited(sent, self.now, asked, 1.0)
        }

        fn wait(&mut self, pause: Duration) {
            self.now += pause;
        }

        fn accepted(&mut self) {
            let sent = self.now;
            self.now += Duration::from_millis(1);
            self.pace.accepted(sent);
        }

        fn most(&self) -> usize {
            (0..).find(|running| !self.pace.may_start(*running, self.now)).unwrap()
        }
    }

    #[test]
    fn a_429_stops_all_then_one_probes_and_the_rest_follows() {
        let mut run = Run::new(4);
        assert_eq!(run.most(), 4);
        let pause = run.limited(None);
        assert_eq!((pause, run.most()), (Duration::from_millis(500), 0));
        run.wait(pause);
        assert_eq!(run.most(), 1);
        for most in [2, 3, 4, 4] {
            run.accepted();
            assert_eq!(run.most(), most);
        }
    }

    #[test]
    fn pauses_double_while_nothing_gets_through() {
        let mut run = Run::new(4);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let pause = run.limited(None);
            run.wait(pause);
            pauses.push(pause.as_millis());
        }
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        run.accepted();
        assert_eq!(run.limited(None).as_millis(), 8_000, "as long as it had to be");
        run.wait(Duration::from_secs(8));
        (0..RECOVERED).for_each(|_| run.accepted());
        assert_eq!(run.limited(None).as_millis(), 500, "the server lets many through again");
    }

    #[test]
    fn requests_that_were_sent_before_the_pause_change_nothing() {
        let mut run = Run::new(4);
        let before = run.now;
        let pause = run.limited(None);
        let now = run.now + Duration::from_millis(3);
        assert_eq!(run.pace.limited(before, now, None, 1.0), pause - Duration::from_millis(3));
        run.pace.accepted(before);
        run.wait(pause);
        assert_eq!(run.most(), 1);
    }

    #[test]
    fn what_the_server_asks_for_is_obeyed_also_when_it_comes_late() {
        let mut run = Run::new(4);
        let before = run.now;
        assert_eq!(run.limited(Some(Duration::from_secs(30))), Duration::from_secs(30));
        let later = run.pace.limited(before, run.now, Some(Duration::from_secs(40)), 1.0);
        assert_eq!(later, Duration::from_secs(40));
        assert_eq!(run.pace.limited(before, run.now, Some(Duration::from_secs(5)), 1.0), later, "never shorter");
        run.wait(later - Duration::from_millis(1));
        assert_eq!(run.most(), 0);
        run.wait(Duration::from_millis(1));
        assert_eq!(run.most(), 1);
    }

    #[test]
    fn delays_of_zero_still_leave_a_pause() {
        let policy = RetryPolicy { max_retries: 0, base_delay: Duration::ZERO, max_delay: Duration::ZERO };
        let mut pace = Pace::new(1, &policy);
        let now = Instant::now();
        assert_eq!(pace.limited(now, now, None, 0.0), SHORTEST / 2);
    }

    #[test]
    fn no_wait_overflows() {
        let policy = RetryPolicy { max_retries: 0, base_delay: Duration::MAX, max_delay: Duration::MAX };
        let mut pace = Pace::new(1, &policy);
        let now = Instant::now();
        for _ in 0..3 {
            pace.limited(now, now, Some(Duration::MAX), 1.0);
            pace.limited(now, now, None, 1.0);
        }
    }
}
