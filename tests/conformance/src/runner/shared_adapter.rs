//! The adapter process that scenarios share, and how adapter processes start and end.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::settings::Settings;
use crate::adapter::{Adapter, Hello};
use crate::process::Exit;
use crate::report::{Failure, FailureKind};
use crate::secrets::Secrets;

/// The shared process, every secret that it received, and the leaks that were reported.
pub struct SharedAdapter<'a> {
    settings: &'a Settings,
    adapter: Option<Adapter>,
    hello: Hello,
    secrets: Secrets,
    reported: BTreeSet<String>,
}

impl<'a> SharedAdapter<'a> {
    /// Starts it.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(settings: &'a Settings) -> Result<Self> {
        let (adapter, hello) = start(settings, &BTreeMap::new())?;
        Ok(Self { settings, adapter: Some(adapter), hello, secrets: Secrets::default(), reported: BTreeSet::new() })
    }

    /// What it declared.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Hands it out; starts another process if the last one was not given back.
    ///
    /// # Errors
    /// It does not start.
    pub fn take(&mut self) -> Result<Adapter> {
        match self.adapter.take() {
            Some(adapter) => Ok(adapter),
            None => Ok(start(self.settings, &BTreeMap::new())?.0),
        }
    }

    /// Takes it back for the next scenario.
    pub fn give_back(&mut self, adapter: Adapter) {
        self.adapter = Some(adapter);
    }

    /// Remembers a scenario's secrets, and the leaks that it reported.
    pub fn remember(&mut self, secrets: &Secrets, mut leaked: BTreeSet<String>) {
        self.secrets.merge(secrets);
        self.reported.append(&mut leaked);
    }

    /// Ends it, and searches all of its output for every secret.
    pub fn finish(&mut self) -> Vec<Failure> {
        let Some(adapter) = self.adapter.take() else {
            return Vec::new();
        };
        let (mut failures, output) = end(adapter);
        for leak in self.secrets.leaks(&output) {
            if !self.reported.iter().any(|known| known.contains(&leak.trace)) {
                failures.push(leak_failure(&leak.name, leak.what));
            }
        }
        failures
    }
}

/// Starts an adapter process with more environment variables.
///
/// # Errors
/// It does not start.
pub fn start(settings: &Settings, own: &BTreeMap<String, String>) -> Result<(Adapter, Hello)> {
    let mut env = settings.launch.env.clone();
    if !own.keys().any(|name| name.to_ascii_uppercase().ends_with("_PROXY")) {
        for name in ["NO_PROXY", "no_proxy"] {
            env.insert(name.to_owned(), "127.0.0.1,localhost,::1".to_owned());
        }
    }
    env.extend(own.clone());
    Adapter::start(&settings.launch.command, &settings.root, &env)
}

/// Ends a process. Returns what was wrong with its end, and everything that it printed.
pub fn end(adapter: Adapter) -> (Vec<Failure>, String) {
    let ending = adapter.finish();
    let mut failures = Vec::new();
    let problem = match ending.exit {
        Exit::Exited(status) if status.success() => None,
        Exit::Exited(status) => Some(format!("at the end of its input it exited with {status}")),
        Exit::Killed(after) => Some(format!("at the end of its input it did not exit within {after:?}")),
    };
    if let Some(problem) = problem {
        let mut failure = Failure::new(FailureKind::UncleanExit, "", problem);
        failure.lines.push(last_lines(&ending.stderr));
        failures.push(failure);
    }
    if !ending.extra_lines.is_empty() {
        failures.push(Failure::new(
            FailureKind::UncleanExit,
            "",
            format!("lines on standard output that answer no command: {}", ending.extra_lines.join("\n")),
        ));
    }
    (failures, ending.printed + &ending.stderr)
}

/// The failure for a secret in the output.
pub fn leak_failure(name: &str, what: &str) -> Failure {
    Failure::new(FailureKind::Leak, "", format!("its output contains {what} of {name}"))
}

/// The end of a long text.
pub fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(20);
    lines[from..].join("\n")
}
