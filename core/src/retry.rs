//! When a request is sent again, and after how long. Pure policy: no clock, no I/O.

use std::time::Duration;

use crate::bug::{self, Bug};

/// How many times a request is sent, and how long to wait in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// Attempts after the first.
    pub(crate) max_retries: u32,
    /// The ceiling of the first wait; it doubles each time.
    pub(crate) base_delay: Duration,
    /// The highest ceiling.
    pub(crate) max_delay: Duration,
}

impl RetryPolicy {
    /// Exponential backoff with full jitter: a random share (`random`, from 0 to 1) of the ceiling after `attempts` attempts,
    /// so that clients that failed together do not retry together. A wait that the server asked for replaces it.
    pub(crate) fn delay(&self, attempts: u32, random: f64, asked: Option<Duration>) -> Duration {
        asked.unwrap_or_else(|| {
            let doubled = self.base_delay.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
            doubled.min(self.max_delay).mul_f64(random.clamp(0.0, 1.0))
        })
    }
}

/// What the server may have done with a request, in increasing order of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Acted {
    /// Nothing, certainly: it was not sent, or NetBird itself refused it.
    No,
    /// Probably nothing: NetBird itself said that it failed.
    Failed,
    /// Possibly all of it: the answer was lost, or it is not NetBird's.
    Maybe,
}

/// What a failed attempt means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// What the server may have done.
    pub(crate) acted: Acted,
    /// Whether the cause may go away by itself.
    pub(crate) passing: bool,
}

impl Doubt {
    pub(crate) const DEFINITE: Doubt = Doubt { acted: Acted::No, passing: false };
    pub(crate) const UNSENT: Doubt = Doubt { acted: Acted::No, passing: true };
    pub(crate) const FAILED: Doubt = Doubt { acted: Acted::Failed, passing: true };
    pub(crate) const LOST: Doubt = Doubt { acted: Acted::Maybe, passing: true };
    pub(crate) const FOREIGN: Doubt = Doubt { acted: Acted::Maybe, passing: false };
}

/// What sending a request a second time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same as sending it once (GET, DELETE).
    Idempotent,
    /// It creates a duplicate (POST), so it is sent again only if it was certainly not acted on.
    CreatesDuplicate,
}

impl Repeat {
    pub(crate) fn allows(self, doubt: Doubt) -> bool {
        doubt.passing && (self == Repeat::Idempotent || doubt.acted == Acted::No || bug::is(Bug::RetryCreate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { max_retries: 2, base_delay: Duration::from_millis(500), max_delay: Duration::from_secs(8) };

    #[test]
    fn the_ceiling_doubles_up_to_the_maximum() {
        let policy = POLICY;
        let ceilings: Vec<_> = (1..=6).map(|attempts| policy.delay(attempts, 1.0, None).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.delay(u32::MAX, 1.0, None), policy.max_delay);
        assert_eq!(policy.delay(3, 0.5, None), Duration::from_secs(1));
        assert_eq!(policy.delay(3, 0.0, None), Duration::ZERO);
    }

    #[test]
    fn a_wait_that_the_server_asks_for_comes_first() {
        assert_eq!(POLICY.delay(1, 0.1, Some(Duration::from_secs(30))), Duration::from_secs(30));
    }

    #[test]
    fn a_create_is_sent_again_only_if_it_cannot_have_been_acted_on() {
        assert!(Repeat::Idempotent.allows(Doubt::LOST) && Repeat::Idempotent.allows(Doubt::UNSENT));
        assert!(Repeat::CreatesDuplicate.allows(Doubt::UNSENT));
        assert!(!Repeat::CreatesDuplicate.allows(Doubt::LOST));
        assert!(!Repeat::CreatesDuplicate.allows(Doubt::FAILED));
        assert!(!Repeat::Idempotent.allows(Doubt::DEFINITE));
    }
}
