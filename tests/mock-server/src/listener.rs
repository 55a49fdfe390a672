//! Accepting connections, and the state that all of them share.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio_rustls::TlsAcceptor;

use crate::connection::{End, Link, Service, drain, serve};
use crate::server::Ports;
use crate::state::State;
use crate::tls::Authority;
use crate::world::{SeededToken, World, WorldError};

/// How long to wait for a connection that was told to close.
const CLOSING: Duration = Duration::from_secs(1);
/// How long to wait if the system has no free socket.
const EXHAUSTED: Duration = Duration::from_millis(20);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panicked in another thread leaves no half-made change behind.
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

/// Bound sockets that do not accept connections yet.
pub(crate) struct Listeners {
    api: StdListener,
    control: Option<StdListener>,
}

impl Listeners {
    pub(crate) fn bind(ports: Ports) -> io::Result<Self> {
        let loopback = SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
        let api = listen(ports.api.unwrap_or(loopback))?;
        Ok(Self { api, control: ports.control.map(listen).transpose()? })
    }

    /// Accepts connections on this runtime.
    pub(crate) fn accept_on(self, runtime: &Runtime, core: &Arc<Core>) -> io::Result<()> {
        let _guard = runtime.enter();
        let api = TcpListener::from_std(self.api)?;
        runtime.spawn(Arc::clone(core).accept(api, Service::Api));
        if let Some(control) = self.control {
            let control = TcpListener::from_std(control)?;
            runtime.spawn(Arc::clone(core).accept(control, Service::Control));
        }
        Ok(())
    }
}

fn listen(address: SocketAddr) -> io::Result<StdListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Core {
    /// The shared part of a server with this world, and the tokens that the world contains.
    pub(crate) fn new(world: World, listeners: &Listeners) -> io::Result<(Self, Vec<SeededToken>)> {
        let authority = Authority::new()?;
        let acceptor = world.tls.map(|tls| authority.acceptor(tls)).transpose()?;
        let (state, seeded) = State::new(world)?;
        let core = Self {
            state: Mutex::new(state),
            acceptor: Mutex::new(acceptor),
            authority,
            links: Mutex::default(),
            next_connection: AtomicU64::new(0),
            release: Notify::new(),
            api: listeners.api.local_addr()?,
            control: listeners.control.as_ref().map(StdListener::local_addr).transpose()?,
        };
        Ok((core, seeded))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Ends when requests are released after this call.
    pub(crate) fn released(&self) -> Notified<'_> {
        self.release.notified()
    }

    /// Goes on with every request that a fault holds.
    pub(crate) fn release_held(&self) {
        self.release.notify_waiters();
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

    /// Replaces the world and closes idle connections, so that nothing of the old world is left.
    pub(crate) async fn reset(&self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let acceptor = world.tls.map(|tls| self.authority.acceptor(tls)).transpose();
        let acceptor = acceptor.map_err(|error| WorldError::new(format!("tls: {error}")))?;
        let seeded = self.state().reset(world)?;
        *lock(&self.acceptor) = acceptor;
        self.close_idle().await;
        Ok(seeded)
    }

    /// Closes every connection that waits for a request. Returns how many there were.
    pub(crate) async fn close_idle(&self) -> usize {
        let links: Vec<Arc<Link>> = lock(&self.links).values().map(Arc::clone).collect();
        let closing: Vec<_> = links.into_iter().filter(|link| link.close_if_idle()).collect();
        for link in &closing {
            // A client that does not read can delay `close_notify`; the connection counts as closed then.
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
        // Without this, answers arrive later but are correct.
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
                    // If this fails the client sees FIN instead of RST.
                    let _ = stream.set_zero_linger();
                }
                finish(&mut stream, end).await;
                drop(stream);
            }
            Some(acceptor) => {
                // A client that rejects the certificate closes the connection during the handshake.
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
        // The client may have closed the connection first.
        let _ = stream.shutdown().await;
    }
    if end == End::Linger {
        drain(stream).await;
    }
}
