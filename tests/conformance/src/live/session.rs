//! A live run from its first request to the last: each front end in turn, and the clean-up whatever happens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};

use super::api::Api;
use super::made::Made;
use super::obstacle::{Obstacle, obstacle};
use super::target::{Session, Target};
use crate::launch::Launch;
use crate::report::{Counts, Outcome, Verdict, count};
use crate::scenario::Scenario;

/// The exit status of a run that was interrupted: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// Whether the run was interrupted (Ctrl-C, SIGTERM, SIGHUP). The thread that notices removes everything and exits.
#[derive(Clone, Default)]
pub struct Interrupted(Arc<AtomicBool>);

impl Interrupted {
    /// From now on an interruption removes what the run has made, and ends the process.
    ///
    /// # Errors
    /// The signals cannot be listened for.
    fn listen(&self, made: &Arc<Made>, say: fn(&str)) -> Result<()> {
        let (flag, made) = (Arc::clone(&self.0), Arc::clone(made));
        ctrlc::set_handler(move || {
            flag.store(true, Ordering::SeqCst);
            say("interrupted: removing what this run has made");
            let status = match made.remove_all() {
                Ok(()) => INTERRUPTED,
                Err(error) => {
                    say(&format!("{error:#}"));
                    1
                }
            };
            std::process::exit(status);
        })
        .context("listening for Ctrl-C")
    }

    /// Waits for the end of the process if the run was interrupted: what fails now is a consequence.
    fn wait_for_the_end(&self) {
        while self.0.load(Ordering::SeqCst) {
            std::thread::park();
        }
    }
}

/// Runs front ends against the server, one after the other, and removes what was made there. Returns whether all passed.
///
/// `run_front_end` runs one of them and calls its last argument for each outcome.
///
/// # Errors
/// The server cannot be used, or something is left on it.
pub fn run(
    target: Target,
    scenarios: &[Scenario],
    front_ends: &[Launch],
    say: fn(&str),
    run_front_end: impl Fn(&Launch, &Arc<Session>, &[Scenario], &mut dyn FnMut(&Outcome)) -> Result<Vec<Outcome>>,
) -> Result<bool> {
    let made = Arc::new(Made::new(Api::new(&target.url, &target.token)?));
    let interrupted = Interrupted::default();
    interrupted.listen(&made, say)?;
    let _clean_up = CleanUp(Arc::clone(&made));
    let result = run_all(target, &made, scenarios, front_ends, say, |launch, session, live| {
        let mut on_outcome = |outcome: &Outcome| {
            interrupted.wait_for_the_end();
            say(&outcome.text());
        };
        run_front_end(launch, session, live, &mut on_outcome)
    });
    interrupted.wait_for_the_end();
    made.remove_all()?;
    say("nothing of this run is left on the server");
    let total = result?;
    say(&total.counts.to_string());
    Ok(total.all_passed)
}

/// The result of all front ends.
struct Total {
    /// Each of them passed some scenarios and failed none.
    all_passed: bool,
    counts: Counts,
}

/// Removes everything even when a panic ends the run.
struct CleanUp(Arc<Made>);

impl Drop for CleanUp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The panic is what gets reported.
            let _ = self.0.remove_all();
        }
    }
}

fn run_all(
    target: Target,
    made: &Arc<Made>,
    scenarios: &[Scenario],
    front_ends: &[Launch],
    say: fn(&str),
    run_front_end: impl Fn(&Launch, &Arc<Session>, &[Scenario]) -> Result<Vec<Outcome>>,
) -> Result<Total> {
    for left in made.leftovers()? {
        say(&format!("an earlier run has left the service user {left}: delete it by hand"));
    }
    let session = Arc::new(Session::begin(target, Arc::clone(made))?);
    let live = live_scenarios(scenarios, session.version());
    let missing = session.missing_roles();
    let missing = if missing.is_empty() { String::new() } else { format!(", without {}", missing.join(", ")) };
    say(&format!("{} behaves like server version {}{missing}", session.url(), session.version()));
    say(&not_live(scenarios));
    let mut lines = Vec::new();
    let mut total = Total { all_passed: true, counts: Counts::default() };
    for launch in front_ends {
        let outcomes = match run_front_end(launch, &session, &live) {
            Ok(outcomes) => outcomes,
            // One that cannot be started does not keep the others from running.
            Err(error) => {
                total.all_passed = false;
                lines.push(format!("{}: did not run: {error:#}", launch.name));
                continue;
            }
        };
        let counts = count(&outcomes);
        total.all_passed &= counts.failed == 0 && counts.passed > 0;
        total.counts = total.counts + counts;
        lines.push(format!("{}: {} live scenarios: {counts}{}", launch.name, live.len(), reasons(&outcomes)));
    }
    lines.iter().for_each(|line| say(line));
    Ok(total)
}

/// The scenarios to run: those without an obstacle. Of one for several server versions it is the run for this version,
/// or else that for the newest, which is then skipped by name.
fn live_scenarios(scenarios: &[Scenario], version: &str) -> Vec<Scenario> {
    let mut chosen: Vec<Scenario> = Vec::new();
    for scenario in scenarios.iter().filter(|scenario| obstacle(scenario).is_none()) {
        match chosen.iter_mut().find(|other| other.name == scenario.name) {
            Some(other) if other.version.as_deref() != Some(version) => *other = scenario.clone(),
            Some(_) => {}
            None => chosen.push(scenario.clone()),
        }
    }
    chosen
}

/// How many scenarios do not run against a real server, and why.
pub fn not_live(scenarios: &[Scenario]) -> String {
    let mut counts: BTreeMap<Obstacle, usize> = BTreeMap::new();
    for obstacle in scenarios.iter().filter_map(obstacle) {
        *counts.entry(obstacle).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    let parts: Vec<String> = counts.iter().map(|(obstacle, count)| format!("{count} {obstacle}")).collect();
    format!("{total} of {} scenarios are not live: {}", scenarios.len(), parts.join("; "))
}

/// The reasons of skips, each once.
fn reasons(outcomes: &[Outcome]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        if let Verdict::Skipped(reason) = &outcome.verdict {
            *counts.entry(reason).or_default() += 1;
        }
    }
    counts.iter().map(|(reason, count)| format!("\n  skipped {count}: {reason}")).collect()
}
