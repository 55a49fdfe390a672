//! What state a token is in at an instant, and why, in words.

use std::time::Duration;

use super::{AuditOptions, AuditedToken, TokenState};
use crate::timestamp::Timestamp;
use crate::token::Token;

/// Judges a token by the clock `as_of`.
pub(crate) fn judge(token: Token, as_of: Timestamp, options: &AuditOptions) -> AuditedToken {
    let expires_at = token.expiration_date();
    let left = expires_at.nanoseconds_since(as_of);
    let idle = as_of.nanoseconds_since(token.last_used().unwrap_or_else(|| token.created_at()));
    let is_unused = idle > nanoseconds(options.unused_for);
    let mut findings = Vec::new();
    if token.is_expired(as_of) {
        findings.push(TokenState::Expired);
    } else if left <= nanoseconds(options.expiring_within) {
        findings.push(TokenState::Expiring);
    }
    if is_unused {
        findings.push(TokenState::Unused);
    } else if token.last_used().is_none() {
        findings.push(TokenState::NeverUsed);
    }

    let expiry = || match token.is_expired(as_of) {
        true if expires_at.is_zero() => "has no expiration date, which the server takes for expired".to_owned(),
        true => format!("expired {} ago", in_words(-left)),
        false => format!("expires in {}", in_words(left)),
    };
    let usage = || match token.last_used() {
        Some(_) => format!("last used {} ago", in_words(idle)),
        None => format!("never used, created {} ago", in_words(idle)),
    };
    let is_about_use = |state: &TokenState| matches!(state, TokenState::Unused | TokenState::NeverUsed);
    let reason = match findings[..] {
        [state] if is_about_use(&state) => usage(),
        [_] => expiry(),
        _ => format!("{}; {}", expiry(), usage()),
    };
    AuditedToken { state: findings.first().copied().unwrap_or(TokenState::Healthy), findings, reason, token }
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

/// Whole units, rounded down. A time that lies on the other side of `as_of` (the clocks disagree) is none.
fn in_words(nanoseconds: i128) -> String {
    let minutes = nanoseconds / 60_000_000_000;
    let (number, unit) = match minutes {
        ..=0 => return "less than a minute".to_owned(),
        1..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        1_440.. => (minutes / 1_440, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
