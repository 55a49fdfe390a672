//! Auditing an account of many users, each with 20 tokens, on a server that takes its time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, bail};
use netbird_tokens::{AuditOptions, Client, Credential};
use serde_json::{Value, json};

use crate::clients;
use crate::server::{AUDIT_TOKENS, PAT};

/// The numbers of users.
pub const USERS: [usize; 2] = [1_000, 10_000];

/// How long the server waits before each answer. Its timer adds up to two milliseconds, so what one request takes is measured.
pub const ANSWER_MS: usize = 5;

const CONCURRENCY: usize = 32;

/// The time that the requests need if each takes what one takes alone, and no place among those at a time is ever empty.
fn ideal_ms(users: usize, alone_ms: f64) -> f64 {
    // The list of users comes first, alone; the person who audits has tokens too.
    (1.0 + (users + 1) as f64 / CONCURRENCY as f64) * alone_ms
}

/// What the floor takes for one user's list: the median of some, one after the other.
fn alone_ms(url: &str) -> Result<f64> {
    let mut floor = clients::make("floor", url, PAT)?;
    let mut times = Vec::new();
    for _ in 0..51 {
        let began = Instant::now();
        floor.list("service-00000")?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// What 32 threads with a raw socket each need for the same lists.
pub fn floor(url: &str, users: usize) -> Result<Value> {
    let mut first = clients::make("floor", url, PAT)?;
    first.list("service-00000")?;
    let mut sockets = (0..CONCURRENCY).map(|_| first.again()).collect::<Result<Vec<_>>>()?;
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let tokens: usize = std::thread::scope(|scope| {
        let takers: Vec<_> = sockets
            .iter_mut()
            .map(|socket| {
                scope.spawn(|| -> Result<usize> {
                    let mut tokens = 0;
                    loop {
                        let user = next.fetch_add(1, Ordering::Relaxed);
                        if user >= users {
                            return Ok(tokens);
                        }
                        tokens += socket.list(&format!("service-{user:05}"))?;
                    }
                })
            })
            .collect();
        takers.into_iter().map(|taker| taker.join().expect("a measuring thread does not panic")).sum::<Result<usize>>()
    })?;
    if tokens != users * AUDIT_TOKENS {
        bail!("the lists have {tokens} tokens in all");
    }
    Ok(json!({ "ms": began.elapsed().as_secs_f64() * 1e3 }))
}

/// One audit. Results are taken and dropped as they come.
pub fn run(url: &str, users: usize) -> Result<Value> {
    let alone_ms = alone_ms(url)?;
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
    Ok(json!({ "ms": ms, "first_ms": first_ms, "alone_ms": alone_ms, "ideal_ms": ideal_ms(users, alone_ms) }))
}
