//! The state that all connections and the control API share.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio_rustls::TlsAcceptor;

use crate::link::Link;
use crate::state::State;
use crate::tls::Authority;
use crate::world::{SeededToken, World, WorldError};

/// How long to wait for a connection that was told to close.
const CLOSING: Duration = Duration::from_secs(1);

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

impl Core {
    /// The shared part of a server with this world, and the tokens that the world contains.
    pub(crate) fn new(
        world: World,
        api: SocketAddr,
        control: Option<SocketAddr>,
    ) -> io::Result<(Self, Vec<SeededToken>)> {
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
            api,
            control,
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

    /// Lets the identity provider answer again. What waits for an answer loses its connection.
    pub(crate) fn restart_identity_provider(&self) -> Result<(), WorldError> {
        self.state().provider()?.restart();
        self.release_held();
        Ok(())
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

    /// How to speak TLS to the next connection, if at all.
    pub(crate) fn acceptor(&self) -> Option<TlsAcceptor> {
        lock(&self.acceptor).clone()
    }

    /// The number of a new connection.
    pub(crate) fn next_connection(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    /// Remembers an open connection, to close it from outside.
    pub(crate) fn opened(&self, number: u64, link: &Arc<Link>) {
        lock(&self.links).insert(number, Arc::clone(link));
    }

    /// Forgets a connection that has ended.
    pub(crate) fn closed(&self, number: u64) {
        lock(&self.links).remove(&number);
        self.state().log.forget(number);
    }
}
