//! Host names to addresses, on a thread of our own for each lookup.
//!
//! The runtime's own pool would panic if the system gives no thread; here that is an error of the call. The lookup cannot be
//! interrupted, but nobody waits for it longer than the call's time.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::thread;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::host;

/// The system's resolver.
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move { lookup(name.as_str().to_owned()).await.map_err(Into::into) })
    }
}

async fn lookup(name: String) -> io::Result<Addrs> {
    let (sender, receiver) = oneshot::channel();
    let work = move || {
        let found = (name.as_str(), 0).to_socket_addrs().map(Vec::from_iter);
        // Whoever waited may have given up.
        let _ = sender.send(found);
    };
    host::with_signals_blocked(|| thread::Builder::new().name("netbird-tokens-dns".to_owned()).spawn(work)).map_err(
        |error| io::Error::new(error.kind(), format!("the system gives no thread for looking up the host: {error}")),
    )?;
    let found: Vec<SocketAddr> =
        receiver.await.map_err(|_| io::Error::other::<Box<dyn Error + Send + Sync>>("the lookup died".into()))??;
    Ok(Box::new(found.into_iter()))
}
