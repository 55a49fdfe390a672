//! The table that is printed at the end of a run.

use std::fmt;
use std::path::Path;
use std::time::Duration;

/// The outcome of a step.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Mark {
    /// It succeeded.
    Passed,
    /// It failed.
    Failed,
    /// It did not run.
    Skipped,
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "SKIPPED",
        })
    }
}

/// A line of the summary.
#[derive(Debug)]
pub struct Line {
    /// The step's name.
    pub name: String,
    /// Its outcome.
    pub mark: Mark,
    /// The step's note, or the reason why it failed or was skipped.
    pub note: String,
    /// Its duration.
    pub took: Duration,
}

/// The outcome of a whole run.
#[derive(Debug)]
pub struct Summary {
    /// One line for each step, in planned order.
    pub lines: Vec<Line>,
}

impl Summary {
    fn number(&self, mark: Mark) -> usize {
        self.lines.iter().filter(|line| line.mark == mark).count()
    }

    /// True if no step failed and at least one passed.
    pub fn is_success(&self) -> bool {
        self.number(Mark::Failed) == 0 && self.number(Mark::Passed) > 0
    }

    /// Prints the table; its last line is `N passed, N failed, N skipped`.
    pub fn print(&self, logs: &Path) {
        println!("\n{self}");
        println!("\nEach step's output: {}", logs.display());
        println!(
            "{} passed, {} failed, {} skipped",
            self.number(Mark::Passed),
            self.number(Mark::Failed),
            self.number(Mark::Skipped)
        );
    }
}

/// The table alone.
impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
        let rows: Vec<String> = self
            .lines
            .iter()
            .map(|line| {
                let seconds = line.took.as_secs_f64();
                let row = format!("{:<7}  {:width$}  {seconds:>6.1} s  {}", line.mark, line.name, line.note);
                row.trim_end().to_owned()
            })
            .collect();
        formatter.write_str(&rows.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, mark: Mark, note: &str) -> Line {
        Line { name: name.to_owned(), mark, note: note.to_owned(), took: Duration::from_millis(1500) }
    }

    #[test]
    fn columns_are_aligned() {
        let summary = Summary {
            lines: vec![
                line("c: library", Mark::Passed, ""),
                line("rust", Mark::Failed, "a test"),
                line("swift", Mark::Skipped, "no Swift"),
            ],
        };
        assert_eq!(
            summary.to_string(),
            "passed   c: library     1.5 s\n\
             FAILED   rust           1.5 s  a test\n\
             SKIPPED  swift          1.5 s  no Swift"
        );
    }

    #[test]
    fn success_needs_a_step_that_passed_and_none_that_failed() {
        let success =
            |marks: &[Mark]| Summary { lines: marks.iter().map(|&mark| line("step", mark, "")).collect() }.is_success();
        assert!(success(&[Mark::Passed, Mark::Skipped]));
        assert!(!success(&[Mark::Passed, Mark::Failed]));
        assert!(!success(&[Mark::Skipped]));
        assert!(!success(&[]));
    }
}
