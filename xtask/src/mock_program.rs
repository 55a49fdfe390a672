//! The mock server as a program of its own, for those that run against it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use regex::Regex;

/// A running mock server. It ends with this value.
#[derive(Debug)]
pub struct MockProgram {
    child: Child,
    /// Where its API is.
    pub url: String,
    /// Where tests control it.
    pub control: String,
    /// A token that the first of its users has.
    pub pat: String,
}

impl MockProgram {
    /// Starts a command that serves until its standard input ends, and begins with one line of JSON about itself.
    ///
    /// # Errors
    /// It does not start, or its first line is another one.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("starting the mock")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let field = |name: &str| -> Result<String> {
            let found =
                Regex::new(&format!(r#""{name}": ?"([^"]*)""#))?.captures(&line).map(|found| found[1].to_owned());
            found.with_context(|| format!("the mock's line has no {name}"))
        };
        Ok(Self { url: field("url")?, control: field("control_url")?, pat: field("plain")?, child })
    }
}

impl Drop for MockProgram {
    fn drop(&mut self) {
        // The mock stops when its standard input ends.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
