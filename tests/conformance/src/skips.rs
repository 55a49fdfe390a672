//! Which scenarios and operations an adapter may leave out, and why.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::adapter::Hello;
use crate::scenario::Scenario;

/// One declared gap: a scenario, or everything that needs an option or an operation.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The adapter that has the gap.
    pub adapter: String,
    /// Only this scenario.
    pub scenario: Option<String>,
    /// All scenarios that need this option or ability.
    pub option: Option<String>,
    /// This operation, and all scenarios that call it.
    pub operation: Option<String>,
    /// Why the language or program cannot have it.
    pub reason: String,
}

/// An entry of the file: a gap, or several operations that are missing for the same reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    adapter: String,
    #[serde(default)]
    scenario: Option<String>,
    #[serde(default)]
    option: Option<String>,
    #[serde(default)]
    operation: Option<String>,
    #[serde(default)]
    operations: Vec<String>,
    reason: String,
}

impl Entry {
    fn skips(self) -> Vec<Skip> {
        let Entry { adapter, scenario, option, operation, operations, reason } = self;
        let one = Skip { adapter, scenario, option, operation, reason };
        if operations.is_empty() {
            return vec![one];
        }
        operations.into_iter().map(|operation| Skip { operation: Some(operation), ..one.clone() }).collect()
    }
}

/// What to do with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The adapter has everything that it needs.
    Run,
    /// Leave it out, for the declared reason.
    Skip(String),
    /// The adapter lacks these, and no skip declares it.
    Undeclared(Vec<String>),
}

/// Reads a skips file. A file that does not exist declares nothing.
///
/// # Errors
/// The file breaks the rules.
pub fn load(path: &Path) -> Result<Vec<Skip>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path)?;
    let entries: Option<Vec<Entry>> = serde_norway::from_str(&text).with_context(|| path.display().to_string())?;
    let skips: Vec<Skip> = entries.unwrap_or_default().into_iter().flat_map(Entry::skips).collect();
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
    if let Some(skip) = own.iter().find(|skip| skip.scenario.as_deref().is_some_and(|name| is_named(scenario, name))) {
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

/// Declared skips of this adapter that have no effect: the scenario or the operation does not exist, or the adapter has
/// what it is said to lack.
#[must_use]
pub fn stale(
    scenarios: &[Scenario],
    operations: &BTreeSet<String>,
    hello: &Hello,
    skips: &[Skip],
    adapter: &str,
) -> Vec<String> {
    let mut problems = Vec::new();
    for skip in skips.iter().filter(|skip| skip.adapter == adapter) {
        if let Some(name) = &skip.scenario {
            let mut named = scenarios.iter().filter(|scenario| is_named(scenario, name)).peekable();
            if named.peek().is_none() {
                problems.push(format!("the skipped scenario {name} does not exist"));
            } else if named.all(|scenario| missing(scenario, hello).is_empty()) {
                problems.push(format!("the skipped scenario {name} would run"));
            }
        }
        if let Some(name) = &skip.operation {
            if hello.operations.contains(name) {
                problems.push(format!("the operation {name} is declared as missing, but the adapter has it"));
            } else if !operations.contains(name) {
                problems.push(format!("the operation {name} is declared as missing, but does not exist"));
            }
        }
        if let Some(name) = &skip.option {
            if hello.options.contains(name) {
                problems.push(format!("the option {name} is declared as missing, but the adapter has it"));
            } else if !scenarios.iter().any(|scenario| missing(scenario, hello).contains(name)) {
                problems.push(format!("the option {name} is declared as missing, but no scenario needs it"));
            }
        }
    }
    problems
}

/// A name means the scenario on every server version, a full name (`name [0.40]`) on that one.
fn is_named(scenario: &Scenario, name: &str) -> bool {
    scenario.name == name || scenario.full_name() == name
}
