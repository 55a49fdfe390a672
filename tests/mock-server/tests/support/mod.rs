//! A client that writes given bytes and reads the answer without interpreting it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use netbird_mock::MockServer;
use netbird_mock::world::{TokenSeed, UserSeed, World};

/// An answer as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The head, as received.
    pub head: String,
    /// The connection ended before the body did.
    pub cut: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Writes a request's bytes: `Host` and, with a body, `Content-Length` are added.
pub fn raw_request(method: &str, target: &str, headers: &[(&str, &str)], body: Option<&str>) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: mock\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    } else {
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// A connection for several requests.
pub struct Client<S = TcpStream> {
    pub stream: S,
    buffered: Vec<u8>,
}

impl Client {
    pub fn connect(url: &str) -> Self {
        let address = url.rsplit('/').next().expect("an address");
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, buffered: Vec::new() }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("sent");
    }

    pub fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> io::Result<Answer> {
        self.send(&raw_request(method, target, headers, body));
        self.answer(method)
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut piece = [0; 64 * 1024];
        let read = self.stream.read(&mut piece)?;
        self.buffered.extend_from_slice(&piece[..read]);
        Ok(read > 0)
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.buffered.split_off(length);
        std::mem::replace(&mut self.buffered, rest)
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.buffered.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(end + 2);
                return Ok(Some(String::from_utf8(line[..end].to_vec()).expect("text")));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Reads this many bytes, or fewer if the connection ends first.
    fn exactly(&mut self, length: usize) -> (Vec<u8>, bool) {
        while self.buffered.len() < length {
            if !matches!(self.fill(), Ok(true)) {
                let rest = self.buffered.len();
                return (self.take(rest), false);
            }
        }
        (self.take(length), true)
    }

    /// Reads one answer; an error of kind `UnexpectedEof` means that the connection ended without one.
    pub fn answer(&mut self, method: &str) -> io::Result<Answer> {
        let mut head = String::new();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                break;
            }
            if let (false, Some((name, value))) = (head.is_empty(), line.split_once(": ")) {
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
            head.push_str(&line);
            head.push('\n');
        }
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status");
        let mut answer = Answer { status, headers, body: String::new(), head, cut: false };
        if method == "HEAD" || matches!(status, 100..200 | 204 | 304) {
            return Ok(answer);
        }
        let mut body = Vec::new();
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let Some(size) = self.line()? else {
                    answer.cut = true;
                    break;
                };
                let size = usize::from_str_radix(&size, 16).expect("a chunk's size");
                let (piece, whole) = self.exactly(size);
                body.extend(piece);
                if !whole || self.line()?.is_none() {
                    answer.cut = true;
                    break;
                }
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = answer.header("content-length") {
            let (piece, whole) = self.exactly(length.parse().expect("a length"));
            body = piece;
            answer.cut = !whole;
        } else {
            while matches!(self.fill(), Ok(true)) {}
            let rest = self.buffered.len();
            body = self.take(rest);
        }
        answer.body = String::from_utf8(body).expect("text");
        Ok(answer)
    }

    /// Waits for the end of the connection: `Ok` if it is a FIN, otherwise the error.
    pub fn end(&mut self) -> io::Result<()> {
        let mut piece = [0; 1];
        match self.stream.read(&mut piece)? {
            0 => Ok(()),
            _ => Err(io::Error::other("there is more")),
        }
    }
}

/// One request on a connection of its own.
pub fn once(url: &str, method: &str, target: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
    let mut client = Client::connect(url);
    client.request(method, target, headers, body).expect("an answer")
}

/// A server with an owner, and the owner's token.
pub struct Fixture {
    pub server: MockServer,
    pub plain: String,
}

pub const OWNER: &str = "owner-1";

impl Fixture {
    pub fn new(mut world: World) -> Self {
        world.users.insert(0, owner());
        let server = MockServer::start(world).expect("it starts");
        let plain = server.seeded()[0].plain.clone();
        Self { server, plain }
    }

    pub fn authorization(&self) -> String {
        format!("Token {}", self.plain)
    }

    /// A request by the owner.
    pub fn call(&self, method: &str, target: &str, body: Option<&str>) -> Answer {
        let authorization = self.authorization();
        once(&self.server.url(), method, target, &[("Authorization", &authorization)], body)
    }

    /// The owner lists its own tokens.
    pub fn list(&self) -> Answer {
        self.call("GET", &format!("/api/users/{OWNER}/tokens"), None)
    }
}

pub fn owner() -> UserSeed {
    UserSeed {
        id: OWNER.to_owned(),
        name: "Ada".to_owned(),
        role: "owner".to_owned(),
        tokens: vec![TokenSeed { name: "first".to_owned(), ..TokenSeed::default() }],
        ..UserSeed::default()
    }
}

pub fn user(id: &str, role: &str, is_service_user: bool) -> UserSeed {
    UserSeed { id: id.to_owned(), name: id.to_owned(), role: role.to_owned(), is_service_user, ..UserSeed::default() }
}
