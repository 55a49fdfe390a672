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

/// Whole units, rounded down. A negative time (the clocks disagree) counts as zero.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenFields;

    const DAY: i64 = 86_400;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn token(created_at: Timestamp, expiration_date: Timestamp, last_used: Option<Timestamp>) -> Token {
        Token::from(TokenFields {
            id: "t".to_owned(),
            name: "t".to_owned(),
            created_by: "u".to_owned(),
            user_id: "u".into(),
            created_at,
            expiration_date,
            last_used,
        })
    }

    fn judged(created: &str, expires: &str, used: Option<&str>) -> AuditedToken {
        judge(token(at(created), at(expires), used.map(at)), at("2026-11-22T12:00:00Z"), &AuditOptions::default())
    }

    #[test]
    fn each_unit_is_rounded_down() {
        for (expires, reason) in [
            ("2026-11-22T12:00:59.999Z", "expires in less than a minute"),
            ("2026-11-22T12:01:00Z", "expires in 1 minute"),
            ("2026-11-22T12:59:59Z", "expires in 59 minutes"),
            ("2026-11-22T13:00:00Z", "expires in 1 hour"),
            ("2026-11-23T11:59:59Z", "expires in 23 hours"),
            ("2026-11-23T12:00:00Z", "expires in 1 day"),
            ("2026-11-25T11:00:00Z", "expires in 2 days"),
            ("2026-11-22T11:00:00Z", "expired 1 hour ago"),
            ("2025-11-22T12:00:00Z", "expired 365 days ago"),
        ] {
            assert_eq!(judged("2026-11-22T10:00:00Z", expires, Some("2026-11-22T11:00:00Z")).reason, reason);
        }
    }

    #[test]
    fn a_token_without_an_expiration_date_is_expired_as_for_the_server() {
        let found = judged("2026-11-22T10:00:00Z", "0001-01-01T00:00:00Z", Some("2026-11-22T11:00:00Z"));
        assert_eq!(found.state, TokenState::Expired);
        assert_eq!(found.reason, "has no expiration date, which the server takes for expired");
    }

    #[test]
    fn a_use_or_a_creation_in_the_future_is_a_moment_ago() {
        let used = judged("2026-11-22T10:00:00Z", "9999-12-31T23:59:59Z", Some("2026-11-22T12:05:00Z"));
        assert_eq!(used.reason, "expires in 2912117 days; last used less than a minute ago");
        let created = judged("2026-11-22T12:05:00Z", "2027-11-22T12:00:00Z", None);
        assert_eq!(
            (created.state, &*created.reason),
            (TokenState::NeverUsed, "never used, created less than a minute ago")
        );
    }

    #[test]
    fn no_instant_and_no_duration_overflows_and_the_state_follows_from_the_findings() {
        let zero = Timestamp::from_unix(0, 0).unwrap();
        let edge = Timestamp::from_unix(-1, 999_999_999).unwrap();
        let never = at("0001-01-01T00:00:00Z");
        let mut instants = vec![Timestamp::MIN, Timestamp::MAX, zero, edge, never];
        instants.extend((0..10).map(|n| Timestamp::from_unix(n * 97 * DAY - 400 * DAY, 7).unwrap()));
        let durations = [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(30 * 86_400), Duration::MAX];
        let uses = || std::iter::once(None).chain(instants.iter().copied().map(Some));
        for &as_of in &instants {
            for &created in instants.iter().take(7) {
                for &expires in &instants {
                    for used in uses() {
                        for duration in durations {
                            let options = AuditOptions::default().expiring_within(duration).unused_for(duration);
                            let found = judge(token(created, expires, used), as_of, &options);
                            assert_eq!(found.state, *found.findings.first().unwrap_or(&TokenState::Healthy));
                            assert!(found.findings.is_sorted() && found.findings.len() <= 2);
                            assert!(!found.reason.contains('-'), "{}", found.reason);
                        }
                    }
                }
            }
        }
    }
}
