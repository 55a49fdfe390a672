//! What the formats for people have in common: names, counts and sentences.

use netbird_tokens::{AuditSummary, TokenState, User};

/// The name, or what else there is to tell a user by.
pub(super) fn name(user: &User) -> &str {
    [user.name(), user.email()].into_iter().find(|text| !text.trim().is_empty()).unwrap_or(user.id())
}

pub(super) fn state(state: TokenState) -> &'static str {
    match state {
        TokenState::Expired => "expired",
        TokenState::Expiring => "expiring",
        TokenState::Unused => "unused",
        TokenState::NeverUsed => "never used",
        TokenState::Healthy => "healthy",
    }
}

pub(super) fn count(summary: &AuditSummary, state: TokenState) -> usize {
    match state {
        TokenState::Expired => summary.expired,
        TokenState::Expiring => summary.expiring,
        TokenState::Unused => summary.unused,
        TokenState::NeverUsed => summary.never_used,
        TokenState::Healthy => summary.healthy,
    }
}

pub(super) fn tokens(count: usize) -> String {
    if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") }
}

fn users(count: usize) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// One line about all tokens.
pub(super) fn summary(summary: &AuditSummary) -> String {
    let counts: Vec<String> =
        TokenState::ALL.iter().map(|each| format!("{} {}", count(summary, *each), state(*each))).collect();
    format!("{} of {}: {}.", tokens(summary.tokens), users(summary.audited), counts.join(", "))
}

/// What the audit did not get to see, though it should have.
pub(super) fn incomplete(summary: &AuditSummary) -> Option<String> {
    let failed = (summary.failed > 0).then(|| format!("the tokens of {} could not be listed", users(summary.failed)));
    let late = (summary.not_reached > 0).then(|| {
        let verb = if summary.not_reached == 1 { "was" } else { "were" };
        format!("{} {verb} not reached before it ended", users(summary.not_reached))
    });
    match (failed, late) {
        (Some(failed), Some(late)) => Some(format!("{failed}, and {late}")),
        (failed, late) => failed.or(late),
    }
}

/// What no audit can see.
pub(super) fn other_people(summary: &AuditSummary) -> Option<String> {
    let people = match summary.other_people {
        0 => return None,
        1 => "the tokens of 1 other person are".to_owned(),
        many => format!("the tokens of {many} other people are"),
    };
    Some(format!("Only a token's owner can see a person's tokens: {people} not part of this audit."))
}
