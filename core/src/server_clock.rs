//! What time it is at the server. Its clock decides when a token expires; the one of this machine may be wrong, or jump.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::timestamp::Timestamp;

/// The last time that the server told, and when.
#[derive(Default)]
pub(crate) struct ServerClock(Mutex<Option<(Timestamp, Instant)>>);

impl ServerClock {
    /// Takes down the `Date` of an answer that has just come.
    pub(crate) fn set(&self, date: &str) {
        if let Some(date) = Timestamp::from_http_date(date) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
    }

    /// The time now; `None` before the first answer.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        let (date, seen) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let elapsed = i64::try_from(seen.elapsed().as_secs()).unwrap_or(i64::MAX);
        // A date at the end of all times stays there.
        Some(Timestamp::from_unix(date.unix_seconds().saturating_add(elapsed), 0).unwrap_or(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_from_the_last_date() {
        let clock = ServerClock::default();
        assert_eq!(clock.now(), None);
        clock.set("Sun, 22 Nov 2026 14:02:53 GMT");
        clock.set("nonsense");
        let now = clock.now().unwrap().to_string();
        assert!(now.starts_with("2026-11-22T14:0"), "{now}");
        clock.set("Fri, 31 Dec 9999 23:59:59 GMT");
        assert!(clock.now().is_some());
    }
}
