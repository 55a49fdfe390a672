//! The session that a login gives.

use std::fmt;

use crate::cancel::CancelToken;
use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::options::ClientOptions;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

/// What an approved login gives.
#[derive(Clone)]
pub struct LoginSession {
    credential: Credential,
}

impl LoginSession {
    pub fn restore(_: &str, _: ClientOptions) -> Result<Self> {
        Err(Error::bug())
    }
    pub fn credential(&self) -> Credential {
        self.credential.clone()
    }
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::MAX
    }
    pub fn management_url(&self) -> &str {
        ""
    }
    pub fn issuer(&self) -> &str {
        ""
    }
    pub fn export(&self) -> Secret {
        Secret::new("")
    }
    pub fn needs_refresh(&self) -> bool {
        false
    }
    pub fn refresh(&self) -> Result<()> {
        Err(Error::bug())
    }
    #[cfg(feature = "async")]
    pub async fn refresh_async(&self) -> Result<()> {
        Err(Error::bug())
    }
    pub fn with_cancel(&self, _: &CancelToken) -> Self {
        self.clone()
    }
    pub fn with_interrupt(&self, _: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.clone()
    }
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginSession").finish_non_exhaustive()
    }
}
