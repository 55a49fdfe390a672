//! Runs scenarios against one adapter.

mod arrivals;
mod clients;
mod command;
mod constants;
mod context;
mod execution;
mod interruption;
mod server_state;
pub mod settings;
mod shared_adapter;
mod step;

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;

use crate::adapter::Hello;
use crate::operations;
use crate::report::{Failure, FailureKind, Outcome, Verdict};
use crate::scenario::Scenario;
use crate::skips::{self, Decision, Skip};
use settings::Settings;
use shared_adapter::SharedAdapter;

/// What to run.
pub struct Suite<'a> {
    /// The scenarios, in order.
    pub scenarios: &'a [Scenario],
    /// The declared skips.
    pub skips: &'a [Skip],
    /// Every operation that a front end must have. Set only if `scenarios` is complete: then the adapter's list of
    /// operations is compared, and skips without effect are failures.
    pub all_operations: Option<&'a BTreeSet<String>>,
}

/// Runs the scenarios in order, and calls `on_outcome` after each.
///
/// # Errors
/// The adapter cannot be started.
pub fn run(settings: &Settings, suite: &Suite<'_>, mut on_outcome: impl FnMut(&Outcome)) -> Result<Vec<Outcome>> {
    let mut shared = SharedAdapter::start(settings)?;
    let hello = shared.hello().clone();
    let mut outcomes = Vec::new();
    let mut add = |outcome: Outcome| {
        on_outcome(&outcome);
        outcomes.push(outcome);
    };
    if let Some(all_operations) = suite.all_operations {
        declaration_problems(&settings.launch.name, &hello, suite, all_operations).into_iter().for_each(&mut add);
    }
    for scenario in suite.scenarios {
        let started = Instant::now();
        let unfit = settings.live.as_ref().and_then(|session| session.cannot_show(scenario));
        if let Some(reason) = unfit {
            let (name, version) = (scenario.full_name(), scenario.version.clone());
            add(Outcome { name, version, verdict: Verdict::Skipped(reason), took: started.elapsed() });
            continue;
        }
        let verdict = match skips::decide(scenario, &hello, suite.skips, &settings.launch.name) {
            Decision::Skip(reason) => Verdict::Skipped(reason),
            Decision::Undeclared(names) => Verdict::Failed(vec![Failure::new(
                FailureKind::UndeclaredSkip,
                "",
                format!("the adapter lacks {}, and no skip declares it", names.join(", ")),
            )]),
            Decision::Run => verdict(execution::execute(settings, &mut shared, scenario)),
        };
        let name = scenario.full_name();
        add(Outcome { name, version: scenario.version.clone(), verdict, took: started.elapsed() });
    }
    let failures = shared.finish();
    if !failures.is_empty() {
        add(Outcome::failed("the adapter's exit", failures));
    }
    Ok(outcomes)
}

/// What is wrong with the declared operations and the declared skips.
fn declaration_problems(
    adapter: &str,
    hello: &Hello,
    suite: &Suite<'_>,
    all_operations: &BTreeSet<String>,
) -> Vec<Outcome> {
    let outcome =
        |name: &str, kind: FailureKind, problem: String| Outcome::failed(name, vec![Failure::new(kind, "", problem)]);
    let operations = operations::problems(all_operations, hello, suite.skips, adapter);
    let stale = skips::stale(suite.scenarios, all_operations, hello, suite.skips, adapter);
    let operations =
        operations.into_iter().map(|problem| outcome("the adapter's operations", FailureKind::Operations, problem));
    let stale = stale.into_iter().map(|problem| outcome("skips.yaml", FailureKind::StaleSkip, problem));
    operations.chain(stale).collect()
}

/// Failures of single steps first, those of the scenario as a whole last.
fn verdict(mut failures: Vec<Failure>) -> Verdict {
    if failures.is_empty() {
        return Verdict::Passed;
    }
    failures.sort_by_key(|failure| failure.at.is_empty());
    Verdict::Failed(failures)
}
