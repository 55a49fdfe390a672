//! Auditing an account of many users, each with 20 tokens, on a server that takes its time.

use std::time::Instant;

use anyhow::{Result, bail};
use netbird_tokens::{AuditOptions, Client, Credential};
use serde_json::{Value, json};

use crate::server::{AUDIT_TOKENS, PAT};

/// The numbers of users.
pub const USERS: [usize; 2] = [1_000, 10_000];

/// How long the server takes for each answer.
pub const ANSWER_MS: usize = 5;

const CONCURRENCY: usize = 32;

/// The time that the requests need if each takes exactly the server's time and no place among those at a time is ever empty.
pub fn ideal_ms(users: usize) -> f64 {
    // The list of users comes first, alone; the person who audits has tokens too.
    (1.0 + (users + 1) as f64 / CONCURRENCY as f64) * ANSWER_MS as f64
}

/// One audit. Results are taken and dropped as they come.
pub fn run(url: &str, users: usize) -> Result<Value> {
    let client = Client::builder().management_url(url).credential(Credential::pat(PAT)?).build()?;
    // Warm, so that the time is the audit's alone.
    client.current_user()?;
    let began = Instant::now();
    let mut audit = client.audit_tokens(&AuditOptions::default().concurrency(CONCURRENCY))?;
    let mut first_ms = None;
    for result in audit.by_ref() {
        result?;
        first_ms.get_or_insert_with(|| began.elapsed().as_secs_f64() * 1e3);
    }
    let ms = began.elapsed().as_secs_f64() * 1e3;
    let summary = audit.summary();
    if summary.audited != users + 1 || summary.tokens != users * AUDIT_TOKENS + 1 {
        bail!("the audit is not complete: {summary:?}");
    }
    Ok(json!({ "ms": ms, "first_ms": first_ms, "ideal_ms": ideal_ms(users) }))
}
