//! When a request is sent again, and after how long. Pure policy: no clock, no I/O.

use std::time::Duration;

/// How often and how patiently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// Further attempts after the first.
    pub(crate) max_retries: u32,
    /// The ceiling of the first wait; it doubles from one to the next.
    pub(crate) base_delay: Duration,
    /// The ceiling that no wait exceeds.
    pub(crate) max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy { max_retries: 2, base_delay: Duration::from_millis(500), max_delay: Duration::from_secs(8) }
    }
}

impl RetryPolicy {
    /// Full jitter: a random share (`random`, from 0 to 1) of the ceiling after `attempts` attempts, so that clients that
    /// failed together do not come back together. A wait that the server asked for is kept to instead.
    pub(crate) fn delay(&self, attempts: u32, random: f64, asked: Option<Duration>) -> Duration {
        asked.unwrap_or_else(|| {
            let doubled = self.base_delay.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
            doubled.min(self.max_delay).mul_f64(random.clamp(0.0, 1.0))
        })
    }
}

/// What the server may have done with a request, in rising order of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Acted {
    /// Nothing: it never got there, or the server said no before acting.
    No,
    /// Probably nothing: the server said that it failed.
    Failed,
    /// Perhaps all of it: the answer was lost.
    Maybe,
}

/// How a failed attempt bears on the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// What the server may have done.
    pub(crate) acted: Acted,
    /// Whether it is of a kind that passes.
    pub(crate) passing: bool,
}

impl Doubt {
    pub(crate) const DEFINITE: Doubt = Doubt { acted: Acted::No, passing: false };
    pub(crate) const UNSENT: Doubt = Doubt { acted: Acted::No, passing: true };
    pub(crate) const LOST: Doubt = Doubt { acted: Acted::Maybe, passing: true };
}

/// What sending it a second time would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same as sending it once (GET, DELETE).
    Harmless,
    /// It again (a create): only what cannot have been acted on may be sent again.
    Doubles,
}

impl Repeat {
    pub(crate) fn allows(self, doubt: Doubt) -> bool {
        doubt.passing && (self == Repeat::Harmless || doubt.acted == Acted::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_maximum() {
        let policy = RetryPolicy::default();
        let ceilings: Vec<_> = (1..=6).map(|attempts| policy.delay(attempts, 1.0, None).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.delay(u32::MAX, 1.0, None), policy.max_delay);
        assert_eq!(policy.delay(3, 0.5, None), Duration::from_secs(1));
        assert_eq!(policy.delay(3, 0.0, None), Duration::ZERO);
    }

    #[test]
    fn the_servers_wish_comes_first() {
        assert_eq!(RetryPolicy::default().delay(1, 0.1, Some(Duration::from_secs(30))), Duration::from_secs(30));
    }

    #[test]
    fn a_create_is_sent_again_only_if_it_cannot_have_been_acted_on() {
        assert!(Repeat::Harmless.allows(Doubt::LOST) && Repeat::Harmless.allows(Doubt::UNSENT));
        assert!(Repeat::Doubles.allows(Doubt::UNSENT));
        assert!(!Repeat::Doubles.allows(Doubt::LOST));
        assert!(!Repeat::Doubles.allows(Doubt { acted: Acted::Failed, passing: true }));
        assert!(!Repeat::Harmless.allows(Doubt::DEFINITE));
    }
}
