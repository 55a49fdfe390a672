//! A login that waits for a person's approval.

use std::fmt;
use std::time::Duration;

use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::options::ClientOptions;
use crate::timestamp::Timestamp;

use super::options::LoginOptions;
use super::session::LoginSession;

/// Begins to log in.
pub fn start_login(client: ClientOptions, login: LoginOptions) -> Result<DeviceLogin> {
    let _ = (client, login.check()?);
    Err(Error::bug())
}

/// See [`start_login`].
#[cfg(feature = "async")]
pub async fn start_login_async(client: ClientOptions, login: LoginOptions) -> Result<DeviceLogin> {
    start_login(client, login)
}

/// A login that waits for a person's approval.
#[derive(Clone)]
pub struct DeviceLogin {
    uri: String,
}

impl DeviceLogin {
    pub fn verification_uri(&self) -> &str {
        &self.uri
    }
    pub fn verification_uri_complete(&self) -> Option<&str> {
        None
    }
    pub fn user_code(&self) -> &str {
        &self.uri
    }
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::MAX
    }
    pub fn interval(&self) -> Duration {
        Duration::ZERO
    }
    pub fn poll(&self) -> Result<Option<LoginSession>> {
        Err(Error::bug())
    }
    pub fn wait(&self) -> Result<LoginSession> {
        Err(Error::bug())
    }
    #[cfg(feature = "async")]
    pub async fn poll_async(&self) -> Result<Option<LoginSession>> {
        Err(Error::bug())
    }
    #[cfg(feature = "async")]
    pub async fn wait_async(&self) -> Result<LoginSession> {
        Err(Error::bug())
    }
    pub fn with_cancel(&self, _: &CancelToken) -> Self {
        self.clone()
    }
    pub fn with_interrupt(&self, _: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.clone()
    }
}

impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin").finish_non_exhaustive()
    }
}
