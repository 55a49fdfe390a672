//! Listening and accepting connections.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::connection::{Service, serve};
use crate::link::{End, Link, drain};
use crate::shared::Core;
use crate::world::{SeededToken, World};

/// How long to wait if the system has no free socket.
const EXHAUSTED: Duration = Duration::from_millis(20);

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// The API. `None`: a free port on the loopback interface.
    pub api: Option<SocketAddr>,
    /// The control API. `None`: it is not served over HTTP.
    pub control: Option<SocketAddr>,
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
        runtime.spawn(accept(Arc::clone(core), api, Service::Api));
        if let Some(control) = self.control {
            let control = TcpListener::from_std(control)?;
            runtime.spawn(accept(Arc::clone(core), control, Service::Control));
        }
        Ok(())
    }

    /// The shared part of a server with this world on these sockets, and the tokens that the world contains.
    pub(crate) fn core(&self, world: World) -> io::Result<(Core, Vec<SeededToken>)> {
        let control = self.control.as_ref().map(StdListener::local_addr).transpose()?;
        Core::new(world, self.api.local_addr()?, control)
    }
}

fn listen(address: SocketAddr) -> io::Result<StdListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn accept(core: Arc<Core>, listener: TcpListener, service: Service) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(Arc::clone(&core), stream, service))),
            Err(_) => tokio::time::sleep(EXHAUSTED).await,
        }
    }
}

async fn connection(core: Arc<Core>, mut stream: TcpStream, service: Service) {
    let number = core.next_connection();
    // Without this, answers arrive later but are correct.
    let _ = stream.set_nodelay(true);
    let link = Arc::new(Link::default());
    if service == Service::Control {
        let end = serve(&mut stream, &core, number, &link, service).await;
        return finish(&mut stream, end).await;
    }
    core.opened(number, &link);
    match core.acceptor() {
        None => {
            let end = serve(&mut stream, &core, number, &link, service).await;
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
                let end = serve(&mut stream, &core, number, &link, service).await;
                if end == End::Reset {
                    let _ = stream.get_ref().0.set_zero_linger();
                }
                finish(&mut stream, end).await;
            }
        }
    }
    core.closed(number);
    link.mark_closed();
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
