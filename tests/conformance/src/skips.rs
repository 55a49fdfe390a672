//! Which scenarios an adapter may leave out, and why.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::adapter::Hello;
use crate::scenario::Scenario;

/// One declared gap: of a scenario, or of everything that needs an option or an operation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The adapter that has the gap.
    pub adapter: String,
    /// Only this scenario.
    #[serde(default)]
    pub scenario: Option<String>,
    /// All scenarios that need this option or ability.
    #[serde(default)]
    pub option: Option<String>,
    /// All scenarios that call this operation.
    #[serde(default)]
    pub operation: Option<String>,
    /// Why that language or program cannot have it.
    pub reason: String,
}

/// What to do with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The adapter has all it needs.
    Run,
    /// A gap, and it is declared.
    Skip(String),
    /// A gap that nobody declared.
    Undeclared(Vec<String>),
}

/// Reads a skips file; no file is no skips.
///
/// # Errors
/// It does not follow the rules.
pub fn load(path: &Path) -> Result<Vec<Skip>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path)?;
    let skips: Option<Vec<Skip>> = serde_norway::from_str(&text).with_context(|| path.display().to_string())?;
    let skips = skips.unwrap_or_default();
    for skip in &skips {
        let named = [&skip.scenario, &skip.option, &skip.operation];
        if named.iter().filter(|name| name.is_some()).count() != 1 || skip.reason.trim().is_empty() {
            bail!("a skip of {} needs a reason and one of scenario, option and operation", skip.adapter);
        }
    }
    Ok(skips)
}

/// The operations and options that the scenario needs and the adapter lacks.
#[must_use]
pub fn missing(scenario: &Scenario, hello: &Hello) -> BTreeSet<String> {
    let operations = scenario.operations();
    let options = scenario.options_needed();
    operations.difference(&hello.operations).chain(options.difference(&hello.options)).cloned().collect()
}

/// Whether the adapter runs the scenario.
#[must_use]
pub fn decide(scenario: &Scenario, hello: &Hello, skips: &[Skip], adapter: &str) -> Decision {
    let missing = missing(scenario, hello);
    if missing.is_empty() {
        return Decision::Run;
    }
    let own: Vec<&Skip> = skips.iter().filter(|skip| skip.adapter == adapter).collect();
    if let Some(skip) = own.iter().find(|skip| skip.scenario.as_deref() == Some(scenario.name.as_str())) {
        return Decision::Skip(skip.reason.clone());
    }
    let mut reasons = Vec::new();
    let mut undeclared = Vec::new();
    for name in missing {
        let declared = own.iter().find(|skip| {
            skip.option.as_deref() == Some(name.as_str()) || skip.operation.as_deref() == Some(name.as_str())
        });
        match declared {
            Some(skip) => reasons.push(format!("{name}: {}", skip.reason)),
            None => undeclared.push(name),
        }
    }
    if undeclared.is_empty() { Decision::Skip(reasons.join("; ")) } else { Decision::Undeclared(undeclared) }
}

/// Declared skips of this adapter that hide nothing: whose scenario does not exist or would run.
#[must_use]
pub fn stale(scenarios: &[Scenario], hello: &Hello, skips: &[Skip], adapter: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for skip in skips.iter().filter(|skip| skip.adapter == adapter) {
        if let Some(name) = &skip.scenario {
            match scenarios.iter().find(|scenario| &scenario.name == name) {
                None => problems.push(format!("the skipped scenario {name} does not exist")),
                Some(scenario) if missing(scenario, hello).is_empty() => {
                    problems.push(format!("the skipped scenario {name} would run"));
                }
                Some(_) => {}
            }
        }
        for name in [&skip.option, &skip.operation].into_iter().flatten() {
            if hello.options.contains(name) || hello.operations.contains(name) {
                problems.push(format!("{name} is declared as missing, but the adapter has it"));
            } else if !scenarios.iter().any(|scenario| missing(scenario, hello).contains(name)) {
                problems.push(format!("{name} is declared as missing, but no scenario needs it"));
            }
        }
    }
    problems
}
