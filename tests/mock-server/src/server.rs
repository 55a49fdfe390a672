//! The server: two ports, a thread of its own, and the tests' handle on it.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::connection::{End, Link, Service, drain, serve};
use crate::state::State;
use crate::time;
use crate::tls::Authority;
use crate::world::{Fault, SeededToken, SeenRequest, StoredToken, TokenSeed, UserSeed, World, WorldError};

/// How long a connection that was told to close may take.
const CLOSING: Duration = Duration::from_secs(1);
/// How long to wait when the system has no more sockets.
const EXHAUSTED: Duration = Duration::from_millis(20);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panicked elsewhere leaves nothing half done here.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all connections and the control API share.
pub(crate) struct Core {
    state: Mutex<State>,
    acceptor: Mutex<Option<TlsAcceptor>>,
    authority: Authority,
    links: Mutex<HashMap<u64, Arc<Link>>>,
    next_connection: AtomicU64,
    release: Notify,
    api: SocketAddr,
    control: Option<SocketAddr>,
}

impl Core {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if lock(&self.acceptor).is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.api)
    }

    pub(crate) fn control_url(&self) -> Option<String> {
        self.control.map(|address| format!("http://{address}"))
    }

    pub(crate) fn ca_pem(&self) -> String {
        self.authority.pem()
    }

    /// Becomes another world and closes what is idle, so that nothing of the old one is left.
    pub(crate) async fn reset(&self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let acceptor = world.tls.map(|tls| self.authority.acceptor(tls)).transpose();
        let acceptor = acceptor.map_err(|error| WorldError::new(format!("tls: {error}")))?;
        let seeded = self.state().reset(world)?;
        *lock(&self.acceptor) = acceptor;
        self.close_idle().await;
        Ok(seeded)
    }

    /// Ends when requests are released after this call.
    pub(crate) fn released(&self) -> Notified<'_> {
        self.release.notified()
    }

    /// Goes on with every request that a fault holds.
    pub(crate) fn release_held(&self) {
        self.release.notify_waiters();
    }

    /// Closes every connection that waits for a request. Says how many there were.
    pub(crate) async fn close_idle(&self) -> usize {
        let links: Vec<Arc<Link>> = lock(&self.links).values().map(Arc::clone).collect();
        let closing: Vec<_> = links.into_iter().filter(|link| link.close_if_idle()).collect();
        for link in &closing {
            // A client that does not read may hold up TLS's goodbye; it is as good as closed.
            let _ = tokio::time::timeout(CLOSING, link.wait_closed()).await;
        }
        closing.len()
    }

    async fn accept(self: Arc<Self>, listener: TcpListener, service: Service) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(Arc::clone(&self).connection(stream, service))),
                Err(_) => tokio::time::sleep(EXHAUSTED).await,
            }
        }
    }

    async fn connection(self: Arc<Self>, mut stream: TcpStream, service: Service) {
        let number = self.next_connection.fetch_add(1, Ordering::Relaxed);
        // Without it answers are late; they are right all the same.
        let _ = stream.set_nodelay(true);
        let link = Arc::new(Link::default());
        if service == Service::Control {
            let end = serve(&mut stream, &self, number, &link, service).await;
            return finish(&mut stream, end).await;
        }
        lock(&self.links).insert(number, Arc::clone(&link));
        let acceptor = lock(&self.acceptor).clone();
        match acceptor {
            None => {
                let end = serve(&mut stream, &self, number, &link, service).await;
                if end == End::Reset {
                    // If it fails the client sees FIN in place of RST.
                    let _ = stream.set_zero_linger();
                }
                finish(&mut stream, end).await;
                drop(stream);
            }
            Some(acceptor) => {
                // A client that refuses the certificate goes away during the handshake.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let end = serve(&mut stream, &self, number, &link, service).await;
                    if end == End::Reset {
                        let _ = stream.get_ref().0.set_zero_linger();
                    }
                    finish(&mut stream, end).await;
                }
            }
        }
        lock(&self.links).remove(&number);
        self.state().log.forget(number);
        link.mark_closed();
    }
}

async fn finish<S>(stream: &mut S, end: End)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    if matches!(end, End::Shut | End::Linger) {
        // The client may be gone first.
        let _ = stream.shutdown().await;
    }
    if end == End::Linger {
        drain(stream).await;
    }
}

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// The API. Absent: a free port of the loopback interface.
    pub api: Option<SocketAddr>,
    /// The control API over HTTP. Absent: none.
    pub control: Option<SocketAddr>,
}

/// A running server. It has its own thread, so it serves synchronous and asynchronous tests alike; dropping it stops it.
///
/// Every method may be called from any thread.
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
    /// If no port or thread is to be had, or the world is wrong (see [`WorldError`]).
    pub fn start(world: World) -> io::Result<Self> {
        let ports = Ports { api: None, control: None };
        Self::start_on(world, ports)
    }

    /// Starts a server with this world on these ports.
    ///
    /// # Errors
    ///
    /// If a port or a thread is not to be had, or the world is wrong (see [`WorldError`]).
    pub fn start_on(world: World, ports: Ports) -> io::Result<Self> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let api = listen(ports.api.unwrap_or(loopback))?;
        let control = ports.control.map(listen).transpose()?;
        let authority = Authority::new()?;
        let acceptor = world.tls.map(|tls| authority.acceptor(tls)).transpose()?;
        let (state, seeded) = State::new(world)?;
        let core = Arc::new(Core {
            state: Mutex::new(state),
            acceptor: Mutex::new(acceptor),
            authority,
            links: Mutex::default(),
            next_connection: AtomicU64::new(0),
            release: Notify::new(),
            api: api.local_addr()?,
            control: control.as_ref().map(StdListener::local_addr).transpose()?,
        });
        let runtime = Builder::new_current_thread().enable_all().build()?;
        {
            let _guard = runtime.enter();
            let api = TcpListener::from_std(api)?;
            runtime.spawn(Arc::clone(&core).accept(api, Service::Api));
            if let Some(control) = control {
                let control = TcpListener::from_std(control)?;
                runtime.spawn(Arc::clone(&core).accept(control, Service::Control));
            }
        }
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("netbird-mock".to_owned()).spawn(move || {
            // It also ends when the sender is gone.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { core, runtime: handle, stop: Some(stop), thread: Some(thread), seeded })
    }

    /// The API's base URL, without a slash at the end: `http://127.0.0.1:PORT`, or `https` if the world says so.
    #[must_use]
    pub fn url(&self) -> String {
        self.core.url()
    }

    /// The control API's base URL, if it is served over HTTP.
    #[must_use]
    pub fn control_url(&self) -> Option<String> {
        self.core.control_url()
    }

    /// The certificate of the authority that signs the server's certificates, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> String {
        self.core.ca_pem()
    }

    /// The tokens that the first world put there.
    #[must_use]
    pub fn seeded(&self) -> &[SeededToken] {
        &self.seeded
    }

    /// Becomes another world: users, tokens, clock, limits, faults and TLS as it says, the log of requests empty,
    /// idle connections closed. Gives the tokens that the world put there. JWTs issued before stay good.
    ///
    /// # Errors
    ///
    /// If the world is wrong; then nothing has changed.
    pub fn reset(&self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let core = Arc::clone(&self.core);
        let stopped = || Err(WorldError::new("the server has stopped"));
        self.run(async move { core.reset(world).await }).unwrap_or_else(stopped)
    }

    /// Adds a user with its tokens. Gives its id.
    ///
    /// # Errors
    ///
    /// If the id is taken, or the role or a token is wrong; then nothing has changed.
    pub fn add_user(&self, user: UserSeed) -> Result<String, WorldError> {
        let id = user.id.clone();
        self.core.state().add_user(user)?;
        Ok(id)
    }

    /// Adds a token to a user.
    ///
    /// # Errors
    ///
    /// If there is no such user, the id or the plain text is taken, the plain text is no PAT, or a time is none.
    pub fn add_token(&self, user_id: &str, token: TokenSeed) -> Result<SeededToken, WorldError> {
        self.core.state().add_token(user_id, token)
    }

    /// The user's tokens as they are now; none if there is no such user.
    #[must_use]
    pub fn tokens(&self, user_id: &str) -> Vec<StoredToken> {
        self.core.state().stored_tokens(user_id).unwrap_or_default()
    }

    /// The plain text of a token that exists, seeded or created by a request.
    #[must_use]
    pub fn plain_of(&self, token_id: &str) -> Option<String> {
        self.core.state().plain_of(token_id)
    }

    /// A JWT for this user, from the server's now for this many seconds; a negative number gives one that has expired.
    /// A JWT for a user who does not exist is issued, and refused when used.
    #[must_use]
    pub fn issue_jwt(&self, user_id: &str, valid_for_secs: i64) -> String {
        self.core.state().issue_jwt(user_id, valid_for_secs)
    }

    /// Sets the server's clock to an RFC 3339 time. It runs on from there.
    ///
    /// # Errors
    ///
    /// If the text is no such time.
    pub fn set_clock(&self, now: &str) -> Result<(), WorldError> {
        let now = time::parse(now, "clock")?;
        self.core.state().clock.set(now);
        Ok(())
    }

    /// Moves the server's clock by this many seconds, back if negative.
    pub fn advance_clock(&self, secs: i64) {
        self.core.state().clock.advance(secs);
    }

    /// The server's clock, RFC 3339 in UTC.
    #[must_use]
    pub fn now(&self) -> String {
        time::go_format(self.core.state().now(), jiff::tz::Offset::UTC)
    }

    /// Adds a fault after those that are there.
    pub fn push_fault(&self, fault: Fault) {
        self.core.state().faults.push(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.core.state().faults.clear();
    }

    /// The faults that still apply, with what is left of them.
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

    /// As [`requests`](Self::requests), and forgets them.
    #[must_use]
    pub fn take_requests(&self) -> Vec<SeenRequest> {
        self.core.state().log.take()
    }

    /// Closes every connection that waits for a request, and says how many there were. They are closed when it returns.
    pub fn close_idle_connections(&self) -> usize {
        let core = Arc::clone(&self.core);
        self.run(async move { core.close_idle().await }).unwrap_or_default()
    }

    /// Stops the server and closes its ports.
    pub fn shutdown(mut self) {
        self.stop();
    }

    /// Runs a future on the server's thread. Safe inside somebody's async runtime, where blocking on one is not.
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
            // It panics only if a connection's task brings the runtime down; there is nothing left to stop then.
            let _ = thread.join();
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(address: SocketAddr) -> io::Result<StdListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
