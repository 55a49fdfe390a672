//! A step: what it does, which steps it needs, and what it can use while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::command::Cmd;
use crate::test_counts;
use crate::workspace::Workspace;

/// The settings that all steps of a run share.
#[derive(Debug)]
pub struct Context {
    /// Paths of the checkout and the build output.
    pub workspace: Workspace,
    /// Crates of the workspace that this run does not build.
    pub excluded_packages: Vec<&'static str>,
    /// A missing tool or front end is a failure instead of a skip.
    pub strict: bool,
    /// Print the steps' output as well as logging it.
    pub verbose: bool,
}

/// The function of a step. It returns a note for the summary.
type Work = Box<dyn FnOnce(&Job) -> Result<String> + Send>;

/// One unit of work, named `front end: what`.
pub struct Step {
    /// The name that other steps refer to.
    pub name: String,
    /// Steps that must pass before this one starts.
    pub needs: Vec<String>,
    /// Steps that must end before this one starts, if they are planned at all. They may fail.
    pub after: Vec<String>,
    /// Number of processors that it keeps busy; 0 if it mostly waits for the network.
    pub cores: usize,
    /// True if it runs cargo, which holds a lock on the target directory.
    pub cargo: bool,
    work: Work,
}

impl Step {
    /// A step that keeps one processor busy and needs no other step.
    pub fn new(name: impl Into<String>, work: impl FnOnce(&Job) -> Result<String> + Send + 'static) -> Self {
        Self { name: name.into(), needs: Vec::new(), after: Vec::new(), cores: 1, cargo: false, work: Box::new(work) }
    }

    /// Adds a step that must pass first.
    pub fn needs(mut self, name: impl Into<String>) -> Self {
        self.needs.push(name.into());
        self
    }

    /// Adds a step that must end first, if it is planned. It may fail, and is not planned for this one's sake.
    pub fn after(mut self, name: impl Into<String>) -> Self {
        self.after.push(name.into());
        self
    }

    /// Marks a step that mostly waits for the network.
    pub fn waits(mut self) -> Self {
        self.cores = 0;
        self
    }

    /// Marks a step that runs cargo, on all processors.
    pub fn cargo(mut self) -> Self {
        self.cores = usize::MAX;
        self.cargo = true;
        self
    }

    /// Does the work.
    pub fn run(self, job: &Job) -> Result<String> {
        (self.work)(job)
    }
}

/// Keeps the steps whose name `wanted` accepts, and all steps that these need.
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

/// What a running step works with.
#[derive(Debug)]
pub struct Job {
    /// The settings of the run.
    pub context: Arc<Context>,
    /// The file that the step's output goes to.
    pub log: PathBuf,
}

impl Job {
    /// Paths of the checkout and the build output.
    pub fn workspace(&self) -> &Workspace {
        &self.context.workspace
    }

    /// A command in the checkout, logged to this step's log.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Cmd {
        self.logged(Cmd::new(program).dir(&self.workspace().root))
    }

    /// Sends a command's output to this step's log.
    pub fn logged(&self, command: Cmd) -> Cmd {
        command.log(&self.log)
    }

    /// `cargo SUBCOMMAND`, with a time limit that is enough for a cold build on a slow machine.
    pub fn cargo(&self, subcommand: &str) -> Cmd {
        let command = self.command(self.workspace().cargo()).arg(subcommand).limit_minutes(40);
        if self.context.strict && subcommand != "fmt" { command.arg("--locked") } else { command }
    }

    /// The number of passed tests in the log, as the step's note.
    ///
    /// # Errors
    /// The log reports a failed test, or no test at all: a test run without tests proves nothing.
    pub fn tests_passed(&self) -> Result<String> {
        let log = fs::read(&self.log)?;
        let counts = test_counts::count(&String::from_utf8_lossy(&log));
        if counts.failed > 0 {
            bail!("{counts}, although the command reported success");
        }
        if counts.passed == 0 {
            bail!("ran no test");
        }
        Ok(counts.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str) -> Step {
        Step::new(name, |_| Ok(String::new()))
    }

    #[test]
    fn selecting_keeps_what_is_needed() {
        let steps = vec![
            step("rust: build"),
            step("c: build").needs("rust: build"),
            step("c: test").needs("c: build"),
            step("swift: test").needs("rust: build"),
        ];
        let names: Vec<String> =
            select(steps, |name| name.starts_with("c:")).into_iter().map(|step| step.name).collect();
        assert_eq!(names, ["rust: build", "c: build", "c: test"]);
    }

    #[test]
    fn a_log_without_passed_tests_is_an_error() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let workspace = Workspace { root: folder.path().to_owned(), target: folder.path().join("target") };
        let context = Context { workspace, excluded_packages: Vec::new(), strict: false, verbose: false };
        let job = Job { context: Arc::new(context), log: folder.path().join("log") };
        let outcome = |log: &str| {
            fs::write(&job.log, log).expect("log");
            job.tests_passed().map_err(|error| error.to_string())
        };
        assert_eq!(outcome("test result: ok. 3 passed; 0 failed; 0 ignored\n"), Ok("3 tests passed".to_owned()));
        assert_eq!(outcome("test result: ok. 0 passed; 0 failed; 0 ignored\n"), Err("ran no test".to_owned()));
        let failed = outcome("test result: ok. 3 passed; 1 failed; 0 ignored\n").expect_err("a failed test");
        assert!(failed.starts_with("3 tests passed, 1 failed"), "{failed}");
    }
}
