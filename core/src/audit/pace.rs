//! How fast an audit sends its requests: many at a time, until the server says that it is too much. Pure policy: no clock, no
//! I/O.

use std::time::{Duration, Instant};

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
            let spread = pause.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0));
            self.resumes_at = now.checked_add(asked.unwrap_or(spread));
        } else if let Some(later) = asked.and_then(|asked| now.checked_add(asked)) {
            self.resumes_at = self.resumes_at.max(Some(later));
        }
        self.resumes_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    fn is_news(&self, sent: Instant) -> bool {
        self.paused_at.is_none_or(|paused_at| sent >= paused_at)
    }
}
