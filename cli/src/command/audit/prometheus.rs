//! The audit in Prometheus' text format, for the textfile directory of a node exporter.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use netbird_tokens::{AuditSummary, Timestamp, TokenState, UserAudit};

use super::words;
use crate::printable::printable;

/// The samples of each token. A metric's samples stand together in the format, so they are collected.
pub(super) struct Metrics {
    with_names: bool,
    expiry: String,
    last_use: String,
}

impl Metrics {
    pub(super) fn new(with_names: bool) -> Self {
        Metrics { with_names, expiry: String::new(), last_use: String::new() }
    }

    pub(super) fn add(&mut self, audited: &UserAudit) {
        for token in audited.tokens.iter().map(|each| &each.token) {
            let mut labels = format!("{{token_id=\"{}\",user_id=\"{}\"", Label(token.id()), Label(audited.user.id()));
            // Writing to a String cannot fail.
            if self.with_names {
                let user = Label(words::name(&audited.user));
                let _ = write!(labels, ",token_name=\"{}\",user_name=\"{user}\"", Label(token.name()));
            }
            let sample = |to: &mut String, metric: &str, time: Timestamp| {
                let _ = writeln!(to, "{metric}{labels}}} {}", time.unix_seconds());
            };
            sample(&mut self.expiry, EXPIRY, token.expiration_date());
            if let Some(time) = token.last_used() {
                sample(&mut self.last_use, LAST_USE, time);
            }
        }
    }

    /// Writes all metrics. `now` is when the audit ended.
    pub(super) fn write(&self, out: &mut dyn Write, summary: &AuditSummary, now: Timestamp) -> io::Result<()> {
        head(out, EXPIRY, "When the token expires, in seconds since 1970.")?;
        out.write_all(self.expiry.as_bytes())?;
        head(out, LAST_USE, "When the token was last used, in seconds since 1970. Absent if it never was.")?;
        out.write_all(self.last_use.as_bytes())?;
        head(out, "netbird_tokens", "Number of tokens by state. Each token has one state.")?;
        for state in TokenState::ALL {
            writeln!(out, "netbird_tokens{{state=\"{}\"}} {}", state.name(), words::count(summary, *state))?;
        }
        head(out, "netbird_token_audit_users", "Number of users by what became of listing their tokens.")?;
        let outcomes = [
            ("audited", summary.audited),
            ("failed", summary.failed),
            ("not_reached", summary.not_reached),
            ("other_people", summary.other_people),
        ];
        for (outcome, count) in outcomes {
            writeln!(out, "netbird_token_audit_users{{outcome=\"{outcome}\"}} {count}")?;
        }
        head(out, "netbird_token_audit_complete", "1 if the tokens of all users were listed that can be.")?;
        let is_complete = summary.is_complete && summary.failed == 0;
        writeln!(out, "netbird_token_audit_complete {}", u8::from(is_complete))?;
        head(out, "netbird_token_audit_timestamp_seconds", "When the audit ended, in seconds since 1970.")?;
        writeln!(out, "netbird_token_audit_timestamp_seconds {}", now.unix_seconds())
    }
}

const EXPIRY: &str = "netbird_token_expiry_timestamp_seconds";
const LAST_USE: &str = "netbird_token_last_used_timestamp_seconds";

fn head(out: &mut dyn Write, metric: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# HELP {metric} {help}\n# TYPE {metric} gauge")
}

/// Displays a text as the value of a label.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Control characters, line ends among them, are shown as escapes: the file may be read on a terminal.
        for c in printable(self.0).chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stays_in_its_quotes() {
        assert_eq!(Label("a\"} 1\n#\\b").to_string(), r##"a\"} 1\\n#\\b"##);
    }
}
