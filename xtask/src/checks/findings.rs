//! The result of a check.

use anyhow::{Result, bail};

/// What a check found wrong, each with its place, and a note for the summary if nothing is wrong.
#[derive(Debug, Default)]
pub struct Findings {
    pub wrong: Vec<String>,
    pub note: String,
}

impl Findings {
    /// Adds something that is wrong.
    pub fn add(&mut self, finding: impl Into<String>) {
        self.wrong.push(finding.into());
    }

    /// The note, or an error that lists everything that is wrong.
    pub fn into_result(self) -> Result<String> {
        if self.wrong.is_empty() {
            return Ok(self.note);
        }
        bail!("{} found\n  {}", self.wrong.len(), self.wrong.join("\n  "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_listed() {
        let mut findings = Findings { note: "2 files".to_owned(), ..Findings::default() };
        findings.add("a:1: this");
        findings.add("b:2: that");
        assert_eq!(findings.into_result().expect_err("wrong").to_string(), "2 found\n  a:1: this\n  b:2: that");
        assert_eq!(
            Findings { note: "2 files".to_owned(), ..Findings::default() }.into_result().expect("right"),
            "2 files"
        );
    }
}
