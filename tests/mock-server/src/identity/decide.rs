//! What a test can do with the identity provider.

use super::Provider;
use crate::state::State;
use crate::world::{StartedLogin, WorldError};

impl State {
    pub(crate) fn provider(&mut self) -> Result<&mut Provider, WorldError> {
        self.identity.as_mut().ok_or_else(|| WorldError::new("the world has no identity provider"))
    }

    pub(crate) fn logins(&self) -> Vec<StartedLogin> {
        self.identity.as_ref().map(|provider| provider.started(self.now())).unwrap_or_default()
    }

    pub(crate) fn approve_login(&mut self, user_code: &str, user_id: &str) -> Result<(), WorldError> {
        if self.find_user(user_id).is_none() {
            return Err(WorldError::new(format!("there is no user `{user_id}`")));
        }
        let now = self.now();
        self.provider()?.approve(user_code, now, user_id)
    }

    pub(crate) fn deny_login(&mut self, user_code: &str) -> Result<(), WorldError> {
        let now = self.now();
        self.provider()?.deny(user_code, now)
    }

    pub(crate) fn expire_login(&mut self, user_code: &str) -> Result<(), WorldError> {
        let now = self.now();
        self.provider()?.expire(user_code, now)
    }
}
