//! What a scenario has while it runs: its server, its proxy, its files, what it saved, and what failed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::arrivals::Arrivals;
use super::constants::Constants;
use super::settings::Settings;
use crate::adapter::Hello;
use crate::live::Place;
use crate::proxy::ForwardProxy;
use crate::report::{Failure, FailureKind};
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::server::Server;
use crate::variables::{self, Source};

/// The state of a running scenario. It resolves the scenario's references.
pub struct Context<'a> {
    pub settings: &'a Settings,
    pub scenario: &'a Scenario,
    pub hello: Hello,
    pub server: Server,
    pub proxy: Option<ForwardProxy>,
    /// Answers that steps saved, by name.
    pub saved: BTreeMap<String, Value>,
    pub secrets: Secrets,
    pub arrivals: Arrivals,
    pub failures: Vec<Failure>,
    files: Option<tempfile::TempDir>,
    unique: String,
}

impl<'a> Context<'a> {
    /// Starts the server and makes the scenario's files.
    ///
    /// # Errors
    /// The scenario asks for something impossible.
    pub fn prepare(settings: &'a Settings, hello: Hello, scenario: &'a Scenario) -> Result<Self> {
        let server = match &settings.live {
            Some(session) => Server::Live(Box::new(Place::prepare(session, scenario)?)),
            None => Server::start(variables::expand_map(&scenario.server, &mut Constants)?)?,
        };
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut context = Self {
            settings,
            scenario,
            hello,
            server,
            proxy: if scenario.proxy { Some(ForwardProxy::start()?) } else { None },
            saved: BTreeMap::new(),
            secrets: Secrets::default(),
            arrivals: Arrivals::default(),
            failures: Vec::new(),
            files: None,
            unique: format!("{nanos:x}"),
        };
        context.collect_secrets();
        for text in &scenario.secrets {
            let text = variables::expand_string(text, &mut context)?;
            context.secrets.add("a declared secret", &text);
        }
        context.make_files()?;
        Ok(context)
    }

    fn make_files(&mut self) -> Result<()> {
        if self.scenario.files.is_empty() {
            return Ok(());
        }
        let folder = tempfile::tempdir().context("a folder for the scenario's files")?;
        // Set first: a file's text may contain the path of another file.
        self.files = Some(folder);
        self.scenario.files.iter().try_for_each(|(name, text)| self.write_file(name, text))
    }

    /// Writes one of the scenario's files.
    ///
    /// # Errors
    /// A reference cannot be resolved, or the file cannot be written.
    pub fn write_file(&mut self, name: &str, text: &str) -> Result<()> {
        let text = variables::expand_string(text, self)?;
        std::fs::write(self.file(name)?, text).with_context(|| format!("writing the file {name}"))
    }

    /// Where one of the scenario's files is.
    fn file(&self, name: &str) -> Result<PathBuf> {
        Ok(self.files.as_ref().context("the scenario has no `files`")?.path().join(name))
    }

    /// Whether the server is a real one.
    pub fn is_live(&self) -> bool {
        self.settings.live.is_some()
    }

    /// Records a failure.
    pub fn fail(&mut self, kind: FailureKind, at: &str, line: impl Into<String>) {
        self.failures.push(Failure::new(kind, at, line));
    }

    /// Adds the secrets of all tokens that exist on the server now.
    pub fn collect_secrets(&mut self) {
        self.server.collect_secrets(&mut self.secrets);
    }

    /// The scenario's credential: the option's name and the text.
    ///
    /// # Errors
    /// The scenario has none, or the server does not know it.
    pub fn credential(&mut self) -> Result<(&'static str, String)> {
        let name = self.scenario.credential.as_deref().context("the scenario has no `as`")?;
        let (kind, reference) = match name.strip_prefix("jwt:") {
            Some(user) => ("bearer", format!("jwt:{user}:3600")),
            None => ("pat", format!("plain:{name}")),
        };
        if let Some(Value::String(text)) = self.saved.get(&reference) {
            return Ok((kind, text.clone()));
        }
        // Kept: a JWT is a different text each time that one is issued.
        let text = variables::expand_string(&format!("${{{reference}}}"), self)?;
        self.saved.insert(reference, json!(text));
        Ok((kind, text))
    }
}

impl Source for Context<'_> {
    fn lookup(&mut self, name: &str) -> Result<Value> {
        if let Ok(value) = Constants.lookup(name) {
            return Ok(value);
        }
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        if let Some(saved) = self.saved.get(root) {
            return variables::dig(saved, path);
        }
        let (word, rest) = name.split_once(':').unwrap_or((name, ""));
        let url = self.server.url();
        let text = match word {
            "server.url" => url,
            "server.address" => url.split_once("://").context("the server's URL has no scheme")?.1.to_owned(),
            "server.port" => url.rsplit_once(':').context("the server's URL has no port")?.1.to_owned(),
            "server.ca_pem" => self.server.mock()?.ca_pem(),
            "proxy.url" => self.proxy.as_ref().context("the scenario has no `proxy: true`")?.url(),
            "unique" => self.unique.clone(),
            "token" => self.credential()?.1,
            "plain" => {
                let plain = self.server.plain_of(rest).with_context(|| format!("the server has no token {rest:?}"))?;
                self.secrets.add(&format!("PAT {rest}"), &plain);
                plain
            }
            "jwt" => {
                let (user, seconds) = rest.rsplit_once(':').context("as `jwt:USER_ID:SECONDS`")?;
                let jwt = self.server.mock()?.issue_jwt(user, seconds.parse()?);
                self.secrets.add(&format!("JWT of {user}"), &jwt);
                jwt
            }
            "id_token" => {
                let number: usize = rest.parse().context("as `id_token:NUMBER`")?;
                let tokens = self.server.mock()?.id_tokens();
                tokens
                    .into_iter()
                    .nth(number.wrapping_sub(1))
                    .with_context(|| format!("there is no ID token {rest}"))?
            }
            "file" => self.file(rest)?.display().to_string(),
            _ => bail!("unknown reference ${{{name}}}"),
        };
        Ok(Value::String(text))
    }
}
