//! What a scenario file says, and reading it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A file of scenarios about one topic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    about: String,
    #[serde(default)]
    server: Map<String, Value>,
    scenarios: Vec<Scenario>,
}

/// One story: who exists, what goes wrong, what is called, what comes back and what arrived on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Unique, lower case with dashes.
    pub name: String,
    /// Why this must be so and where the fact comes from.
    pub about: String,
    /// Runs against a real server too, and leaves nothing behind there.
    #[serde(default)]
    pub live: bool,
    /// Names that the adapter's `hello` must list among its options, besides those that the steps use.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    /// The credential of the client `default`, made before the first step: a seeded token's id, or `jwt:USER_ID`.
    #[serde(default, rename = "as")]
    pub credential: Option<String>,
    /// More options for that client.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// Environment variables of the adapter's process, which is then a fresh one.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Files made before the process starts; `${file:NAME}` is the path.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// A forward proxy listens at `${proxy.url}`.
    #[serde(default)]
    pub proxy: bool,
    /// The server's world. Its keys replace those of the file's `server`.
    #[serde(default)]
    pub server: Map<String, Value>,
    /// Texts that must never be printed, besides all credentials.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// The file it stands in.
    #[serde(skip)]
    pub file: PathBuf,
}

/// One thing that happens. Exactly one of `new_client`, `call`, `close`, `server`, `server_has` and `proxy_saw` is set,
/// which the schema makes sure of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// What this step is for.
    pub about: Option<String>,
    /// Make a client of that name.
    pub new_client: Option<String>,
    /// The options for `new_client`.
    pub options: Map<String, Value>,
    /// Call that operation.
    pub call: Option<String>,
    /// The client to call. Absent: `default`.
    pub client: Option<String>,
    /// The operation's arguments.
    pub args: Map<String, Value>,
    /// Interrupt the call from outside after that time.
    pub cancel_after_ms: Option<u64>,
    /// Close the client of that name.
    pub close: Option<String>,
    /// Something happens on the server.
    pub server: Option<ServerAction>,
    /// The names of the tokens that each of these users now has on the server, in any order.
    pub server_has: Option<BTreeMap<String, Vec<String>>>,
    /// `METHOD TARGET` of what the proxy was asked for so far.
    pub proxy_saw: Option<Vec<String>>,
    /// The answer: `ok: …` or `error: …`. Absent: any success is wanted.
    pub expect: Option<Value>,
    /// What arrived at the server during this step. Absent: nothing.
    pub requests: Vec<Value>,
    /// `requests` may arrive in any order.
    pub any_order: bool,
    /// Keep the answer under this name.
    pub save: Option<String>,
    /// The step takes at least this long.
    pub at_least_ms: Option<u64>,
    /// The step takes at most this long.
    pub at_most_ms: Option<u64>,
    /// Do this step even when one before it failed, so that nothing is left behind.
    pub always: bool,
}

/// Something that happens on the server between calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerAction {
    /// Its clock jumps, backwards too.
    AdvanceClockSecs(i64),
    /// It closes every connection on which no request is being answered.
    CloseIdleConnections(bool),
    /// One more thing goes wrong from now on.
    PushFault(Value),
    /// Somebody else made a token.
    AddToken {
        /// The owner.
        user: String,
        /// A `TokenSeed`.
        token: Value,
    },
}

impl Step {
    /// The operations and options that this step uses.
    fn needs(&self, needs: &mut BTreeSet<String>) {
        needs.extend(self.options.keys().cloned());
        if self.cancel_after_ms.is_some() {
            needs.insert("cancel_after_ms".to_owned());
        }
    }

    /// In a few words, for a report.
    #[must_use]
    pub fn title(&self) -> String {
        if let Some(operation) = &self.call {
            format!("call {operation}")
        } else if let Some(name) = &self.new_client {
            format!("new_client {name}")
        } else if let Some(name) = &self.close {
            format!("close {name}")
        } else if self.server.is_some() {
            "server".to_owned()
        } else if self.server_has.is_some() {
            "server_has".to_owned()
        } else {
            "proxy_saw".to_owned()
        }
    }
}

impl Scenario {
    /// The operations that it calls.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<String> {
        self.steps.iter().filter_map(|step| step.call.clone()).collect()
    }

    /// The options that an adapter must have to run it. `management_url`, `pat` and the retry delays, which the client
    /// `default` gets, are among them only where a step names them.
    #[must_use]
    pub fn options_needed(&self) -> BTreeSet<String> {
        let mut needs = self.needs.clone();
        needs.extend(self.options.keys().cloned());
        for step in &self.steps {
            step.needs(&mut needs);
        }
        needs
    }

    /// Whether it needs an adapter process that no other scenario uses.
    #[must_use]
    pub fn wants_own_process(&self) -> bool {
        !self.env.is_empty() || !self.files.is_empty()
    }
}

/// A file that does not follow the rules.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

/// All scenarios below a folder, in the order of file names, and the files that break the schema or the rules.
///
/// # Errors
/// The folder or the schema cannot be read.
pub fn load_folder(folder: &Path, schema: &Path) -> Result<(Vec<Scenario>, Vec<Invalid>)> {
    let validator = validator(schema)?;
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
        match load_file(&file, &validator) {
            Ok(found) => {
                for scenario in found {
                    if let Some(first) = seen.insert(scenario.name.clone(), file.clone()) {
                        invalid.push(Invalid {
                            file: file.clone(),
                            problem: format!("{} is also in {}", scenario.name, first.display()),
                        });
                    }
                    scenarios.push(scenario);
                }
            }
            Err(error) => invalid.push(Invalid { file, problem: format!("{error:#}") }),
        }
    }
    Ok((scenarios, invalid))
}

/// The compiled schema.
///
/// # Errors
/// It cannot be read or is no JSON Schema.
pub fn validator(schema: &Path) -> Result<jsonschema::Validator> {
    let text = std::fs::read_to_string(schema).with_context(|| format!("reading {}", schema.display()))?;
    let schema: Value = serde_json::from_str(&text).context("the schema is not JSON")?;
    jsonschema::validator_for(&schema).map_err(|error| anyhow::anyhow!("the schema is not valid: {error}"))
}

/// The scenarios of one file.
///
/// # Errors
/// It cannot be read, is no YAML, breaks the schema, or contradicts itself.
pub fn load_file(file: &Path, validator: &jsonschema::Validator) -> Result<Vec<Scenario>> {
    let text = std::fs::read_to_string(file)?;
    let value: Value = serde_norway::from_str(&text).context("not valid YAML")?;
    let problems: Vec<String> =
        validator.iter_errors(&value).take(5).map(|error| format!("at {}: {error}", error.instance_path())).collect();
    if !problems.is_empty() {
        bail!("breaks the schema: {}", problems.join("; "));
    }
    let parsed: ScenarioFile = serde_json::from_value(value)?;
    if parsed.about.trim().is_empty() {
        bail!("does not say what it is about");
    }
    parsed
        .scenarios
        .into_iter()
        .map(|mut scenario| {
            let mut world = parsed.server.clone();
            world.extend(std::mem::take(&mut scenario.server));
            scenario.server = world;
            scenario.file = file.to_owned();
            check(&scenario).with_context(|| scenario.name.clone())?;
            Ok(scenario)
        })
        .collect()
}

/// What a schema cannot say.
fn check(scenario: &Scenario) -> Result<()> {
    let calls_default = scenario.steps.iter().any(|step| step.call.is_some() && step.client.is_none());
    let makes_default = scenario.steps.iter().any(|step| step.new_client.as_deref() == Some("default"));
    if calls_default && scenario.credential.is_none() && !makes_default {
        bail!("calls the client `default`, but has neither `as` nor a `new_client: default`");
    }
    if scenario.credential.is_none() && !scenario.options.is_empty() {
        bail!("has `options` for the client `default`, but no `as`");
    }
    if scenario.live {
        if scenario.credential.is_none() {
            bail!("a live scenario gets its credential through `as`");
        }
        if scenario.steps.iter().any(|step| step.server.is_some()) {
            bail!("a live scenario cannot tell the server what to do");
        }
    }
    Ok(())
}
