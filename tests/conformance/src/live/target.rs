//! The real server of a run: which version it behaves like, which roles it has, and who makes users and tokens there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use super::api::Api;
use super::made::Made;
use super::obstacle::used_users;
use crate::scenario::{CURRENT_VERSION, Scenario};

/// A PAT with a valid checksum that no server has issued.
const STRANGER: &str = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";
/// The roles that scenarios use.
const ROLES: [&str; 5] = ["admin", "network_admin", "auditor", "user", "billing_admin"];
/// After this many requests another steward takes over. The server's limiter counts for each PAT; its default is 500.
const STEWARDSHIP: u32 = 300;

/// A server and a credential there, from `NETBIRD_TEST_URL` and `NETBIRD_TEST_TOKEN`.
#[derive(Clone)]
pub struct Target {
    /// The base URL.
    pub url: String,
    /// The PAT of an owner, or of another user who may make and delete service users.
    pub token: String,
}

impl Target {
    /// Reads the two variables.
    ///
    /// # Errors
    /// One is missing or empty.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| {
            let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty());
            value.map(|value| value.trim().to_owned()).with_context(|| format!("a live run needs {name}"))
        };
        Ok(Self { url: read("NETBIRD_TEST_URL")?, token: read("NETBIRD_TEST_TOKEN")? })
    }
}

/// The service user that makes and removes the users and tokens of scenarios. Its requests are not the owner's, which
/// the server's limiter would count together.
pub struct Steward {
    /// Its id.
    pub id: String,
    /// The API with its credential.
    pub api: Api,
    /// Its credential.
    pub plain: String,
}

/// A run on a real server.
pub struct Session {
    target: Target,
    made: Arc<Made>,
    version: &'static str,
    roles: BTreeSet<String>,
    steward: Mutex<Option<Arc<Steward>>>,
}

impl Session {
    /// Finds out what the server is.
    ///
    /// # Errors
    /// It cannot be reached, or refuses the credential or the making of service users.
    pub fn begin(target: Target, made: Arc<Made>) -> Result<Self> {
        let version = version(&target, made.owner())?;
        let mut roles = BTreeSet::new();
        for role in ROLES {
            if let Ok((_, id)) = made.create_user(made.owner(), role)? {
                roles.insert(role.to_owned());
                made.delete_user(made.owner(), &id)?;
            }
        }
        if !roles.contains("admin") {
            bail!("the server accepts no service user with the role admin");
        }
        Ok(Self { target, made, version, roles, steward: Mutex::default() })
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.target.url.trim_end_matches('/')
    }

    /// The credential that was given.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.target.token
    }

    /// What the run has made.
    #[must_use]
    pub fn made(&self) -> &Made {
        &self.made
    }

    /// The server version of the scenarios that the server behaves like.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// Whether its answers have an `X-Request-Id`.
    #[must_use]
    pub fn gives_request_ids(&self) -> bool {
        self.version == CURRENT_VERSION
    }

    /// Those of the roles looked for that the server does not have.
    #[must_use]
    pub fn missing_roles(&self) -> Vec<&'static str> {
        ROLES.into_iter().filter(|role| !self.roles.contains(*role)).collect()
    }

    /// Who makes the users and tokens of the next scenario.
    ///
    /// # Errors
    /// The server refuses another steward or cannot be reached.
    pub fn steward(&self) -> Result<Arc<Steward>> {
        let mut current = self.steward.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(steward) = current.as_ref().filter(|steward| steward.api.sent() < STEWARDSHIP) {
            return Ok(Arc::clone(steward));
        }
        let owner = self.made.owner();
        let (_, id) = self.made.create_user(owner, "admin")?.map_err(anyhow::Error::msg)?;
        let plain = owner.create_token(&id, "steward", 1)?.plain;
        let next = Arc::new(Steward { api: Api::new(&self.target.url, &plain)?, id, plain });
        if let Some(last) = current.replace(Arc::clone(&next)) {
            self.made.delete_user(owner, &last.id)?;
        }
        Ok(next)
    }

    /// Why this server cannot show what a scenario proves; nothing if it can.
    #[must_use]
    pub fn cannot_show(&self, scenario: &Scenario) -> Option<String> {
        if let Some(version) = scenario.version.as_deref().filter(|version| *version != self.version) {
            return Some(format!("it is about version {version}, and this server behaves like {}", self.version));
        }
        let world = serde_json::from_value(scenario.server.clone().into()).ok()?;
        let text = scenario.text();
        let missing = used_users(&world, scenario, &text)
            .map(|user| server_role(&user.role))
            .find(|role| !self.roles.contains(*role));
        missing.map(|role| format!("the server has no role {role}"))
    }
}

/// The role of the service user that stands for a scenario's user. A person who may do everything becomes a service user
/// with the role admin.
#[must_use]
pub fn server_role(role: &str) -> &str {
    if role == "owner" { "admin" } else { role }
}

/// Which version of `server_versions` the server behaves like.
fn version(target: &Target, owner: &Api) -> Result<&'static str> {
    let status = owner.current_user_status()?;
    match status {
        200 | 403 => {}
        405 => return Ok("0.40"),
        401 | 404 => bail!("the server does not accept NETBIRD_TEST_TOKEN, or is no NetBird server (status {status})"),
        _ => bail!("the server answered {status} to the question who NETBIRD_TEST_TOKEN belongs to"),
    }
    // A revoked or unknown PAT: 404 since 0.59.13, 401 before.
    Ok(if Api::new(&target.url, STRANGER)?.current_user_status()? == 404 { CURRENT_VERSION } else { "0.59" })
}
