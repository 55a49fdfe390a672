//! The session that a login gives.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::credential::Credential;
use crate::credential::session::{Following, Session};
use crate::endpoint::{self, Subject, may_be_cleartext};
#[cfg(feature = "async")]
use crate::engine;
use crate::environment;
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::after;
use crate::options::ClientOptions;
use crate::scope::Scope;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

use super::held::{Awaited, Held};
use super::provider::{Endpoint, Provider};
use super::record;
use super::start::{self, Begun};
use super::tokens::Tokens;

/// How often a refresh is looked after while somebody waits for it.
const TICK: Duration = Duration::from_millis(10);

/// What a login gives: tokens of the person who approved it. Clones, and the credentials from [`LoginSession::credential`], are the
/// same session.
///
/// A client with such a credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least
/// 30 seconds before its expiry) starts one refresh for all threads, in the background, and no call waits for it. A refresh that
/// fails or is never answered changes nothing: the token is used until it expires, and then calls fail with `unauthorized`, whose
/// message says to log in again. A call starts the next refresh a minute later at the earliest, and none once the identity provider
/// has ended the session. What is refreshed is reported to the observer that the login was given.
///
/// A forked child has the session too, and refreshes it for itself. Where the identity provider accepts a refresh token once, only
/// one of the two can refresh it.
#[derive(Clone)]
pub struct LoginSession {
    held: Arc<Held>,
    scope: Scope,
}

impl LoginSession {
    pub(super) fn new(begun: &Begun, tokens: Tokens) -> Self {
        let (provider, token) = (Arc::clone(&begun.provider), begun.token.clone());
        let held = Held::new(begun.management_url.clone(), provider, token, tokens, true);
        LoginSession { held: Arc::new(held), scope: Scope::default() }
    }

    /// Takes up a session that [`LoginSession::export`] gave, perhaps in another process. Nothing is sent. The options are those of
    /// [`start_login`](crate::start_login); the management URL may be left out, and must be the session's if it is given.
    ///
    /// # Errors
    /// `invalid_argument` for a text that is not an exported session, for one of another server, and for options that do not apply;
    /// `configuration` for an environment, a proxy or a CA that cannot be used. No error shows its tokens.
    pub fn restore(text: &str, mut options: ClientOptions) -> Result<Self> {
        start::check(&options)?;
        let record = record::read(text)?;
        // The texts are not shown, but how to allow http:// is.
        let unusable = |error: Error| match error.advice() {
            Some(Advice::AllowInsecureHttp) => error,
            _ => record::refuse("has a URL that cannot be used"),
        };
        let allow_insecure_http = options.allow_insecure_http;
        let management_url = endpoint::normalise(&record.management_url, allow_insecure_http).map_err(unusable)?;
        if let Some(given) =
            options.given_management_url(&environment::variables)?.filter(|given| *given != management_url)
        {
            return Err(Error::invalid_argument(format!(
                "the session is for {management_url}, not for {given}: log in there, or leave the management URL out"
            ))
            .with_advice(Advice::CheckManagementUrl));
        }
        let issuer = endpoint::check_url(&record.issuer, Subject::Issuer, allow_insecure_http).map_err(unusable)?;
        let token = record.token_endpoint;
        let is_safe =
            token.scheme() == "https" || (token.scheme() == "http" && may_be_cleartext(&token, allow_insecure_http));
        if !is_safe {
            return Err(record::refuse("has a token endpoint that is not https://"));
        }
        let token = Endpoint::new(token, &options)?;
        let observer = std::mem::replace(&mut options.observer, Box::new(crate::event::log));
        let issuer = issuer.as_str().trim_end_matches('/').to_owned();
        let provider = Provider::new(issuer, record.client_id, &options, observer);
        let held = Held::new(management_url, Arc::new(provider), token, record.tokens, false);
        Ok(LoginSession { held: Arc::new(held), scope: Scope::default() })
    }

    /// A bearer credential for [`ClientOptions::credential`] and [`Client::set_credential`](crate::Client::set_credential). It follows
    /// the session's refreshes. A client that is given no management URL uses the session's, and one of another server refuses it.
    #[must_use]
    pub fn credential(&self) -> Credential {
        let session: Arc<dyn Session> = Arc::clone(&self.held) as Arc<dyn Session>;
        Credential::following(Following::new(session))
    }

    /// When the token that the session has now expires, by this machine's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.held.tokens().expires_at
    }

    /// The server whose API it is for, without `/api` and without a trailing slash.
    #[must_use]
    pub fn management_url(&self) -> &str {
        &self.held.management_url
    }

    /// The identity provider that it came from, without a trailing slash.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.held.provider.issuer
    }

    /// The session as it is now, as JSON text for [`LoginSession::restore`]. Whoever has it can act as the person: keep it in the
    /// system's keyring, or in a file that only its owner can read. Export it again after a refresh: the refresh token may be
    /// another one, and the old one worth nothing.
    #[must_use]
    pub fn export(&self) -> Secret {
        record::write(&self.held)
    }

    /// From now on calls start no refresh: only [`LoginSession::refresh`] does. For a program that ends soon. Where the identity
    /// provider accepts a refresh token once, a refresh in the background that the program does not outlive would lose the session.
    pub fn refresh_on_request(&self) {
        self.held.refresh_on_request();
    }

    /// Whether the token is close to its expiry and can be refreshed, so that calls start a refresh. A program that ends soon
    /// calls [`LoginSession::refresh`] then, and exports the session again.
    #[must_use]
    pub fn needs_refresh(&self) -> bool {
        self.held.needs_refresh()
    }

    /// Refreshes now, or waits for the refresh that is under way. May take as long as [`ClientOptions::timeout`] of the login, and
    /// at most 30 seconds. Whatever happens, the session keeps a token.
    ///
    /// # Errors
    /// `unauthorized` when the identity provider has ended the session; `invalid_argument` when it has no refresh token;
    /// `cancelled`, after which the refresh goes on; and what keeps the request from being answered.
    pub fn refresh(&self) -> Result<()> {
        let (awaited, end) = self.start_refresh()?;
        loop {
            if let Some(result) = awaited.result() {
                return result;
            }
            if self.scope.is_interrupted() {
                return Err(Error::cancelled());
            }
            if Instant::now() >= end {
                return Err(too_late());
            }
            thread::sleep(TICK);
        }
    }

    /// See [`LoginSession::refresh`]. Can be awaited on any executor.
    ///
    /// # Errors
    /// See [`LoginSession::refresh`].
    #[cfg(feature = "async")]
    pub async fn refresh_async(&self) -> Result<()> {
        let (awaited, end) = self.start_refresh()?;
        loop {
            if let Some(result) = awaited.result() {
                return result;
            }
            if self.scope.is_cancelled() {
                return Err(Error::cancelled());
            }
            if Instant::now() >= end {
                return Err(too_late());
            }
            engine::sleep(TICK).await?;
        }
    }

    /// What to wait for, and until when, if the engine should be stuck.
    fn start_refresh(&self) -> Result<(Awaited, Instant)> {
        if self.scope.is_interrupted() {
            return Err(Error::cancelled().with_hint(" before anything was sent"));
        }
        let awaited = self.held.start_refresh()?;
        Ok((awaited, after(Instant::now(), self.held.provider.timeout + Duration::from_secs(1))))
    }

    /// A handle whose [`LoginSession::refresh`] ends with `cancelled` once the token is cancelled, by any thread, within 50 ms.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        LoginSession { held: Arc::clone(&self.held), scope: self.scope.with_cancel(token) }
    }

    /// A handle whose blocking [`LoginSession::refresh`] asks `interrupted` about every 10 ms, on the thread that waits, and ends
    /// with `cancelled` once it says true.
    #[must_use]
    pub fn with_interrupt(&self, interrupted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let mut session = self.clone();
        session.scope.interrupt = Some(Arc::new(interrupted));
        session
    }
}

fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "the session was not refreshed in time: its token is used until it expires")
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginSession")
            .field("management_url", &self.management_url())
            .field("issuer", &self.issuer())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
