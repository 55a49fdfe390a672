//! Runs steps, as many at once as the machine has room for.
//!
//! Steps that set tools up mostly wait for the network, so they run beside compiling. Steps that compute share the
//! processors. Two steps that use cargo never run together: one would only wait for the other's lock.

use std::fs;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::step::{Context, Job, Step};
use super::summary::{Line, Mark, Summary};
use crate::children;
use crate::log;
use crate::toolchain::Missing;

/// Runs the steps, each as soon as the steps that it needs have passed and processors are free.
///
/// # Errors
/// A step needs one that is not planned, or a log cannot be written.
pub fn run(context: &Arc<Context>, steps: Vec<Step>) -> Result<Summary> {
    let logs = context.workspace.logs();
    fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut schedule = Schedule::new(steps, processors)?;
    let console = Console { started: Instant::now() };
    let (sender, receiver) = mpsc::channel::<Done>();
    let mut last_output = Instant::now();

    while !schedule.is_finished() {
        for (name, note) in schedule.skip_blocked() {
            console.say("skipped", &name, &note);
        }
        for index in schedule.startable() {
            let step = schedule.take(index)?;
            console.say("start", &step.name, "");
            let job = Job { context: Arc::clone(context), log: log_of(&logs, &step.name) };
            fs::write(&job.log, "")?;
            start(index, step, job, sender.clone());
        }
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(done) => {
                last_output = Instant::now();
                let index = done.index;
                let line = finish(context, &schedule.names[index], done, &logs, &console);
                schedule.states[index] = State::Ended(line);
            }
            Err(_) if last_output.elapsed() > Duration::from_secs(60) => {
                last_output = Instant::now();
                console.say("running", &schedule.running().join(", "), "");
            }
            Err(_) => {}
        }
    }
    Ok(schedule.into_summary())
}

/// A step that ended.
struct Done {
    index: usize,
    result: Result<String>,
    took: Duration,
}

/// Runs a step on a thread of its own.
fn start(index: usize, step: Step, job: Job, sender: mpsc::Sender<Done>) {
    thread::spawn(move || {
        let began = Instant::now();
        let follow = job.context.verbose.then(|| log::Follow::start(&job.log));
        let result = catch_unwind(AssertUnwindSafe(|| step.run(&job)))
            .unwrap_or_else(|_| Err(anyhow::anyhow!("the step itself panicked")));
        if let Some(follow) = follow {
            follow.stop();
        }
        // The receiver is gone only if the run itself failed.
        let _ = sender.send(Done { index, result, took: began.elapsed() });
    });
}

/// Turns a step's result into its line of the summary, and prints why it failed.
fn finish(context: &Context, name: &str, done: Done, logs: &Path, console: &Console) -> Line {
    let (mark, note) = match done.result {
        Ok(note) => (Mark::Passed, note),
        Err(error) => {
            let missing = error.chain().any(|cause| cause.is::<Missing>());
            let mark = if missing && !context.strict { Mark::Skipped } else { Mark::Failed };
            (mark, format!("{error:#}"))
        }
    };
    console.say(&mark.to_string(), name, &note);
    // After Ctrl-C, the logs only show that the commands were interrupted.
    if mark == Mark::Failed && !context.verbose && !children::interrupted() {
        let log = log_of(logs, name);
        println!("---- from {}", log.display());
        println!("{}", log::failure_excerpt(&log));
        println!("---- end of '{name}'");
    }
    // The summary has one line for each step; the whole error was printed above.
    let note = note.lines().next().unwrap_or_default().to_owned();
    Line { name: name.to_owned(), mark, note, took: done.took }
}

fn log_of(logs: &Path, step: &str) -> PathBuf {
    logs.join(log::file_name(step))
}

/// Prints what happens, with the time since the start.
struct Console {
    started: Instant,
}

impl Console {
    fn say(&self, word: &str, name: &str, note: &str) {
        let seconds = self.started.elapsed().as_secs();
        let dash = if note.is_empty() { "" } else { " - " };
        println!("[{:>2}:{:02}] {word:<7} {name}{dash}{note}", seconds / 60, seconds % 60);
    }
}

/// How far a step is.
enum State {
    Waiting(Step),
    Running { cores: usize, cargo: bool },
    Ended(Line),
}

/// The planned steps and how far each is.
struct Schedule {
    names: Vec<String>,
    states: Vec<State>,
    processors: usize,
}

impl Schedule {
    /// # Errors
    /// A step needs one that is not among them.
    fn new(steps: Vec<Step>, processors: usize) -> Result<Self> {
        let names: Vec<String> = steps.iter().map(|step| step.name.clone()).collect();
        for step in &steps {
            for need in &step.needs {
                if !names.contains(need) {
                    bail!("step '{}' needs '{need}', which is not planned", step.name);
                }
            }
        }
        Ok(Self { names, states: steps.into_iter().map(State::Waiting).collect(), processors })
    }

    fn is_finished(&self) -> bool {
        self.states.iter().all(|state| matches!(state, State::Ended(_)))
    }

    fn running(&self) -> Vec<&str> {
        let steps = self.names.iter().zip(&self.states);
        steps.filter(|(_, state)| matches!(state, State::Running { .. })).map(|(name, _)| name.as_str()).collect()
    }

    /// The line of a step that has ended.
    fn outcome(&self, name: &str) -> Option<&Line> {
        self.states.iter().find_map(|state| match state {
            State::Ended(line) if line.name == name => Some(line),
            _ => None,
        })
    }

    /// Skips every waiting step that needs one that did not pass. Returns their names with the reason.
    fn skip_blocked(&mut self) -> Vec<(String, String)> {
        let mut skipped = Vec::new();
        while let Some((index, note)) = self.first_blocked() {
            let name = self.names[index].clone();
            skipped.push((name.clone(), note.clone()));
            self.states[index] = State::Ended(Line { name, mark: Mark::Skipped, note, took: Duration::ZERO });
        }
        skipped
    }

    fn first_blocked(&self) -> Option<(usize, String)> {
        self.states.iter().enumerate().find_map(|(index, state)| {
            let State::Waiting(step) = state else {
                return None;
            };
            step.needs.iter().find_map(|need| {
                let line = self.outcome(need)?;
                match line.mark {
                    Mark::Passed => None,
                    Mark::Failed => Some((index, format!("because '{need}' failed"))),
                    Mark::Skipped => Some((index, line.note.clone())),
                }
            })
        })
    }

    /// The steps that may start now, in planned order. A step that waits for processors keeps later steps from taking
    /// them, so that a big step is not delayed again and again by small ones.
    fn startable(&self) -> Vec<usize> {
        let mut busy: usize = 0;
        let mut cargo_runs = false;
        for state in &self.states {
            if let State::Running { cores, cargo } = state {
                busy += cores;
                cargo_runs |= cargo;
            }
        }
        let mut queue_is_blocked = false;
        let mut ready = Vec::new();
        for (index, state) in self.states.iter().enumerate() {
            let State::Waiting(step) = state else {
                continue;
            };
            let passed = |need: &String| self.outcome(need).is_some_and(|line| line.mark == Mark::Passed);
            let ended = |name: &String| self.outcome(name).is_some() || !self.names.contains(name);
            if !step.needs.iter().all(passed) || !step.after.iter().all(ended) {
                continue;
            }
            let cores = step.cores.min(self.processors);
            if cores == 0 {
                ready.push(index);
            } else if queue_is_blocked || (step.cargo && cargo_runs) {
                continue;
            } else if busy + cores <= self.processors {
                busy += cores;
                cargo_runs |= step.cargo;
                ready.push(index);
            } else {
                queue_is_blocked = true;
            }
        }
        ready
    }

    /// Takes a waiting step out, to be run.
    fn take(&mut self, index: usize) -> Result<Step> {
        let state = &mut self.states[index];
        let (cores, cargo) = match state {
            State::Waiting(step) => (step.cores.min(self.processors), step.cargo),
            _ => (0, false),
        };
        match mem::replace(state, State::Running { cores, cargo }) {
            State::Waiting(step) => Ok(step),
            _ => bail!("step '{}' was started twice", self.names[index]),
        }
    }

    fn into_summary(self) -> Summary {
        let lines = self.states.into_iter().filter_map(|state| match state {
            State::Ended(line) => Some(line),
            _ => None,
        });
        Summary { lines: lines.collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::workspace::Workspace;

    fn context(strict: bool) -> (tempfile::TempDir, Arc<Context>) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let context = Context {
            workspace: Workspace { root: folder.path().to_owned(), target: folder.path().join("target") },
            excluded_packages: Vec::new(),
            strict,
            verbose: false,
        };
        (folder, Arc::new(context))
    }

    fn passes(name: &str) -> Step {
        Step::new(name, |_| Ok(String::new()))
    }

    fn marks(summary: &Summary) -> Vec<Mark> {
        summary.lines.iter().map(|line| line.mark).collect()
    }

    #[test]
    fn a_step_waits_for_what_it_needs_even_if_planned_first() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let step = |name: &'static str| {
            let order = Arc::clone(&order);
            Step::new(name, move |_| {
                order.lock().expect("order").push(name);
                Ok(String::new())
            })
        };
        let (_folder, context) = context(false);
        let steps = vec![step("late").needs("early"), step("early")];
        let summary = run(&context, steps).expect("ran");
        assert!(summary.is_success());
        assert_eq!(*order.lock().expect("order"), ["early", "late"]);
    }

    #[test]
    fn a_failure_skips_what_needs_it_and_nothing_else() {
        let (_folder, context) = context(false);
        let steps = vec![
            Step::new("broken", |_| bail!("no")),
            passes("direct").needs("broken"),
            passes("indirect").needs("direct"),
            passes("other"),
        ];
        let summary = run(&context, steps).expect("ran");
        assert_eq!(marks(&summary), [Mark::Failed, Mark::Skipped, Mark::Skipped, Mark::Passed]);
        assert!(!summary.is_success());
        assert_eq!(summary.lines[1].note, "because 'broken' failed");
    }

    #[test]
    fn a_missing_tool_is_a_skip_and_in_strict_mode_a_failure() {
        for (strict, mark) in [(false, Mark::Skipped), (true, Mark::Failed)] {
            let (_folder, context) = context(strict);
            let steps = vec![
                Step::new("tool", |_| Err(Missing("needs a tool".to_owned())).context("while looking")),
                passes("other"),
            ];
            let summary = run(&context, steps).expect("ran");
            assert_eq!(summary.lines[0].mark, mark);
            assert_eq!(summary.is_success(), !strict);
        }
    }

    #[test]
    fn a_step_after_others_waits_for_them_whatever_becomes_of_them() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let last = {
            let order = Arc::clone(&order);
            Step::new("last", move |_| {
                order.lock().expect("order").push("last");
                Ok(String::new())
            })
        };
        let broken = {
            let order = Arc::clone(&order);
            Step::new("broken", move |_| {
                order.lock().expect("order").push("broken");
                bail!("no")
            })
        };
        let (_folder, context) = context(false);
        let steps =
            vec![last.after("broken").after("skipped").after("not planned"), broken, passes("skipped").needs("broken")];
        let summary = run(&context, steps).expect("ran");
        assert_eq!(marks(&summary), [Mark::Passed, Mark::Failed, Mark::Skipped]);
        assert_eq!(*order.lock().expect("order"), ["broken", "last"]);
    }

    #[test]
    fn a_panic_in_a_step_is_a_failure() {
        let (_folder, context) = context(false);
        let steps = vec![Step::new("panics", |_| panic!("on purpose"))];
        assert_eq!(marks(&run(&context, steps).expect("ran")), [Mark::Failed]);
    }

    #[test]
    fn an_unknown_need_is_refused() {
        let (_folder, context) = context(false);
        let error = run(&context, vec![passes("a").needs("b")]).expect_err("refused");
        assert!(error.to_string().contains("'b'"), "{error}");
    }

    #[test]
    fn only_what_fits_starts() {
        let steps = vec![passes("download").waits(), passes("compile").cargo(), passes("lint").cargo(), passes("test")];
        let mut schedule = Schedule::new(steps, 2).expect("schedule");
        assert_eq!(schedule.startable(), [0, 1]);
        // A small step that runs keeps the big one waiting, which keeps the next small one waiting.
        schedule.states[3] = State::Running { cores: 1, cargo: false };
        assert_eq!(schedule.startable(), [0]);
        schedule.processors = 8;
        assert_eq!(schedule.startable(), [0]);
    }
}
