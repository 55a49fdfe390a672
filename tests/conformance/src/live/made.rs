//! Every service user that a run makes on a real server, so that all of them can be removed, whatever happens.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

use super::api::Api;

/// How the names of the users begin that live runs make.
const PREFIX: &str = "netbird-conformance-";
/// How often a deletion is tried.
const TRIES: u32 = 3;

/// The users that exist now. The tokens of a service user go with it, and no other tokens are made.
#[derive(Debug)]
pub struct Made {
    owner: Api,
    /// The beginning of all names that this run gives.
    run: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ids: BTreeSet<String>,
    number: u32,
    closed: bool,
}

impl Made {
    /// Nothing yet. `owner` has the credential of a person who may make and delete service users.
    #[must_use]
    pub fn new(owner: Api) -> Self {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let run = format!("{PREFIX}{:x}-{:x}-", std::process::id(), nanos & 0xffff_ffff);
        Self { owner, run, state: Mutex::default() }
    }

    /// The owner's API.
    #[must_use]
    pub fn owner(&self) -> &Api {
        &self.owner
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new service user: its name and its id, or the server's refusal of the role.
    ///
    /// # Errors
    /// The server refuses the request for another reason or cannot be reached, or the run is being cleaned up.
    pub fn create_user(&self, api: &Api, role: &str) -> Result<Result<(String, String), String>> {
        // Held while the server acts, so that a clean-up sees the user or prevents it.
        let mut state = self.state();
        if state.closed {
            bail!("the run was interrupted");
        }
        state.number += 1;
        let name = format!("{}{}-{role}", self.run, state.number);
        Ok(api.create_service_user(&name, role)?.map(|id| {
            state.ids.insert(id.clone());
            (name, id)
        }))
    }

    /// Deletes one of the users.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached; the clean-up at the end tries again.
    pub fn delete_user(&self, api: &Api, id: &str) -> Result<()> {
        api.delete_user(id)?;
        self.state().ids.remove(id);
        Ok(())
    }

    /// Deletes everything that this run has made, also what the server made without an answer. Nothing can be made
    /// afterwards.
    ///
    /// # Errors
    /// Something is left; the message names it.
    pub fn remove_all(&self) -> Result<()> {
        let mut state = self.state();
        state.closed = true;
        for id in std::mem::take(&mut state.ids) {
            self.delete_for_good(&id);
        }
        // The names tell what a lost answer does not.
        for user in self.named()? {
            self.delete_for_good(&user.id);
        }
        let left: Vec<String> = self.named()?.into_iter().map(|user| format!("{} ({})", user.name, user.id)).collect();
        if !left.is_empty() {
            bail!("these service users are left on the server; delete them by hand: {}", left.join(", "));
        }
        Ok(())
    }

    /// The users that are there by the names of this run.
    fn named(&self) -> Result<Vec<super::api::User>> {
        let users = self.owner.users()?;
        Ok(users.into_iter().filter(|user| user.is_service_user && user.name.starts_with(&self.run)).collect())
    }

    fn delete_for_good(&self, id: &str) {
        // What still fails then is found by its name.
        let _ = (0..TRIES).find(|_| self.owner.delete_user(id).is_ok());
    }

    /// The service users that earlier runs left: they were killed, or could not reach the server.
    ///
    /// # Errors
    /// The server refuses the list or cannot be reached.
    pub fn leftovers(&self) -> Result<Vec<String>> {
        let users = self.owner.users()?;
        let is_left = |user: &super::api::User| {
            user.is_service_user && user.name.starts_with(PREFIX) && !user.name.starts_with(&self.run)
        };
        Ok(users.into_iter().filter(is_left).map(|user| format!("{} ({})", user.name, user.id)).collect())
    }
}
