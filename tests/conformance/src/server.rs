//! The server that a scenario talks to: a mock of its own, or a real one.

use anyhow::{Context, Result, bail};
use netbird_mock::MockServer;
use netbird_mock::world::{SeenRequest, World};
use serde_json::{Map, Value};

use crate::scenario::ServerAction;
use crate::secrets::Secrets;

/// A real server, from `NETBIRD_TEST_URL` and `NETBIRD_TEST_TOKEN`.
#[derive(Clone)]
pub struct LiveServer {
    /// Its base URL.
    pub url: String,
    /// A credential there.
    pub token: String,
}

impl LiveServer {
    /// Reads the two variables.
    ///
    /// # Errors
    /// One is missing or empty.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| {
            let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty());
            value.with_context(|| format!("--live needs {name}"))
        };
        Ok(Self { url: read("NETBIRD_TEST_URL")?, token: read("NETBIRD_TEST_TOKEN")? })
    }
}

/// Either kind of server.
pub enum Server {
    /// In this process, for one scenario.
    Mock {
        /// The mock.
        server: Box<MockServer>,
        /// The ids of the users that it started with.
        users: Vec<String>,
    },
    /// A real one.
    Live(LiveServer),
}

impl Server {
    /// Starts a mock with that initial state.
    ///
    /// # Errors
    /// The state is invalid, or no port is available.
    pub fn start(world: Map<String, Value>) -> Result<Self> {
        let world: World = serde_json::from_value(Value::Object(world)).context("the scenario's `server`")?;
        let users = world.users.iter().map(|user| user.id.clone()).collect();
        let server = MockServer::start(world).context("starting the mock")?;
        Ok(Self::Mock { server: Box::new(server), users })
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Mock { server, .. } => server.url().trim_end_matches('/').to_owned(),
            Self::Live(live) => live.url.trim_end_matches('/').to_owned(),
        }
    }

    /// The mock.
    ///
    /// # Errors
    /// This is a real server.
    pub fn mock(&self) -> Result<&MockServer> {
        match self {
            Self::Mock { server, .. } => Ok(server),
            Self::Live(_) => bail!("only a mock can do that"),
        }
    }

    /// The requests that arrived so far; of a real server nothing is known.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        match self {
            Self::Mock { server, .. } => server.requests(),
            Self::Live(_) => Vec::new(),
        }
    }

    /// Adds the plain text of every token that exists now.
    pub fn collect_secrets(&self, secrets: &mut Secrets) {
        match self {
            Self::Mock { server, users } => {
                for user in users {
                    for token in server.tokens(user) {
                        if let Some(plain) = server.plain_of(&token.id) {
                            secrets.add(&format!("PAT {} of {user}", token.name), &plain);
                        }
                    }
                }
            }
            Self::Live(live) => secrets.add("NETBIRD_TEST_TOKEN", &live.token),
        }
    }

    /// The names of a user's tokens, sorted.
    ///
    /// # Errors
    /// This is a real server.
    pub fn token_names(&self, user: &str) -> Result<Vec<String>> {
        let mut names: Vec<String> = self.mock()?.tokens(user).into_iter().map(|token| token.name).collect();
        names.sort();
        Ok(names)
    }

    /// Does what a `server` step says.
    ///
    /// # Errors
    /// The step's data is wrong, or this is a real server.
    pub fn act(&self, action: &ServerAction, expanded: Option<Value>) -> Result<()> {
        let mock = self.mock()?;
        match action {
            ServerAction::AdvanceClockSecs(by) => mock.advance_clock(*by),
            ServerAction::CloseIdleConnections(_) => {
                mock.close_idle_connections();
            }
            ServerAction::ReleaseHeld(_) => mock.release_held(),
            ServerAction::PushFault(fault) => {
                let fault = expanded.unwrap_or_else(|| fault.clone());
                mock.push_fault(serde_json::from_value(fault).context("the fault")?);
            }
            ServerAction::AddToken { user, token } => {
                let token = expanded.unwrap_or_else(|| token.clone());
                let seed = serde_json::from_value(token).context("the token")?;
                mock.add_token(user, seed).with_context(|| format!("a token for {user}"))?;
            }
        }
        Ok(())
    }
}
