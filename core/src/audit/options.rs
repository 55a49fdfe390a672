//! The options of an audit.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::options::OptionValue;

const DAY: Duration = Duration::from_secs(86_400);

/// 100 years. Longer is a mistake in the unit.
const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

const MOST_CONCURRENT: usize = 64;

/// The options of an audit. Each setter takes a value, or an `Option` of which `None` keeps the default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct AuditOptions {
    pub(crate) expiring_within: Duration,
    pub(crate) unused_for: Duration,
    pub(crate) concurrency: usize,
    pub(crate) time_limit: Option<Duration>,
}

impl Default for AuditOptions {
    fn default() -> Self {
        AuditOptions { expiring_within: 30 * DAY, unused_for: 90 * DAY, concurrency: 8, time_limit: None }
    }
}

impl AuditOptions {
    /// A token that expires within this time is `expiring`. Default: 30 days.
    pub fn expiring_within(mut self, time: impl OptionValue<Duration>) -> Self {
        self.expiring_within = time.into_option().unwrap_or(self.expiring_within);
        self
    }

    /// A token that was not used for longer than this is `unused`. Default: 90 days.
    pub fn unused_for(mut self, time: impl OptionValue<Duration>) -> Self {
        self.unused_for = time.into_option().unwrap_or(self.unused_for);
        self
    }

    /// Maximum number of requests at a time, 1 to 64. Default: 8.
    pub fn concurrency(mut self, requests: impl OptionValue<usize>) -> Self {
        self.concurrency = requests.into_option().unwrap_or(self.concurrency);
        self
    }

    /// How long the whole audit may take. What is not finished by then is counted as not reached. Default: no limit; each
    /// request has the client's timeout.
    pub fn time_limit(mut self, limit: impl OptionValue<Duration>) -> Self {
        self.time_limit = limit.into_option().or(self.time_limit);
        self
    }

    /// Checks each option. An audit does this too; a front end calls it before it reads files or standard input.
    ///
    /// # Errors
    /// `invalid_argument`, naming the option.
    pub fn check(&self) -> Result<()> {
        let limit = self.time_limit.unwrap_or(LONGEST);
        for (name, time) in
            [("expiring_within", self.expiring_within), ("unused_for", self.unused_for), ("time_limit", limit)]
        {
            if time > LONGEST {
                return Err(Error::invalid_argument(format!(
                    "{name} is longer than 100 years: give at most 36525 days"
                )));
            }
        }
        if limit.is_zero() {
            return Err(Error::invalid_argument("time_limit is zero: give more, or none for no limit"));
        }
        if !(1..=MOST_CONCURRENT).contains(&self.concurrency) {
            return Err(Error::invalid_argument(format!(
                "concurrency is {}: give a number from 1 to {MOST_CONCURRENT}",
                self.concurrency
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let options = AuditOptions::default;
        let too_long = LONGEST + Duration::from_nanos(1);
        for (name, options) in [
            ("expiring_within", options().expiring_within(too_long)),
            ("unused_for", options().unused_for(Duration::MAX)),
            ("time_limit", options().time_limit(too_long)),
            ("time_limit", options().time_limit(Duration::ZERO)),
            ("concurrency", options().concurrency(0)),
            ("concurrency", options().concurrency(65)),
        ] {
            let error = options.check().expect_err(name);
            assert!(error.message().starts_with(&format!("{name} is ")), "{error}");
        }
        options().check().unwrap();
        let edge = options().expiring_within(Duration::ZERO).unused_for(LONGEST).concurrency(64);
        edge.time_limit(Duration::from_nanos(1)).check().unwrap();
    }

    #[test]
    fn none_keeps_the_default() {
        let none = AuditOptions::default().expiring_within(None).unused_for(None).concurrency(None).time_limit(None);
        assert_eq!(none, AuditOptions::default());
    }
}
