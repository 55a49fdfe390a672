//! [`MockServer`]: a running server, as a test uses it.

use std::fmt;
use std::io;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::listener::{Listeners, Ports};
use crate::shared::Core;
use crate::time;
use crate::world::{
    Fault, LoginEndpoint, SeededToken, SeenRequest, ServerVersion, StartedLogin, StoredToken, TokenSeed, UserSeed,
    World, WorldError,
};

/// A running server. It has its own thread, so synchronous and asynchronous tests can use it; dropping it stops it.
///
/// Every method can be called from any thread.
pub struct MockServer {
    core: Arc<Core>,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    seeded: Vec<SeededToken>,
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl MockServer {
    /// Starts a server with this world on a free port, without a control API over HTTP.
    ///
    /// # Errors
    ///
    /// If no port or thread is available, or the world is invalid (see [`WorldError`]).
    pub fn start(world: World) -> io::Result<Self> {
        let ports = Ports { api: None, control: None };
        Self::start_on(world, ports)
    }

    /// Starts a server with this world on these ports.
    ///
    /// # Errors
    ///
    /// If a port or a thread is not available, or the world is invalid (see [`WorldError`]).
    pub fn start_on(world: World, ports: Ports) -> io::Result<Self> {
        let listeners = Listeners::bind(ports)?;
        let (core, seeded) = listeners.core(world)?;
        let core = Arc::new(core);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        listeners.accept_on(&runtime, &core)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("netbird-mock".to_owned()).spawn(move || {
            // It also ends when the sender is dropped.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { core, runtime: handle, stop: Some(stop), thread: Some(thread), seeded })
    }

    /// The API's base URL without a trailing slash: `http://127.0.0.1:PORT`, or `https` if the world asks for TLS.
    #[must_use]
    pub fn url(&self) -> String {
        self.core.url()
    }

    /// The control API's base URL, if it is served over HTTP.
    #[must_use]
    pub fn control_url(&self) -> Option<String> {
        self.core.control_url()
    }

    /// The certificate of the test CA that signs the server's certificates, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> String {
        self.core.ca_pem()
    }

    /// Which release of the NetBird server it behaves like.
    #[must_use]
    pub fn version(&self) -> ServerVersion {
        self.core.state().version
    }

    /// The tokens of the world that the server was started with.
    #[must_use]
    pub fn seeded(&self) -> &[SeededToken] {
        &self.seeded
    }

    /// Replaces the world: users, tokens, version, clock, limits, faults and TLS. The request log is emptied and idle
    /// connections are closed. Returns the new world's tokens. JWTs issued before stay valid.
    ///
    /// # Errors
    ///
    /// If the world is invalid; then nothing has changed.
    pub fn reset(&self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let core = Arc::clone(&self.core);
        let stopped = || Err(WorldError::new("the server has stopped"));
        self.run(async move { core.reset(world).await }).unwrap_or_else(stopped)
    }

    /// Adds a user with its tokens. Returns its id.
    ///
    /// # Errors
    ///
    /// If the id is taken, or the role or a token is invalid; then nothing has changed.
    pub fn add_user(&self, user: UserSeed) -> Result<String, WorldError> {
        let id = user.id.clone();
        self.core.state().add_user(user)?;
        Ok(id)
    }

    /// Adds a token to a user.
    ///
    /// # Errors
    ///
    /// If the user does not exist, the id or the plain text is taken, or the plain text or a time is invalid.
    pub fn add_token(&self, user_id: &str, token: TokenSeed) -> Result<SeededToken, WorldError> {
        self.core.state().add_token(user_id, token)
    }

    /// The user's tokens as they are now; empty if the user does not exist.
    #[must_use]
    pub fn tokens(&self, user_id: &str) -> Vec<StoredToken> {
        self.core.state().stored_tokens(user_id).unwrap_or_default()
    }

    /// The plain text of a token that exists, whether seeded or created by a request.
    #[must_use]
    pub fn plain_of(&self, token_id: &str) -> Option<String> {
        self.core.state().plain_of(token_id)
    }

    /// A JWT for this user, valid for this many seconds from the server's current time; a negative number gives one that
    /// has expired. A JWT for a user who does not exist is issued, and refused when it is used.
    #[must_use]
    pub fn issue_jwt(&self, user_id: &str, valid_for_secs: i64) -> String {
        self.core.state().issue_jwt(user_id, valid_for_secs)
    }

    /// The logins that were begun, oldest first; empty if the world has no identity provider.
    #[must_use]
    pub fn logins(&self) -> Vec<StartedLogin> {
        self.core.state().logins()
    }

    /// Approves a login as this user.
    ///
    /// # Errors
    ///
    /// If no such login waits, its client is unknown, or the user does not exist.
    pub fn approve_login(&self, user_code: &str, user_id: &str) -> Result<(), WorldError> {
        self.core.state().approve_login(user_code, user_id)
    }

    /// Denies a login.
    ///
    /// # Errors
    ///
    /// If no such login waits.
    pub fn deny_login(&self, user_code: &str) -> Result<(), WorldError> {
        self.core.state().deny_login(user_code)
    }

    /// Ends a login as if its time were over.
    ///
    /// # Errors
    ///
    /// If no such login waits.
    pub fn expire_login(&self, user_code: &str) -> Result<(), WorldError> {
        self.core.state().expire_login(user_code)
    }

    /// From now on this part of the identity provider gives no answer.
    ///
    /// # Errors
    ///
    /// If the world has no identity provider.
    pub fn hang_login(&self, endpoint: LoginEndpoint) -> Result<(), WorldError> {
        self.core.state().provider().map(|provider| provider.hang(endpoint))
    }

    /// Restarts the identity provider: it answers again, and requests that got no answer lose their connection. Logins
    /// are kept.
    ///
    /// # Errors
    ///
    /// If the world has no identity provider.
    pub fn restart_identity_provider(&self) -> Result<(), WorldError> {
        self.core.restart_identity_provider()
    }

    /// Every secret that the identity provider gave out: device codes, tokens and refresh tokens.
    #[must_use]
    pub fn login_secrets(&self) -> Vec<String> {
        let state = self.core.state();
        state.identity.as_ref().map(|provider| provider.issued.clone()).unwrap_or_default()
    }

    /// The ID tokens that the identity provider gave out, oldest first.
    #[must_use]
    pub fn id_tokens(&self) -> Vec<String> {
        let state = self.core.state();
        state.identity.as_ref().map(|provider| provider.id_tokens.clone()).unwrap_or_default()
    }

    /// Sets the server's clock to an RFC 3339 time. It keeps running from there.
    ///
    /// # Errors
    ///
    /// If the text is not such a time.
    pub fn set_clock(&self, now: &str) -> Result<(), WorldError> {
        let now = time::parse(now, "clock")?;
        self.core.state().clock.set(now);
        Ok(())
    }

    /// Moves the server's clock by this many seconds; negative: back.
    pub fn advance_clock(&self, secs: i64) {
        self.core.state().clock.advance(secs);
    }

    /// From now on the server stamps `created_at` and `last_used` only in whole multiples of this many seconds. 0: no
    /// rounding.
    pub fn set_clock_step(&self, secs: u32) {
        self.core.state().clock.set_step(secs);
    }

    /// The server's clock, RFC 3339 in UTC.
    #[must_use]
    pub fn now(&self) -> String {
        time::go_format(self.core.state().now(), jiff::tz::Offset::UTC)
    }

    /// Adds a fault after the existing ones.
    pub fn push_fault(&self, fault: Fault) {
        self.core.state().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.core.state().faults.clear();
    }

    /// The faults that still apply, with their remaining counts.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.core.state().faults.list()
    }

    /// Goes on with every request that the faults `hold` and `hold_answer` hold now.
    pub fn release_held(&self) {
        self.core.release_held();
    }

    /// The requests that arrived, oldest first; at most [`REMEMBERED`](crate::log::REMEMBERED).
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.core.state().log.list()
    }

    /// As [`requests`](Self::requests), and empties the log.
    #[must_use]
    pub fn take_requests(&self) -> Vec<SeenRequest> {
        self.core.state().log.take()
    }

    /// Closes every connection that waits for a request. Returns, once they are closed, how many there were.
    pub fn close_idle_connections(&self) -> usize {
        let core = Arc::clone(&self.core);
        self.run(async move { core.close_idle().await }).unwrap_or_default()
    }

    /// Stops the server and closes its ports.
    pub fn shutdown(mut self) {
        self.stop();
    }

    /// Runs a future on the server's thread. Unlike blocking on the future this also works inside an async runtime.
    fn run<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.runtime.spawn(async move {
            // The receiver waits below.
            let _ = sender.send(future.await);
        });
        receiver.recv().ok()
    }

    fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread panics only if a connection's task stops the runtime; then there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.stop();
    }
}
