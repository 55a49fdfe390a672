//! The checker can fail: each of ten deliberate bugs in the core breaks a promise, and is caught.
//!
//! `cargo test -p netbird-chaos --features bugs --test bugs -- --nocapture` prints how many runs each took.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use netbird_chaos::campaign::{Campaign, Tally, Until, WORKERS};
use netbird_chaos::check::Rule;
use netbird_chaos::driver::{Front, RustFront};
use netbird_chaos::world::SHORT_ALLOWANCE;
use netbird_tokens::bug::{self, Bug};

/// The bugs, and the promises by which each is caught.
const BUGS: [(Bug, &[Rule]); 10] = [
    (Bug::RetryCreate, &[Rule::Once]),
    (Bug::FollowRedirects, &[Rule::Redirect]),
    (Bug::RevokeBeforeProof, &[Rule::Works]),
    (Bug::DropCandidates, &[Rule::Known]),
    (Bug::HtmlIsSuccess, &[Rule::Truth, Rule::Known]),
    (Bug::RevokeByName, &[Rule::Revoked, Rule::Works]),
    (Bug::ForgetInterrupted, &[Rule::Known]),
    (Bug::Gateway404IsGone, &[Rule::Truth, Rule::Known]),
    (Bug::IgnoreDeadline, &[Rule::Time]),
    (Bug::LogBody, &[Rule::Secret]),
];

/// Each bug must be caught within this many runs.
const RUNS: u64 = 2_000;

const SEED: u64 = 13;

fn campaign(seed: u64, runs: u64) -> Tally {
    let campaign = Campaign {
        seed,
        first: 0,
        until: Until::Runs(runs),
        workers: WORKERS,
        allowance: SHORT_ALLOWANCE,
        shrink_for: Duration::ZERO,
    };
    campaign.play(&|| Ok(Box::new(RustFront::default()) as Box<dyn Front>)).unwrap()
}

// One test, because the switch is the whole process's.
#[test]
fn each_bug_is_caught_and_without_one_nothing_is() {
    bug::set_allowance(SHORT_ALLOWANCE);
    let clean = campaign(SEED, 300);
    if let Some(failed) = clean.failure {
        panic!("without a bug:\n{failed}");
    }
    let mut missed = Vec::new();
    for (bug, rules) in BUGS {
        bug::switch_on(bug);
        let tally = campaign(SEED, RUNS);
        match tally.failure {
            Some(failed) => {
                let violation = failed.broken.iter().find(|violation| rules.contains(&violation.rule));
                let violation = violation.unwrap_or_else(|| panic!("{} broke something else:\n{failed}", bug.name()));
                println!(
                    "{:<30} run {:>4}: {}: {}",
                    bug.name(),
                    failed.story.run + 1,
                    violation.rule.promise(),
                    violation.how
                );
            }
            None => missed.push(bug.name()),
        }
    }
    assert_eq!(BUGS.len(), Bug::ALL.len(), "a bug is not tried");
    assert!(missed.is_empty(), "not caught within {RUNS} runs: {}", missed.join(", "));
}
