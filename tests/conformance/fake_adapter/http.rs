//! One HTTP request over a connection of its own.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often the file that interrupts a call is looked for.
const POLL: Duration = Duration::from_millis(5);

/// Where requests go, and with which credential.
pub struct Target {
    pub url: String,
    pub pat: String,
    pub scheme: &'static str,
    pub agent: &'static str,
}

/// A request that was sent.
pub struct Exchange {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Exchange {
    pub fn start(target: &Target, method: &str, path: &str, body: Option<&str>) -> Result<Self> {
        let address = target.url.strip_prefix("http://").ok_or("only http")?;
        let mut stream = TcpStream::connect(address)?;
        let Target { pat, scheme, agent, .. } = target;
        let content = body.map_or_else(String::new, |body| {
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
        });
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {scheme} {pat}\r\nAccept: application/json\r\n\
             User-Agent: {agent}\r\n{content}Connection: close\r\n\r\n{}",
            body.unwrap_or_default()
        )?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// The JSON of the answer.
    pub fn answer(&mut self) -> Result<Value> {
        Ok(self.answer_unless(None)?.ok_or("interrupted")?)
    }

    /// The JSON of the answer; nothing if the file exists first.
    pub fn answer_unless(&mut self, cancel_file: Option<&Path>) -> Result<Option<Value>> {
        self.stream.set_read_timeout(Some(POLL))?;
        let mut chunk = [0; 4096];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return json(&self.received).map(Some),
                Ok(count) => self.received.extend_from_slice(&chunk[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if cancel_file.is_some_and(Path::exists) {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn json(answer: &[u8]) -> Result<Value> {
    let answer = std::str::from_utf8(answer)?;
    let body = answer.split_once("\r\n\r\n").ok_or("no body")?.1;
    let start = body.find(['[', '{', 'n']).ok_or("no JSON")?;
    let mut values = serde_json::Deserializer::from_str(&body[start..]).into_iter();
    Ok(values.next().ok_or("no JSON")??)
}
