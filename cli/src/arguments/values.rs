//! The values that options take.

use std::time::Duration;

use clap::ValueEnum;
use netbird_tokens::OnUnknown;
use serde::{Deserialize, Serialize};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenType {
    /// Either, in the forms in which people paste them
    #[default]
    Detect,
    /// A bare PAT
    Pat,
    /// A bare JWT
    Bearer,
}

/// Where a login is kept.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginStore {
    /// The system's keyring
    Keyring,
    /// A file that only you can read
    File,
}

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unknown {
    /// Fail, and say which tokens it may have created
    #[default]
    Report,
    /// Revoke the token with the same tag and create another one
    RevokeAndRetry,
}

impl From<Unknown> for OnUnknown {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Report => OnUnknown::Report,
            Unknown::RevokeAndRetry => OnUnknown::RevokeAndRetry,
        }
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds, for example 2.5".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| "expected a positive number of seconds, for example 2.5".to_owned())
}

/// A length of time, as `14d` or `24h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    netbird_tokens::parse_duration(text).map_err(|error| error.message().to_owned())
}

/// A lifetime in days: `30`, `30d`, `4w`, or a date.
pub(super) fn days(text: &str) -> Result<i64, String> {
    netbird_tokens::parse_days(text, netbird_tokens::Timestamp::now()).map_err(|error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_fractions() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert!(seconds("-1").is_err() && seconds("NaN").is_err() && seconds("soon").is_err());
    }
}
