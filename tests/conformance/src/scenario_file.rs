//! Reads scenario files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::operations;
use crate::scenario::{Requests, Scenario, Step};
use crate::schema::Schema;
use crate::versions;

/// A file of scenarios about one topic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    about: String,
    #[serde(default)]
    server: Map<String, Value>,
    #[serde(default)]
    server_versions: Option<Vec<String>>,
    scenarios: Vec<Scenario>,
}

/// A file that does not follow the rules.
#[derive(Clone, Debug)]
pub struct InvalidFile {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

/// All scenarios in a folder, in the order of file names, and the files that violate the schema or the rules.
///
/// # Errors
/// The folder cannot be read.
pub fn load_folder(folder: &Path, schema: &Schema) -> Result<(Vec<Scenario>, Vec<InvalidFile>)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .filter(|path| path.file_name().is_some_and(|name| name != "skips.yaml"))
        .collect();
    files.sort();
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut invalid = Vec::new();
    let mut seen = BTreeMap::new();
    for file in files {
        match load_file(&file, schema) {
            Ok(found) => {
                for scenario in found {
                    if let Some(first) = seen.insert(scenario.full_name(), file.clone()) {
                        invalid.push(InvalidFile {
                            file: file.clone(),
                            problem: format!("{} is also in {}", scenario.name, first.display()),
                        });
                    }
                    scenarios.push(scenario);
                }
            }
            Err(error) => invalid.push(InvalidFile { file, problem: format!("{error:#}") }),
        }
    }
    Ok((scenarios, invalid))
}

/// The scenarios of one file, each once per server version.
///
/// # Errors
/// It cannot be read, is not YAML, violates the schema, or contradicts itself.
pub fn load_file(file: &Path, schema: &Schema) -> Result<Vec<Scenario>> {
    let text = std::fs::read_to_string(file)?;
    let value: Value = serde_norway::from_str(&text).context("not valid YAML")?;
    schema.check(&value)?;
    let parsed: ScenarioFile = serde_json::from_value(value)?;
    if parsed.about.trim().is_empty() {
        bail!("does not say what it is about");
    }
    let mut scenarios = Vec::new();
    for mut scenario in parsed.scenarios {
        let mut server = parsed.server.clone();
        server.extend(std::mem::take(&mut scenario.server));
        scenario.server = server;
        scenario.server_versions = scenario.server_versions.or_else(|| parsed.server_versions.clone());
        scenario.file = file.to_owned();
        for (at, step) in scenario.steps.iter_mut().enumerate() {
            step.number = at + 1;
        }
        let name = scenario.name.clone();
        let expanded = versions::expand(scenario).with_context(|| name.clone())?;
        for scenario in &expanded {
            check(scenario).with_context(|| name.clone())?;
        }
        scenarios.extend(expanded);
    }
    Ok(scenarios)
}

/// The rules that a schema cannot express.
fn check(scenario: &Scenario) -> Result<()> {
    let calls_default = scenario.steps.iter().any(|step| {
        let call = step.call.as_deref();
        call.is_some_and(|call| !operations::is_without_client(call)) && step.client.is_none()
    });
    let makes_default = scenario.steps.iter().any(|step| step.new_client.as_deref() == Some("default"));
    if calls_default && scenario.credential.is_none() && !makes_default {
        bail!("calls the client `default`, but has neither `as` nor a `new_client: default`");
    }
    if scenario.credential.is_none() && !scenario.options.is_empty() {
        bail!("has `options` for the client `default`, but no `as`");
    }
    if let Some(file) = scenario
        .steps
        .iter()
        .filter_map(|step| step.write_file.as_ref())
        .find(|file| !scenario.files.contains_key(&file.name))
    {
        bail!("writes the file {:?}, which is not among `files`", file.name);
    }
    check_postponed_requests(&scenario.steps)
}

/// What one step leaves for later, another one must list.
fn check_postponed_requests(steps: &[Step]) -> Result<()> {
    let mut postponed = None;
    for step in steps {
        let compares = step.call.is_some() || step.new_client.is_some() || step.close.is_some();
        match &step.requests {
            Requests::Later(_) => postponed = Some(step),
            Requests::These(_) if compares || step.server_becomes.is_some() => postponed = None,
            Requests::These(_) => {}
        }
    }
    match postponed {
        Some(step) => bail!("{} leaves its requests for later, but no later step lists them", step.title()),
        None => Ok(()),
    }
}
