//! A small forward proxy that records the requests that it forwards.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// A proxy on a free loopback port. Its threads end with the connections; the listener ends with the process.
#[derive(Debug)]
pub struct ForwardProxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl ForwardProxy {
    /// Starts it.
    ///
    /// # Errors
    /// No port is available.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("binding the proxy")?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let recorded = Arc::clone(&recorded);
                thread::spawn(move || {
                    // The client reports a broken connection.
                    let _ = serve(client, &recorded);
                });
            }
        });
        Ok(Self { address, seen })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The request lines so far, without the protocol version.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One request, then bytes both ways: with `Connection: close` there is no second request to parse.
fn serve(mut client: TcpStream, seen: &Mutex<Vec<String>>) -> Result<()> {
    let (head, rest) = read_head(&mut client)?;
    let (first, fields) = head.split_once("\r\n").context("no request line")?;
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().context("no target")?;
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{method} {target}"));
    let mut server;
    if method == "CONNECT" {
        server = connect(target)?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        let (authority, path) = target
            .strip_prefix("http://")
            .map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))
            .context("not an absolute target")?;
        server = connect(authority)?;
        let kept: String = fields
            .split("\r\n")
            .filter(|line| !line.is_empty())
            .filter(|line| {
                let lower = line.to_ascii_lowercase();
                !lower.starts_with("connection:") && !lower.starts_with("proxy-")
            })
            .map(|line| format!("{line}\r\n"))
            .collect();
        write!(server, "{method} {path} HTTP/1.1\r\n{kept}Connection: close\r\n\r\n")?;
    }
    server.write_all(&rest)?;
    let mut from_client = client.try_clone()?;
    let mut to_server = server.try_clone()?;
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    Ok(())
}

fn connect(authority: &str) -> Result<TcpStream> {
    let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let address = address.to_socket_addrs()?.find(SocketAddr::is_ipv4).context("no such host")?;
    Ok(TcpStream::connect(address)?)
}

/// The head without its final empty line, and the bytes after it.
fn read_head(stream: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 2048];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes[..end + 2]).into_owned(), rest));
        }
        let count = stream.read(&mut chunk)?;
        anyhow::ensure!(count > 0, "the client closed the connection");
        bytes.extend_from_slice(&chunk[..count]);
    }
}
