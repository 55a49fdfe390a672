//! The report of a run: a line for each scenario, a diff for each failure, a summary, and JUnit.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The file violates the schema or contradicts itself.
    Scenario,
    /// The adapter's list of operations is not the full one, and no skip declares the difference.
    Operations,
    /// The adapter lacks what a scenario needs, and no skip declares it.
    UndeclaredSkip,
    /// A declared skip has no effect.
    StaleSkip,
    /// Another answer than expected.
    Answer,
    /// Other requests than expected.
    Requests,
    /// Another state of the server or the proxy than expected.
    State,
    /// A secret was printed.
    Leak,
    /// The adapter exited with an error, exited before the end of its input, or printed lines that answer no command.
    UncleanExit,
    /// No answer in time.
    Hang,
    /// Too early or too late.
    Timing,
    /// An answer that violates the protocol.
    Protocol,
    /// The runner itself could not do its part.
    Setup,
}

/// One failure.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// The step; empty for the scenario as a whole.
    pub at: String,
    /// The description.
    pub lines: Vec<String>,
}

impl Failure {
    /// A failure with a description of one line.
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
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed(Vec<Failure>),
    /// Left out, for the declared reason.
    Skipped(String),
}

/// The outcome of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The scenario's full name.
    pub name: String,
    /// The server version, where the scenario runs on several.
    pub version: Option<String>,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// A failure that belongs to no single scenario.
    #[must_use]
    pub fn failed(name: &str, failures: Vec<Failure>) -> Self {
        Self { name: name.to_owned(), version: None, verdict: Verdict::Failed(failures), took: Duration::ZERO }
    }

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

/// How many scenarios passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Skipped.
    pub skipped: usize,
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Counts outcomes.
pub fn count<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Counts {
    let mut counts = Counts::default();
    for outcome in outcomes {
        match outcome.verdict {
            Verdict::Passed => counts.passed += 1,
            Verdict::Failed(_) => counts.failed += 1,
            Verdict::Skipped(_) => counts.skipped += 1,
        }
    }
    counts
}

/// The summary: a line for each server version that scenarios name, then the total.
#[must_use]
pub fn summary(outcomes: &[Outcome]) -> String {
    let versions: BTreeSet<&String> = outcomes.iter().filter_map(|outcome| outcome.version.as_ref()).collect();
    let mut out = String::new();
    for version in versions {
        let of_version = outcomes.iter().filter(|outcome| outcome.version.as_ref() == Some(version));
        let _ = writeln!(out, "server version {version}: {}", count(of_version));
    }
    let _ = write!(out, "{}", count(outcomes));
    out
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
