//! What a run tells: a line for each scenario, a diff for each failure, a summary, and JUnit.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// What kind of promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The file breaks the schema or contradicts itself.
    Scenario,
    /// The adapter lacks something, and nobody declared it.
    UndeclaredSkip,
    /// A declared skip hides nothing.
    StaleSkip,
    /// Another answer than expected.
    Answer,
    /// Other requests than expected.
    Requests,
    /// Another state of the server or the proxy than expected.
    State,
    /// A secret was printed.
    Leak,
    /// The adapter ended badly, or in the middle, or printed what nobody asked for.
    UncleanExit,
    /// No answer in time.
    Hang,
    /// Too early or too late.
    Timing,
    /// An answer that breaks the protocol.
    Protocol,
    /// The runner itself could not do its part.
    Setup,
}

/// One broken promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which.
    pub kind: FailureKind,
    /// At which step; empty for the scenario as a whole.
    pub at: String,
    /// What a person needs to see.
    pub lines: Vec<String>,
}

impl Failure {
    /// One of a single line.
    #[must_use]
    pub fn new(kind: FailureKind, at: &str, line: impl Into<String>) -> Self {
        Self { kind, at: at.to_owned(), lines: vec![line.into()] }
    }

    fn text(&self) -> String {
        let mut out = format!("{:?}", self.kind);
        if !self.at.is_empty() {
            let _ = write!(out, ", {}", self.at);
        }
        for line in &self.lines {
            for part in line.lines() {
                let _ = write!(out, "\n    {part}");
            }
        }
        out
    }
}

/// How a scenario ended.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// As it says.
    Passed,
    /// Not.
    Failed(Vec<Failure>),
    /// Left out, with the declared reason.
    Skipped(String),
}

/// One scenario's end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The scenario's name.
    pub name: String,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// What is printed about it.
    #[must_use]
    pub fn text(&self) -> String {
        let ms = self.took.as_millis();
        match &self.verdict {
            Verdict::Passed => format!("ok    {} ({ms} ms)", self.name),
            Verdict::Skipped(reason) => format!("skip  {}: {reason}", self.name),
            Verdict::Failed(failures) => {
                let mut out = format!("FAIL  {} ({ms} ms)", self.name);
                for failure in failures {
                    let _ = write!(out, "\n  {}", failure.text());
                }
                out
            }
        }
    }
}

/// Passed, failed, skipped.
#[must_use]
pub fn count(outcomes: &[Outcome]) -> (usize, usize, usize) {
    let mut counts = (0, 0, 0);
    for outcome in outcomes {
        match outcome.verdict {
            Verdict::Passed => counts.0 += 1,
            Verdict::Failed(_) => counts.1 += 1,
            Verdict::Skipped(_) => counts.2 += 1,
        }
    }
    counts
}

/// Writes a JUnit report.
///
/// # Errors
/// The file cannot be written.
pub fn write_junit(path: &Path, adapter: &str, outcomes: &[Outcome]) -> Result<()> {
    let mut suite = TestSuite::new(format!("conformance {adapter}"));
    for outcome in outcomes {
        let status = match &outcome.verdict {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(reason.clone());
                status
            }
            Verdict::Failed(failures) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let kinds: Vec<String> = failures.iter().map(|failure| format!("{:?}", failure.kind)).collect();
                status.set_message(kinds.join(", "));
                let texts: Vec<String> = failures.iter().map(Failure::text).collect();
                status.set_description(texts.join("\n"));
                status
            }
        };
        let mut case = TestCase::new(outcome.name.clone(), status);
        case.set_classname(adapter.to_owned());
        case.set_time(outcome.took);
        suite.add_test_case(case);
    }
    let mut report = Report::new("netbird-conformance");
    report.add_test_suite(suite);
    let file = std::fs::File::create(path).with_context(|| path.display().to_string())?;
    report.serialize(file).context("writing the JUnit report")
}
