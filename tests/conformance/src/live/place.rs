//! What one scenario has on a real server: its users and tokens, made for it alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use netbird_mock::world::{TokenSeed, UserSeed, World};
use serde_json::{Map, Value};

use super::ids::Ids;
use super::obstacle::{lifetime, used_users};
use super::target::{Session, Steward, server_role};
use crate::scenario::Scenario;
use crate::secrets::Secrets;

/// The users and tokens of a scenario on a real server.
pub struct Place {
    session: Arc<Session>,
    steward: Arc<Steward>,
    /// The server's ids of the users.
    users: Vec<String>,
    tokens: Mutex<Tokens>,
}

/// The ids, and the plain texts of the scenario's tokens.
#[derive(Default)]
struct Tokens {
    ids: Ids,
    plains: BTreeMap<String, String>,
}

impl Place {
    /// Makes them.
    ///
    /// # Errors
    /// The server refuses something or cannot be reached. The run's clean-up then removes what was made.
    pub fn prepare(session: &Arc<Session>, scenario: &Scenario) -> Result<Self> {
        let world: World = serde_json::from_value(Value::Object(scenario.server.clone()))?;
        let steward = session.steward()?;
        let tokens = Tokens { ids: Ids::new(&steward.id), plains: BTreeMap::new() };
        let mut place = Self { session: Arc::clone(session), steward, users: Vec::new(), tokens: Mutex::new(tokens) };
        let text = scenario.text();
        for user in used_users(&world, scenario, &text) {
            place.make_user(user, &world)?;
        }
        Ok(place)
    }

    fn make_user(&mut self, user: &UserSeed, world: &World) -> Result<()> {
        let made = self.session.made().create_user(&self.steward.api, server_role(&user.role))?;
        let (name, id) = made.map_err(anyhow::Error::msg)?;
        self.users.push(id.clone());
        self.with_tokens(|tokens| tokens.ids.add_user(&user.id, &id, &user.name, &name));
        for token in &user.tokens {
            self.make_token(&user.id, token, world.clock.as_deref())?;
        }
        Ok(())
    }

    fn make_token(&self, user: &str, token: &TokenSeed, clock: Option<&str>) -> Result<()> {
        let days = lifetime(token, clock).context("the API cannot make such a token")?;
        let owner = self.server_id(user);
        let made = self.steward.api.create_token(&owner, &token.name, days)?;
        let id = token.id.clone().unwrap_or_else(|| made.id.clone());
        let creator = token.created_by.as_deref().unwrap_or(user);
        self.with_tokens(|tokens| {
            tokens.ids.add_token(&id, &made.id, creator);
            tokens.plains.insert(id.clone(), made.plain.clone());
        });
        Ok(())
    }

    fn with_tokens<T>(&self, act: impl FnOnce(&mut Tokens) -> T) -> T {
        act(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn server_id(&self, scenario: &str) -> String {
        self.with_tokens(|tokens| tokens.ids.server_id(scenario).to_owned())
    }

    /// The server's base URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.session.url()
    }

    /// The plain text of one of the scenario's tokens.
    #[must_use]
    pub fn plain_of(&self, token: &str) -> Option<String> {
        self.with_tokens(|tokens| tokens.plains.get(token).cloned())
    }

    /// The names of the tokens that one of the scenario's users has now.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn token_names(&self, user: &str) -> Result<Vec<String>> {
        self.steward.api.token_names(&self.server_id(user))
    }

    /// Somebody else creates a token for one of the scenario's users.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn add_token(&self, user: &str, token: &TokenSeed) -> Result<()> {
        self.make_token(user, token, None)
    }

    /// Puts the server's ids into a call's arguments.
    pub fn for_server(&self, args: &mut Map<String, Value>) {
        self.with_tokens(|tokens| tokens.ids.for_server(args));
    }

    /// Puts the scenario's ids into an answer.
    #[must_use]
    pub fn for_scenario(&self, answer: Value) -> Value {
        self.with_tokens(|tokens| tokens.ids.for_scenario(answer))
    }

    /// Adds the credentials that the runner knows.
    pub fn collect_secrets(&self, secrets: &mut Secrets) {
        secrets.add("NETBIRD_TEST_TOKEN", self.session.token());
        secrets.add("the steward's PAT", &self.steward.plain);
        self.with_tokens(|tokens| {
            for (id, plain) in &tokens.plains {
                secrets.add(&format!("PAT {id}"), plain);
            }
        });
    }

    /// Removes the scenario's users with all their tokens.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached. The run's clean-up then tries again.
    pub fn leave(&self) -> Result<()> {
        self.users.iter().try_for_each(|id| self.session.made().delete_user(&self.steward.api, id))
    }
}
