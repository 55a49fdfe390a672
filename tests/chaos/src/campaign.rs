//! A campaign: many stories at once, what became of them, and the first one that broke a promise.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::check::{Rule, Violation, check};
use crate::driver::Front;
use crate::generate;
use crate::logs;
use crate::play::{Played, Stage};
use crate::shrink::shrink;
use crate::story::Story;

/// How many runs take place at once: much of a run is waiting, but a machine that is too busy makes every call time out.
pub const WORKERS: usize = 10;

/// What to do.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// What the stories come from.
    pub seed: u64,
    /// The first run.
    pub first: u64,
    /// When it ends.
    pub until: Until,
    /// How many runs take place at once.
    pub workers: usize,
    /// What a lost create may take beyond its timeout.
    pub allowance: Duration,
    /// How long shrinking a failing story may take.
    pub shrink_for: Duration,
}

/// When a campaign ends.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After this many runs.
    Runs(u64),
    /// After this many operations of the public API.
    Operations(u64),
    /// After this time.
    Time(Duration),
}

/// What a campaign gave.
#[derive(Debug, Default)]
pub struct Tally {
    /// Finished runs.
    pub runs: u64,
    /// Operations of the public API.
    pub operations: u64,
    /// Faults that happened.
    pub faults: u64,
    /// How often a caller went on in a forked child.
    pub forks: u64,
    /// Requests that reached the server.
    pub requests: u64,
    /// How each operation ended, and how often.
    pub outcomes: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// How long it took.
    pub took: Duration,
    /// The first run that broke a promise.
    pub failure: Option<Failed>,
}

/// A run that broke a promise.
#[derive(Debug)]
pub struct Failed {
    /// Its story.
    pub story: Story,
    /// What it broke.
    pub broken: Vec<Violation>,
    /// What happened in it, line by line.
    pub account: Vec<String>,
    /// A shorter story that breaks the same promise.
    pub shortest: Story,
    /// What that broke.
    pub shortest_broken: Vec<Violation>,
}

impl Tally {
    fn add(&mut self, played: &Played) {
        self.runs += 1;
        self.operations += played.operations() as u64;
        self.faults += played.faults as u64;
        self.forks += played.calls.iter().filter(|call| call.forked()).count() as u64;
        self.requests += played.wire.len() as u64;
        for call in played.calls.iter().filter(|call| call.what.is_operation()) {
            let outcomes = self.outcomes.entry(call.what.name()).or_default();
            *outcomes.entry(call.outcome().to_owned()).or_default() += 1;
        }
    }
}

impl Campaign {
    /// Plays it. `front` starts a front end for each worker.
    ///
    /// # Errors
    /// The front end or the mock server cannot be started.
    pub fn play(&self, front: &(dyn Fn() -> Result<Box<dyn Front>> + Sync)) -> Result<Tally> {
        logs::listen();
        let began = Instant::now();
        let next = AtomicU64::new(self.first);
        let stop = AtomicBool::new(false);
        let tally = Mutex::new(Tally::default());
        let worked: Vec<Result<()>> = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.workers)
                .map(|_| {
                    scope.spawn(|| {
                        let worked = self.work(front, began, &next, &stop, &tally);
                        if worked.is_err() {
                            stop.store(true, Ordering::Relaxed);
                        }
                        worked
                    })
                })
                .collect();
            let panicked = || Err(anyhow::anyhow!("a worker panicked"));
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| panicked())).collect()
        });
        worked.into_iter().collect::<Result<()>>()?;
        let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.took = began.elapsed();
        if let Some(failed) = tally.failure.take() {
            let mut stage = Stage::new(front()?)?;
            let (story, broken) = (failed.story.clone(), failed.broken.clone());
            let (shortest, shortest_broken) = shrink(&mut stage, story, broken, self.allowance, self.shrink_for);
            tally.failure = Some(Failed { shortest, shortest_broken, ..failed });
        }
        Ok(tally)
    }

    fn work(
        &self,
        front: &(dyn Fn() -> Result<Box<dyn Front>> + Sync),
        began: Instant,
        next: &AtomicU64,
        stop: &AtomicBool,
        tally: &Mutex<Tally>,
    ) -> Result<()> {
        let mut stage = Stage::new(front()?)?;
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            let is_over = match self.until {
                Until::Runs(runs) => run >= self.first + runs,
                Until::Operations(most) => tally.lock().unwrap_or_else(PoisonError::into_inner).operations >= most,
                Until::Time(time) => began.elapsed() >= time,
            };
            if is_over || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let story = generate::story(self.seed, run);
            let played = stage.play(&story)?;
            let broken = check(&played, self.allowance);
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.add(&played);
            if !broken.is_empty() {
                stop.store(true, Ordering::Relaxed);
                let is_first = tally.failure.as_ref().is_none_or(|failed| failed.story.run > run);
                if is_first {
                    let (shortest, shortest_broken) = (story.clone(), broken.clone());
                    tally.failure =
                        Some(Failed { story, broken, account: played.account(), shortest, shortest_broken });
                }
            }
        }
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        writeln!(f, "| | |\n|---|---|")?;
        writeln!(f, "| runs | {} |", self.runs)?;
        writeln!(f, "| operations | {} |", self.operations)?;
        writeln!(f, "| requests that reached the server | {} |", self.requests)?;
        writeln!(f, "| faults | {} |", self.faults)?;
        writeln!(f, "| forks | {} |", self.forks)?;
        let violations = self.failure.as_ref().map_or(0, |failed| failed.broken.len());
        writeln!(f, "| violations | {violations} |")?;
        writeln!(f, "| time | {seconds:.0} s ({:.0} runs/s) |\n", self.runs as f64 / seconds.max(0.001))?;
        writeln!(f, "| operation | outcomes |\n|---|---|")?;
        for (operation, outcomes) in &self.outcomes {
            let mut outcomes: Vec<(&String, &u64)> = outcomes.iter().collect();
            outcomes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let list: Vec<String> = outcomes.into_iter().map(|(outcome, count)| format!("{outcome} {count}")).collect();
            writeln!(f, "| {operation} | {} |", list.join(", "))?;
        }
        Ok(())
    }
}

impl Display for Failed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |f: &mut Formatter<'_>, broken: &[Violation]| {
            let promise = |rule: Rule| rule.promise();
            broken.iter().try_for_each(|violation| writeln!(f, "  {}: {}", promise(violation.rule), violation.how))
        };
        writeln!(f, "Run {} of seed {} broke what is promised:", self.story.run, self.story.seed)?;
        list(f, &self.broken)?;
        writeln!(f, "\nThe story:\n{}", self.story)?;
        writeln!(f, "What happened, as each answer came:")?;
        self.account.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f, "\nThe shortest story that was found to do the same:\n{}", self.shortest)?;
        list(f, &self.shortest_broken)
    }
}
