//! What a scenario says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use netbird_mock::world::LoginEndpoint;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The server version that a mock has by default.
pub const CURRENT_VERSION: &str = "current";

/// One scenario: the server's state, the faults, the calls, their results and the requests that reach the server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Unique, lower case with dashes.
    pub name: String,
    /// Why this must be so and where the fact comes from.
    pub about: String,
    /// Why it does not run against a real server, where that does not follow from what it needs.
    #[serde(default)]
    pub not_live: Option<String>,
    /// Abilities that the adapter's `hello` must list among its options, besides those that the steps use.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    /// The credential of the client `default`, made before the first step: a seeded token's id, or `jwt:USER_ID`.
    #[serde(default, rename = "as")]
    pub credential: Option<String>,
    /// More options for that client.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// Environment variables of the adapter, which then gets a process of its own.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Files made before the process starts; `${file:NAME}` is the path.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// A forward proxy listens at `${proxy.url}`.
    #[serde(default)]
    pub proxy: bool,
    /// The server's initial state. Its keys replace those of the file's `server`.
    #[serde(default)]
    pub server: Map<String, Value>,
    /// The server versions to run on, once each. Absent: those of the file, or else one run on the current version.
    #[serde(default)]
    pub server_versions: Option<Vec<String>>,
    /// Texts that must never be printed, besides all credentials.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The one of `server_versions` that this run is for.
    #[serde(skip)]
    pub version: Option<String>,
    /// The file that contains it.
    #[serde(skip)]
    pub file: PathBuf,
}

/// One step. Exactly one of `new_client`, `call`, `close`, `server`, `server_has`, `server_becomes`, `proxy_saw` and
/// `write_file` is set; the schema checks that.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
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
    /// Interrupt the call after that time.
    pub cancel_after_ms: Option<u64>,
    /// Interrupt the call at that moment.
    pub cancel_when: Option<Moment>,
    /// Close the client of that name.
    pub close: Option<String>,
    /// Something happens on the server.
    pub server: Option<ServerAction>,
    /// The names of the tokens that each of these users has on the server now, in any order.
    pub server_has: Option<TokenNames>,
    /// As `server_has`, but the server may take until `within_ms` to get there.
    pub server_becomes: Option<TokenNames>,
    /// How long `server_becomes` waits. Absent: 10 seconds.
    pub within_ms: Option<u64>,
    /// `METHOD TARGET` of what the proxy was asked for so far.
    pub proxy_saw: Option<Vec<String>>,
    /// Replace the content of one of the scenario's `files`.
    pub write_file: Option<FileContent>,
    /// The answer: `ok: …` or `error: …`. Absent: any success.
    pub expect: Option<Value>,
    /// What arrived at the server during this step. Absent: nothing.
    #[serde(skip_serializing)]
    pub requests: Requests,
    /// `requests` may arrive in any order.
    pub any_order: bool,
    /// Keep the answer under this name.
    pub save: Option<String>,
    /// The step takes at least this long.
    pub at_least_ms: Option<u64>,
    /// The step takes at most this long.
    pub at_most_ms: Option<u64>,
    /// Run this step even when an earlier one failed, so that nothing is left behind.
    pub always: bool,
    /// Only on these server versions. Absent: on all.
    pub only_on: Option<BTreeSet<String>>,
    /// What differs on a server version.
    #[serde(skip_serializing)]
    pub on_version: BTreeMap<String, Difference>,
    /// What differs on a real server.
    pub on_live: Option<LiveDifference>,
    /// Its place in the scenario, counted from 1.
    #[serde(skip)]
    pub number: usize,
}

/// A file and its content.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileContent {
    /// One of the names of `files`.
    pub name: String,
    /// All of its content.
    pub text: String,
}

/// The names of the tokens of each user.
pub type TokenNames = BTreeMap<String, Vec<String>>;

/// When to interrupt a call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Moment {
    /// The server has received this request: `METHOD TARGET`, and `-> STATUS` if it must have answered it too.
    Received(String),
    /// The server has acted: these users have these tokens.
    ServerHas(TokenNames),
}

/// The requests that a step expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Requests {
    /// These, since the last step that compared requests.
    These(Vec<Value>),
    /// Not compared in this step: the next step that has `requests` lists these too.
    Later(Later),
}

/// The word `later`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Later {
    /// `later`
    Later,
}

impl Default for Requests {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

/// What a step expects on one server version, in place of what it expects on the others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Replaces the step's `expect`.
    #[serde(default)]
    pub expect: Option<Value>,
    /// Replaces the step's `requests`.
    #[serde(default)]
    pub requests: Option<Requests>,
}

/// What a step expects on a real server, in place of what it expects on a mock: other users are there too, and a service
/// user stands for a person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LiveDifference {
    /// Replaces the step's `expect`.
    pub expect: Option<Value>,
}

/// Something that happens on the server between calls.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerAction {
    /// Its clock jumps, backwards if negative.
    AdvanceClockSecs(i64),
    /// It closes every connection on which no request is being answered.
    CloseIdleConnections(bool),
    /// It goes on with the requests that the faults `hold` and `hold_answer` hold.
    ReleaseHeld(bool),
    /// One more fault applies from now on.
    PushFault(Value),
    /// Somebody else creates a token.
    AddToken {
        /// The owner.
        user: String,
        /// A `TokenSeed`.
        token: Value,
    },
    /// A user approves the newest login.
    ApproveLogin {
        /// The user's id.
        user: String,
    },
    /// Somebody denies the newest login.
    DenyLogin(bool),
    /// The time of the newest login is over.
    ExpireLogin(bool),
    /// This part of the identity provider gives no more answers.
    HangLogin(LoginEndpoint),
    /// The identity provider is restarted and answers again.
    RestartIdentityProvider(bool),
}

impl Step {
    /// In a few words, for a report.
    #[must_use]
    pub fn title(&self) -> String {
        let what = if let Some(operation) = &self.call {
            format!("call {operation}")
        } else if let Some(name) = &self.new_client {
            format!("new_client {name}")
        } else if let Some(name) = &self.close {
            format!("close {name}")
        } else if self.server.is_some() {
            "server".to_owned()
        } else if self.server_has.is_some() {
            "server_has".to_owned()
        } else if self.server_becomes.is_some() {
            "server_becomes".to_owned()
        } else if let Some(file) = &self.write_file {
            format!("write_file {}", file.name)
        } else {
            "proxy_saw".to_owned()
        };
        format!("step {}, {what}", self.number)
    }

    /// The options and abilities that an adapter must have for this step.
    fn options_needed(&self) -> impl Iterator<Item = String> {
        let interrupted = [
            self.cancel_after_ms.is_some().then_some("cancel_after_ms"),
            self.cancel_when.is_some().then_some("cancel_file"),
        ];
        self.options.keys().cloned().chain(interrupted.into_iter().flatten().map(str::to_owned))
    }
}

impl Scenario {
    /// The name, and the server version where the scenario runs on several: `name [0.40]`.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.version {
            Some(version) => format!("{} [{version}]", self.name),
            None => self.name.clone(),
        }
    }

    /// All that it tells the adapter and expects of it, as one text.
    #[must_use]
    pub fn text(&self) -> String {
        json!([self.credential, self.options, self.env, self.files, self.steps]).to_string()
    }

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
        needs.extend(self.steps.iter().flat_map(Step::options_needed));
        needs
    }

    /// Whether it needs an adapter process that no other scenario uses.
    #[must_use]
    pub fn needs_own_process(&self) -> bool {
        !self.env.is_empty() || !self.files.is_empty()
    }
}
