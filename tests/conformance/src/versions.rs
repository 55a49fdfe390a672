//! One scenario on several server versions.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::json;

use crate::scenario::{CURRENT_VERSION, Scenario, Step};

/// The key of the server's initial state that says which version it is.
const KEY: &str = "server_version";

/// One scenario per server version, each with the steps and expectations of that version; the scenario itself where it
/// names no versions.
///
/// # Errors
/// A step names a version that the scenario does not run on, or the version is said twice.
pub fn expand(scenario: Scenario) -> Result<Vec<Scenario>> {
    let versions = scenario.server_versions.clone().unwrap_or_default();
    check(&scenario, &versions)?;
    if versions.is_empty() {
        return Ok(vec![scenario]);
    }
    Ok(versions.into_iter().map(|version| on(&scenario, version)).collect())
}

fn check(scenario: &Scenario, versions: &[String]) -> Result<()> {
    if !versions.is_empty() && scenario.server.contains_key(KEY) {
        bail!("has both `server_versions` and `{KEY}`");
    }
    for step in &scenario.steps {
        let named: BTreeSet<&String> = step.only_on.iter().flatten().chain(step.on_version.keys()).collect();
        if let Some(other) = named.into_iter().find(|name| !versions.contains(name)) {
            bail!("{} names the server version {other}, which is not among `server_versions`", step.title());
        }
    }
    Ok(())
}

fn on(scenario: &Scenario, version: String) -> Scenario {
    let mut own = scenario.clone();
    if version != CURRENT_VERSION {
        own.server.insert(KEY.to_owned(), json!(version));
    }
    own.steps.retain(|step| step.only_on.as_ref().is_none_or(|versions| versions.contains(&version)));
    for step in &mut own.steps {
        apply_difference(step, &version);
    }
    own.version = Some(version);
    own
}

fn apply_difference(step: &mut Step, version: &str) {
    let Some(difference) = step.on_version.remove(version) else {
        return;
    };
    if difference.expect.is_some() {
        step.expect = difference.expect;
    }
    if let Some(requests) = difference.requests {
        step.requests = requests;
    }
}
