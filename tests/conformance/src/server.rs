//! The server that a scenario talks to: a mock of its own, or a real one.

use anyhow::{Context, Result, bail};
use netbird_mock::MockServer;
use netbird_mock::world::{SeenRequest, World};
use serde_json::{Map, Value};

use crate::live::Place;
use crate::scenario::ServerAction;
use crate::secrets::Secrets;

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
    Live(Box<Place>),
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
            Self::Live(place) => place.url().to_owned(),
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
                for secret in server.login_secrets() {
                    secrets.add("a secret of a login", &secret);
                }
                for user in users {
                    for token in server.tokens(user) {
                        if let Some(plain) = server.plain_of(&token.id) {
                            secrets.add(&format!("PAT {} of {user}", token.name), &plain);
                        }
                    }
                }
            }
            Self::Live(place) => place.collect_secrets(secrets),
        }
    }

    /// The names of a user's tokens, sorted.
    ///
    /// # Errors
    /// A real server refuses it or cannot be reached.
    pub fn token_names(&self, user: &str) -> Result<Vec<String>> {
        let mut names: Vec<String> = match self {
            Self::Mock { server, .. } => server.tokens(user).into_iter().map(|token| token.name).collect(),
            Self::Live(place) => place.token_names(user)?,
        };
        names.sort();
        Ok(names)
    }

    /// The plain text of a seeded token, by the scenario's id of it.
    #[must_use]
    pub fn plain_of(&self, token: &str) -> Option<String> {
        match self {
            Self::Mock { server, .. } => server.plain_of(token),
            Self::Live(place) => place.plain_of(token),
        }
    }

    /// A call's arguments with this server's ids in place of the scenario's.
    pub fn expand_ids(&self, args: &mut Map<String, Value>) {
        if let Self::Live(place) = self {
            place.for_server(args);
        }
    }

    /// An answer with the scenario's ids in place of this server's.
    #[must_use]
    pub fn shown(&self, answer: Value) -> Value {
        match self {
            Self::Mock { .. } => answer,
            Self::Live(place) => place.for_scenario(answer),
        }
    }

    /// Removes what a scenario had on a real server.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn leave(&self) -> Result<()> {
        match self {
            Self::Mock { .. } => Ok(()),
            Self::Live(place) => place.leave(),
        }
    }

    /// Does what a `server` step says.
    ///
    /// # Errors
    /// The step's data is wrong, or a real server cannot do it.
    pub fn act(&self, action: &ServerAction, expanded: Option<Value>) -> Result<()> {
        if let (Self::Live(place), ServerAction::AddToken { user, token }) = (self, action) {
            let seed = serde_json::from_value(expanded.unwrap_or_else(|| token.clone())).context("the token")?;
            return place.add_token(user, &seed).with_context(|| format!("a token for {user}"));
        }
        let mock = self.mock()?;
        match action {
            ServerAction::AdvanceClockSecs(by) => mock.advance_clock(*by),
            ServerAction::CloseIdleConnections(_) => {
                mock.close_idle_connections();
            }
            ServerAction::ReleaseHeld(_) => mock.release_held(),
            ServerAction::ApproveLogin { user } => mock.approve_login(&newest_login(mock)?, user)?,
            ServerAction::DenyLogin(_) => mock.deny_login(&newest_login(mock)?)?,
            ServerAction::ExpireLogin(_) => mock.expire_login(&newest_login(mock)?)?,
            ServerAction::HangLogin(endpoint) => mock.hang_login(*endpoint)?,
            ServerAction::RestartIdentityProvider(_) => mock.restart_identity_provider()?,
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

/// The code of the login that was begun last.
fn newest_login(mock: &MockServer) -> Result<String> {
    mock.logins().pop().map(|login| login.user_code).context("no login was begun")
}
