//! The audit for programs: one JSON object a line. Each user's as its tokens arrive, and the summary at the end.

use netbird_tokens::{AuditSummary, UserAudit};
use serde::Serialize;

use crate::failure::FailureJson;
use crate::json::{TokenJson, UserJson};
use crate::printable::printable_json;

#[derive(Serialize)]
struct UserLine<'a> {
    user: UserJson<'a>,
    tokens: Vec<AuditedTokenJson<'a>>,
    error: Option<FailureJson<'a>>,
    as_of: String,
}

#[derive(Serialize)]
struct AuditedTokenJson<'a> {
    token: TokenJson<'a>,
    state: &'static str,
    findings: Vec<&'static str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct SummaryLine {
    summary: SummaryJson,
}

#[derive(Serialize)]
struct SummaryJson {
    users: usize,
    audited: usize,
    failed: usize,
    not_reached: usize,
    other_people: usize,
    tokens: usize,
    expired: usize,
    expiring: usize,
    unused: usize,
    never_used: usize,
    healthy: usize,
    is_complete: bool,
}

/// One user's line.
pub(super) fn user(audited: &UserAudit) -> String {
    let tokens = audited.tokens.iter().map(|each| AuditedTokenJson {
        token: TokenJson::new(&each.token, audited.as_of),
        state: each.state.name(),
        findings: each.findings.iter().map(|finding| finding.name()).collect(),
        reason: &each.reason,
    });
    line(&UserLine {
        user: UserJson::from(&audited.user),
        tokens: tokens.collect(),
        error: audited.error.as_ref().map(FailureJson::from),
        as_of: audited.as_of.to_string(),
    })
}

/// The last line. Without it the audit did not end.
pub(super) fn summary(summary: &AuditSummary) -> String {
    line(&SummaryLine {
        summary: SummaryJson {
            users: summary.users,
            audited: summary.audited,
            failed: summary.failed,
            not_reached: summary.not_reached,
            other_people: summary.other_people,
            tokens: summary.tokens,
            expired: summary.expired,
            expiring: summary.expiring,
            unused: summary.unused,
            never_used: summary.never_used,
            healthy: summary.healthy,
            is_complete: summary.is_complete,
        },
    })
}

fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("texts, numbers and lists of them always serialise");
    format!("{}\n", printable_json(&text))
}
