//! The client: how it is configured, and every operation as a call that waits for its result.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::check::CredentialCheck;
use crate::credential::Credential;
use crate::endpoint::{self, DEFAULT_MANAGEMENT_URL};
use crate::environment;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{self, Event};
use crate::exchange::{Call, Identity, Observer, OnUnknown, Shared};
use crate::retry::RetryPolicy;
use crate::runtime;
use crate::tls;
use crate::token::{CreatedToken, NewToken, Token};
use crate::transport::{Transport, TransportSettings};
use crate::user::User;

/// A client of one NetBird server.
///
/// It is cheap to clone, and every clone shares its connections and its credential. All methods may be called from any
/// number of threads at once, also from within an asynchronous runtime (they block the thread that calls), and in parent
/// and child after a `fork`.
///
/// Calls that take a user id take `None` for "the user that the credential belongs to", whom the client finds out once a
/// credential: by `GET /api/users/current`, and for a service user, which is refused there, in the list of users.
///
/// # Errors
/// Every call may fail with any [`ErrorKind`]; what each means is written there. A create or delete whose answer was lost
/// fails with [`ErrorKind::OutcomeUnknown`] and names the tokens to look at.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    scope: Scope,
}

/// What differs between two handles of one client.
#[derive(Clone, Default)]
struct Scope {
    timeout: Option<Duration>,
    cancel: Option<CancelToken>,
    interrupt: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Client {
    /// A client to be configured.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client with the credential and the management URL that the environment holds; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// `configuration` when there is no credential or two variables disagree, `invalid_credential`, `invalid_argument`.
    pub fn from_env() -> Result<Self> {
        Client::builder().from_env().build()
    }

    /// The management URL in use, without `/api` and without a slash at its end.
    #[must_use]
    pub fn management_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Uses another credential from the next call on, in every clone. Calls that are under way end with the old one.
    ///
    /// # Errors
    /// `invalid_credential` when it has a character that cannot be sent.
    pub fn set_credential(&self, credential: &Credential) -> Result<()> {
        self.shared.identity.store(Arc::new(Identity::new(credential)?));
        Ok(())
    }

    /// A handle whose calls may take this long, retries included.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        let mut client = self.clone();
        client.scope.timeout = Some(timeout);
        client
    }

    /// A handle whose calls end with `cancelled` once the token is cancelled, from whichever thread, within 50 ms.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        let mut client = self.clone();
        client.scope.cancel = Some(token.clone());
        client
    }

    /// A handle whose calls ask `interrupted` about every 20 ms, on the thread that waits, and end with `cancelled` once it
    /// says true.
    #[must_use]
    pub fn with_interrupt(&self, interrupted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let mut client = self.clone();
        client.scope.interrupt = Some(Arc::new(interrupted));
        client
    }

    /// All tokens of a user, in no particular order. A user without any gives an empty list.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn list_tokens(&self, user_id: Option<&str>) -> Result<Vec<Token>> {
        self.wait(self.call().list_tokens(user_id))
    }

    /// One token of a user.
    ///
    /// # Errors
    /// See [`Client`]; `not_found` also when the token is another user's.
    pub fn get_token(&self, token_id: &str, user_id: Option<&str>) -> Result<Token> {
        self.wait(self.call().get_token(token_id, user_id))
    }

    /// Creates a token for a user. It is never sent twice unless the first cannot have been acted on. When its answer was
    /// lost, finding out what it did may take 15 seconds beyond the call's own time.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn create_token(&self, new: &NewToken, user_id: Option<&str>) -> Result<CreatedToken> {
        let result = self.wait(self.call().create_token(new, user_id));
        result.map_err(|error| match error.kind() {
            ErrorKind::Cancelled => error.with_hint(
                ". If the create had been sent, a token of that name may exist now: list the tokens and revoke it",
            ),
            _ => error,
        })
    }

    /// Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after
    /// an attempt whose answer was lost.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn delete_token(&self, token_id: &str, user_id: Option<&str>) -> Result<()> {
        let result = self.wait(self.call().delete_token(token_id, user_id));
        result.map_err(|error| match error.kind() {
            ErrorKind::Cancelled => error.with_hint(". The token may be revoked or not: ask for it to see"),
            _ => error,
        })
    }

    /// The user that the credential belongs to. Always asks the server.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn current_user(&self) -> Result<User> {
        self.wait(self.call().current_user())
    }

    /// The users that the credential may see: all, or only its own.
    ///
    /// # Errors
    /// See [`Client`].
    pub fn list_users(&self) -> Result<Vec<User>> {
        self.wait(self.call().list_users())
    }

    /// Whether the credential works, and what there is to know about it. One that does not is no error here: the result says
    /// how the server refuses it.
    ///
    /// # Errors
    /// Whatever keeps the question from being answered: the network, the server's own failure, the time.
    pub fn check_credential(&self) -> Result<CredentialCheck> {
        self.wait(self.call().check_credential())
    }

    fn call(&self) -> Call<'_> {
        Call::new(&self.shared, self.scope.timeout.unwrap_or(self.shared.timeout))
    }

    fn wait<T>(&self, operation: impl Future<Output = Result<T>>) -> Result<T> {
        let cancelled = || Error::new(ErrorKind::Cancelled, "the call was interrupted");
        let Scope { cancel, interrupt, .. } = &self.scope;
        if cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(cancelled());
        }
        let asked = || {
            cancel.as_ref().is_some_and(CancelToken::is_cancelled) || interrupt.as_ref().is_some_and(|asked| asked())
        };
        let watched: Option<&dyn Fn() -> bool> = (cancel.is_some() || interrupt.is_some()).then_some(&asked);
        runtime::block_on(operation, watched).unwrap_or_else(|_| Err(cancelled()))
    }
}

/// The same operations for asynchronous callers, on any executor. They run on the client's own engine and share its
/// connections. Dropping one cancels its request; a create or delete that was sent may then have happened.
#[cfg(feature = "async")]
impl Client {
    /// See [`Client::list_tokens`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn list_tokens_async(&self, user_id: Option<&str>) -> Result<Vec<Token>> {
        self.call().list_tokens(user_id).await
    }

    /// See [`Client::get_token`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn get_token_async(&self, token_id: &str, user_id: Option<&str>) -> Result<Token> {
        self.call().get_token(token_id, user_id).await
    }

    /// See [`Client::create_token`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn create_token_async(&self, new: &NewToken, user_id: Option<&str>) -> Result<CreatedToken> {
        self.call().create_token(new, user_id).await
    }

    /// See [`Client::delete_token`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn delete_token_async(&self, token_id: &str, user_id: Option<&str>) -> Result<()> {
        self.call().delete_token(token_id, user_id).await
    }

    /// See [`Client::current_user`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn current_user_async(&self) -> Result<User> {
        self.call().current_user().await
    }

    /// See [`Client::list_users`].
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn list_users_async(&self) -> Result<Vec<User>> {
        self.call().list_users().await
    }

    /// See [`Client::check_credential`].
    ///
    /// # Errors
    /// See [`Client::check_credential`].
    pub async fn check_credential_async(&self) -> Result<CredentialCheck> {
        self.call().check_credential().await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("management_url", &self.shared.base_url).finish_non_exhaustive()
    }
}

/// Ends calls from another thread. Clones are the same token; once cancelled it stays so.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        CancelToken::default()
    }

    /// Ends the calls of every handle made with it. Does not wait for them, takes no lock, and may be called from a signal
    /// handler.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The settings of a [`Client`] to be.
#[must_use]
pub struct ClientBuilder {
    management_url: Option<String>,
    credential: Option<Credential>,
    from_env: bool,
    connect_timeout: Duration,
    read_timeout: Duration,
    timeout: Duration,
    retry: RetryPolicy,
    max_response_bytes: usize,
    allow_insecure_http: bool,
    ca_pem: Option<Vec<u8>>,
    proxy: Option<String>,
    proxy_from_env: bool,
    user_agent: Option<String>,
    on_unknown: OnUnknown,
    observer: Box<Observer>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        ClientBuilder {
            management_url: None,
            credential: None,
            from_env: false,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            retry: RetryPolicy::default(),
            max_response_bytes: 64 * 1024 * 1024,
            allow_insecure_http: false,
            ca_pem: None,
            proxy: None,
            proxy_from_env: true,
            user_agent: None,
            on_unknown: OnUnknown::default(),
            observer: Box::new(event::log),
        }
    }
}

impl ClientBuilder {
    /// Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` only to
    /// this machine, unless [`ClientBuilder::allow_insecure_http`].
    pub fn management_url(mut self, url: impl Into<String>) -> Self {
        self.management_url = Some(url.into());
        self
    }

    /// How to authenticate.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Takes what is not given explicitly from the environment: the credential from `NB_PAT`, then `NETBIRD_API_TOKEN`,
    /// `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree are an
    /// error that names both.
    pub fn from_env(mut self) -> Self {
        self.from_env = true;
        self
    }

    /// How long making a connection may take. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may be silent. Default: 30 s.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long a whole call may take, retries and waits included. Default: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a request is sent again at the most. Default: 2.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// The longest first wait between two attempts; it doubles from one to the next, and each wait is a random share of it.
    /// Default: 0.5 s.
    pub fn retry_base_delay(mut self, delay: Duration) -> Self {
        self.retry.base_delay = delay;
        self
    }

    /// What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s.
    pub fn retry_max_delay(mut self, delay: Duration) -> Self {
        self.retry.max_delay = delay;
        self
    }

    /// The largest body that is read, in bytes. Default: 64 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Allows `http://` to other machines, which sends the credential in clear text.
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Trusts these certificates (PEM, one or more) besides the platform's.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// Sends everything through this proxy (`http://host:port`), whatever the environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count. Default: they do.
    pub fn proxy_from_env(mut self, from_env: bool) -> Self {
        self.proxy_from_env = from_env;
        self
    }

    /// Names the program, as `backup/1.2`, before the library in the `User-Agent`.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// What to do about a create whose answer was lost. Default: report it.
    pub fn on_unknown(mut self, on_unknown: OnUnknown) -> Self {
        self.on_unknown = on_unknown;
        self
    }

    /// Is told of every request, retry and reconciliation, on the thread that calls (an asynchronous call: the one that
    /// polls). Default: they go to the `log` crate, target `netbird_tokens`.
    pub fn observer(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// The client. Nothing is sent yet, and no thread is started.
    ///
    /// # Errors
    /// `configuration` when there is no credential, the environment disagrees with itself or the CA is unreadable;
    /// `invalid_credential`; `invalid_argument` for a URL or a user agent that cannot be used.
    pub fn build(self) -> Result<Client> {
        let get = |name: &str| std::env::var(name).ok();
        let credential = match self.credential {
            Some(credential) => credential,
            None if self.from_env => environment::credential(&get)?,
            None => {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    "no credential: give a PAT or a bearer token, or take it from the environment",
                ));
            }
        };
        let url = match self.management_url {
            Some(url) => Some(url),
            None if self.from_env => environment::management_url(&get)?,
            None => None,
        };
        let base_url = endpoint::normalise(url.as_deref().unwrap_or(DEFAULT_MANAGEMENT_URL), self.allow_insecure_http)?;
        let extra_roots = self.ca_pem.as_deref().map_or_else(|| Ok(Vec::new()), tls::certificates)?;
        let library = concat!("netbird-tokens/", env!("CARGO_PKG_VERSION"));
        let user_agent = match &self.user_agent {
            Some(program) if program.is_empty() || !program.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
                return Err(Error::invalid_argument(
                    "the user agent has a character that cannot be sent: write it as backup/1.2",
                ));
            }
            Some(program) => format!("{program} {library}"),
            None => library.to_owned(),
        };
        let transport = Transport::new(TransportSettings {
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            max_response_bytes: self.max_response_bytes,
            extra_roots,
            proxy: self.proxy,
            proxy_from_env: self.proxy_from_env,
            user_agent,
            https: base_url.starts_with("https:"),
        })?;
        let shared = Shared {
            base_url,
            transport,
            identity: ArcSwap::from_pointee(Identity::new(&credential)?),
            retry: self.retry,
            timeout: self.timeout,
            max_response_bytes: self.max_response_bytes,
            on_unknown: self.on_unknown,
            observer: self.observer,
        };
        Ok(Client { shared: Arc::new(shared), scope: Scope::default() })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("management_url", &self.management_url)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}
