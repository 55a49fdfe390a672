//! Steps, what each needs, and running as many at once as the machine can bear.
//!
//! Setting tools up mostly waits for the network, so it runs beside compiling; two steps that
//! compute share the processors; two that use cargo would only wait for cargo's own lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::command::{self, Cmd};
use crate::evidence;
use crate::toolchain::Missing;
use crate::workspace::Workspace;

/// What every step may know.
#[derive(Debug)]
pub struct Context {
    /// Where things are.
    pub workspace: Workspace,
    /// The front ends that were asked for; none means all.
    pub only: Vec<String>,
    /// A tool that is missing, or a front end that is not there, is a failure.
    pub strict: bool,
    /// Print what the steps print, besides keeping it in their logs.
    pub verbose: bool,
}

/// What a step does; it answers what was seen, for the summary.
pub type Work = Box<dyn FnOnce(&Job) -> Result<String> + Send>;

/// One thing to do, named `front end: what`.
pub struct Step {
    /// Its name, by which others need it.
    pub name: String,
    /// Steps that must have passed before.
    pub needs: Vec<String>,
    /// Processors that it keeps busy; 0 for one that mostly waits for the network.
    pub cores: usize,
    /// True if it runs cargo, which does one thing at a time.
    pub cargo: bool,
    work: Work,
}

impl Step {
    /// A step that keeps one processor busy and needs nothing.
    pub fn new(name: impl Into<String>, work: impl FnOnce(&Job) -> Result<String> + Send + 'static) -> Self {
        Self { name: name.into(), needs: Vec::new(), cores: 1, cargo: false, work: Box::new(work) }
    }

    /// Names a step that must have passed before.
    pub fn needs(mut self, name: impl Into<String>) -> Self {
        self.needs.push(name.into());
        self
    }

    /// It mostly waits for the network.
    pub fn waits(mut self) -> Self {
        self.cores = 0;
        self
    }

    /// It runs cargo, on all processors.
    pub fn cargo(mut self) -> Self {
        self.cores = usize::MAX;
        self.cargo = true;
        self
    }
}

/// A running step's view of the world.
#[derive(Debug)]
pub struct Job {
    /// What every step may know.
    pub context: Arc<Context>,
    /// Where its output goes.
    pub log: PathBuf,
}

impl Job {
    /// Where things are.
    pub fn workspace(&self) -> &Workspace {
        &self.context.workspace
    }

    /// A command in the checkout whose output goes to this step's log.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Cmd {
        self.logged(Cmd::new(program).dir(&self.workspace().root))
    }

    /// Sends a command's output to this step's log.
    pub fn logged(&self, command: Cmd) -> Cmd {
        command.log(&self.log)
    }

    /// `cargo SUBCOMMAND`, with a limit that a cold build on a slow machine keeps.
    pub fn cargo(&self, subcommand: &str) -> Cmd {
        let command = self.command(self.workspace().cargo()).arg(subcommand).limit_minutes(40);
        if self.context.strict && subcommand != "fmt" { command.arg("--locked") } else { command }
    }

    /// Passed, with the number of tests that the log tells of.
    ///
    /// # Errors
    /// The log tells of none: a test run that ran nothing proves nothing.
    pub fn tests_passed(&self) -> Result<String> {
        let log = fs::read(&self.log)?;
        let counts = evidence::count(&String::from_utf8_lossy(&log));
        if counts.failed > 0 {
            bail!("{counts}, though the command ended well");
        }
        if counts.passed == 0 {
            bail!("ran no test");
        }
        Ok(counts.to_string())
    }
}

/// How a step ended, for the summary.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Mark {
    /// It held.
    Passed,
    /// It did not.
    Failed,
    /// It was not done.
    Skipped,
}

/// A line of the summary.
#[derive(Debug)]
pub struct Line {
    /// The step's name.
    pub name: String,
    /// How it ended.
    pub mark: Mark,
    /// What was seen, or why not.
    pub note: String,
    /// How long it took.
    pub took: Duration,
}

/// Everything that was done.
#[derive(Debug)]
pub struct Summary {
    /// In the order in which the steps were planned.
    pub lines: Vec<Line>,
}

impl Summary {
    fn number(&self, mark: Mark) -> usize {
        self.lines.iter().filter(|line| line.mark == mark).count()
    }

    /// True if nothing failed and something was done.
    pub fn is_success(&self) -> bool {
        self.number(Mark::Failed) == 0 && self.number(Mark::Passed) > 0
    }

    /// Prints the table; its last line is `N passed, N failed, N skipped`.
    pub fn print(&self, logs: &Path) {
        let width = self.lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
        println!();
        for line in &self.lines {
            let mark = match line.mark {
                Mark::Passed => "passed ",
                Mark::Failed => "FAILED ",
                Mark::Skipped => "SKIPPED",
            };
            let text = format!("{mark}  {:width$}  {:>6.1} s  {}", line.name, line.took.as_secs_f64(), line.note);
            println!("{}", text.trim_end());
        }
        println!("\nEach step's output: {}", logs.display());
        println!(
            "{} passed, {} failed, {} skipped",
            self.number(Mark::Passed),
            self.number(Mark::Failed),
            self.number(Mark::Skipped)
        );
    }
}

/// Keeps the steps whose name `wanted` accepts and all that these need.
pub fn select(steps: Vec<Step>, wanted: impl Fn(&str) -> bool) -> Vec<Step> {
    let needs: BTreeMap<&str, &[String]> =
        steps.iter().map(|step| (step.name.as_str(), step.needs.as_slice())).collect();
    let mut kept = BTreeSet::new();
    let mut open: Vec<&str> = needs.keys().copied().filter(|name| wanted(name)).collect();
    while let Some(name) = open.pop() {
        if kept.insert(name.to_owned()) {
            open.extend(needs.get(name).into_iter().flat_map(|names| names.iter().map(String::as_str)));
        }
    }
    steps.into_iter().filter(|step| kept.contains(&step.name)).collect()
}

struct Done {
    index: usize,
    result: Result<String>,
    took: Duration,
}

enum State {
    Waiting(Step),
    Running { cores: usize, cargo: bool },
    Ended,
}

/// Runs the steps, each as soon as what it needs has passed and the machine has room for it.
///
/// # Errors
/// A step needs one that is not among them, or the logs cannot be written.
pub fn run(context: &Arc<Context>, steps: Vec<Step>) -> Result<Summary> {
    let logs = context.workspace.logs();
    fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
    let names: Vec<String> = steps.iter().map(|step| step.name.clone()).collect();
    for step in &steps {
        for need in &step.needs {
            if !names.contains(need) {
                bail!("step '{}' needs '{need}', which is not planned", step.name);
            }
        }
    }
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let mut last_sign = Instant::now();
    let (sender, receiver) = mpsc::channel::<Done>();
    let mut lines: Vec<Option<Line>> = names.iter().map(|_| None).collect();
    let mut states: Vec<State> = steps.into_iter().map(State::Waiting).collect();

    loop {
        settle(&names, &mut states, &mut lines, started);
        for index in startable(&names, &states, &lines, processors) {
            let state = std::mem::replace(&mut states[index], State::Ended);
            let State::Waiting(step) = state else {
                bail!("step '{}' was started twice", names[index]);
            };
            states[index] = State::Running { cores: step.cores.min(processors), cargo: step.cargo };
            say(started, "start", &step.name, "");
            let job = Job { context: Arc::clone(context), log: logs.join(log_name(&step.name)) };
            fs::write(&job.log, "")?;
            let sender = sender.clone();
            thread::spawn(move || {
                let began = Instant::now();
                let verbose = job.context.verbose.then(|| Follow::start(&job.log));
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (step.work)(&job)))
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("the step itself panicked")));
                if let Some(follow) = verbose {
                    follow.stop();
                }
                // The receiver outlives every step.
                let _ = sender.send(Done { index, result, took: began.elapsed() });
            });
        }
        if lines.iter().all(Option::is_some) {
            break;
        }
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(done) => {
                last_sign = Instant::now();
                let index = done.index;
                states[index] = State::Ended;
                lines[index] = Some(finish(context, &names[index], done, &logs, started));
            }
            Err(_) if last_sign.elapsed() > Duration::from_secs(60) => {
                last_sign = Instant::now();
                let running: Vec<&str> = names
                    .iter()
                    .zip(&states)
                    .filter(|(_, state)| matches!(state, State::Running { .. }))
                    .map(|(name, _)| name.as_str())
                    .collect();
                say(started, "still", &running.join(", "), "");
            }
            Err(_) => {}
        }
    }
    Ok(Summary { lines: lines.into_iter().flatten().collect() })
}

/// Marks as skipped every step that needs one that did not pass.
fn settle(names: &[String], states: &mut [State], lines: &mut [Option<Line>], started: Instant) {
    loop {
        let blocked = states.iter().enumerate().find_map(|(index, state)| {
            let State::Waiting(step) = state else {
                return None;
            };
            step.needs.iter().find_map(|need| {
                let position = names.iter().position(|name| name == need)?;
                let line = lines[position].as_ref()?;
                match line.mark {
                    Mark::Passed => None,
                    Mark::Failed => Some((index, format!("because '{need}' failed"))),
                    Mark::Skipped => Some((index, line.note.clone())),
                }
            })
        });
        let Some((index, note)) = blocked else {
            return;
        };
        say(started, "skipped", &names[index], &note);
        states[index] = State::Ended;
        lines[index] = Some(Line { name: names[index].clone(), mark: Mark::Skipped, note, took: Duration::ZERO });
    }
}

/// The steps that may start now, in planned order. One that waits for processors keeps later
/// ones from taking them, so that a big step is not put off for ever by small ones.
fn startable(names: &[String], states: &[State], lines: &[Option<Line>], processors: usize) -> Vec<usize> {
    let mut busy: usize = 0;
    let mut cargo_runs = false;
    for state in states {
        if let State::Running { cores, cargo } = state {
            busy += cores;
            cargo_runs |= cargo;
        }
    }
    let mut queue_is_blocked = false;
    let mut ready = Vec::new();
    for (index, state) in states.iter().enumerate() {
        let State::Waiting(step) = state else {
            continue;
        };
        let needs_met = step.needs.iter().all(|need| {
            names
                .iter()
                .position(|name| name == need)
                .is_some_and(|at| lines[at].as_ref().is_some_and(|line| line.mark == Mark::Passed))
        });
        if !needs_met {
            continue;
        }
        let cores = step.cores.min(processors);
        if cores == 0 {
            ready.push(index);
        } else if queue_is_blocked || (step.cargo && cargo_runs) {
            continue;
        } else if busy + cores <= processors {
            busy += cores;
            cargo_runs |= step.cargo;
            ready.push(index);
        } else {
            queue_is_blocked = true;
        }
    }
    ready
}

fn finish(context: &Context, name: &str, done: Done, logs: &Path, started: Instant) -> Line {
    let (mark, note) = match done.result {
        Ok(note) => (Mark::Passed, note),
        Err(error) => {
            let missing = error.chain().any(|cause| cause.is::<Missing>());
            if missing && !context.strict {
                (Mark::Skipped, format!("{error:#}"))
            } else {
                (Mark::Failed, format!("{error:#}"))
            }
        }
    };
    let word = match mark {
        Mark::Passed => "passed",
        Mark::Failed => "FAILED",
        Mark::Skipped => "SKIPPED",
    };
    say(started, word, name, &note);
    if mark == Mark::Failed && !context.verbose && !command::interrupted() {
        let log = logs.join(log_name(name));
        println!("---- from {}", log.display());
        println!("{}", command::telling(&log));
        println!("---- end of '{name}'");
    }
    // The table has one line for each step; the whole error was printed above.
    let note = note.lines().next().unwrap_or_default().to_owned();
    Line { name: name.to_owned(), mark, note, took: done.took }
}

fn say(started: Instant, word: &str, name: &str, note: &str) {
    let seconds = started.elapsed().as_secs();
    let dash = if note.is_empty() { "" } else { " - " };
    println!("[{:>2}:{:02}] {word:<7} {name}{dash}{note}", seconds / 60, seconds % 60);
}

/// `python: types` is logged in `python-types.log`.
fn log_name(step: &str) -> String {
    let mut name: String =
        step.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    format!("{name}.log")
}

/// Prints a log while it grows.
struct Follow {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Follow {
    fn start(log: &Path) -> Self {
        let (stop, stopped) = mpsc::channel();
        let log = log.to_owned();
        let thread = thread::spawn(move || {
            let mut shown = 0;
            loop {
                let last = stopped.recv_timeout(Duration::from_millis(200)) != Err(mpsc::RecvTimeoutError::Timeout);
                if let Ok(bytes) = fs::read(&log)
                    && bytes.len() > shown
                {
                    print!("{}", String::from_utf8_lossy(&bytes[shown..]));
                    shown = bytes.len();
                }
                if last {
                    return;
                }
            }
        });
        Self { stop, thread }
    }

    fn stop(self) {
        // Both fail only if the thread is gone already.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn context(strict: bool) -> (tempfile::TempDir, Arc<Context>) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let context = Context {
            workspace: Workspace { root: folder.path().to_owned(), target: folder.path().join("target") },
            only: Vec::new(),
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
    fn a_panic_in_a_step_is_a_failure() {
        let (_folder, context) = context(false);
        let steps = vec![Step::new("panics", |_| panic!("on purpose"))];
        assert_eq!(marks(&run(&context, steps).expect("ran")), [Mark::Failed]);
    }

    #[test]
    fn nothing_done_is_no_success() {
        let (_folder, context) = context(false);
        assert!(!run(&context, Vec::new()).expect("ran").is_success());
    }

    #[test]
    fn an_unknown_need_is_refused() {
        let (_folder, context) = context(false);
        let error = run(&context, vec![passes("a").needs("b")]).expect_err("refused");
        assert!(error.to_string().contains("'b'"), "{error}");
    }

    #[test]
    fn selecting_keeps_what_is_needed() {
        let steps = vec![
            passes("rust: build"),
            passes("c: build").needs("rust: build"),
            passes("c: test").needs("c: build"),
            passes("swift: test").needs("rust: build"),
        ];
        let names: Vec<String> =
            select(steps, |name| name.starts_with("c:")).into_iter().map(|step| step.name).collect();
        assert_eq!(names, ["rust: build", "c: build", "c: test"]);
    }

    #[test]
    fn only_what_fits_starts() {
        let steps = [passes("download").waits(), passes("compile").cargo(), passes("lint").cargo(), passes("test")];
        let names: Vec<String> = steps.iter().map(|step| step.name.clone()).collect();
        let lines: Vec<Option<Line>> = names.iter().map(|_| None).collect();
        let mut states: Vec<State> = steps.into_iter().map(State::Waiting).collect();
        assert_eq!(startable(&names, &states, &lines, 2), [0, 1]);
        // A small one that runs keeps the big one waiting, which keeps the next small one waiting.
        states[3] = State::Running { cores: 1, cargo: false };
        assert_eq!(startable(&names, &states, &lines, 2), [0]);
        assert_eq!(startable(&names, &states, &lines, 8), [0]);
    }

    #[test]
    fn a_test_step_that_ran_nothing_fails() {
        let (_folder, context) = context(false);
        let steps = vec![
            Step::new("empty", |job: &Job| {
                fs::write(&job.log, "test result: ok. 0 passed; 0 failed; 0 ignored\n")?;
                job.tests_passed()
            }),
            Step::new("full", |job: &Job| {
                fs::write(&job.log, "test result: ok. 3 passed; 0 failed; 0 ignored\n")?;
                job.tests_passed()
            }),
        ];
        let summary = run(&context, steps).expect("ran");
        assert_eq!(marks(&summary), [Mark::Failed, Mark::Passed]);
        assert_eq!(summary.lines[1].note, "3 tests passed");
    }

    #[test]
    fn log_names_are_file_names() {
        assert_eq!(log_name("python: 3.12 tests"), "python-3.12-tests.log");
    }
}
