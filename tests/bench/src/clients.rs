//! The clients that are compared, each doing the same four operations with the same result.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context, Result, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

/// What a list gives with every client but ours: owned texts and real instants, as ours has.
#[derive(Deserialize)]
pub struct PlainToken {
    pub id: String,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "created_by")]
    _created_by: String,
    #[serde(rename = "created_at")]
    _created_at: Instant,
    #[serde(rename = "expiration_date")]
    _expiration_date: Instant,
    #[serde(rename = "last_used", default)]
    _last_used: Option<Instant>,
}

struct Instant(#[expect(dead_code, reason = "read to do the same work")] jiff::Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        text.parse().map(Instant).map_err(serde::de::Error::custom)
    }
}

#[derive(Deserialize)]
struct PlainCreated {
    personal_access_token: PlainToken,
}

#[derive(Serialize)]
struct PlainNew<'a> {
    name: &'a str,
    expires_in: u32,
}

const NEW: PlainNew<'static> = PlainNew { name: "bench", expires_in: 30 };

/// One client that can be measured.
pub trait Subject: Send {
    fn list(&mut self, user: &str) -> Result<usize>;
    fn get(&mut self, user: &str, id: &str) -> Result<()>;
    fn create(&mut self, user: &str) -> Result<String>;
    fn delete(&mut self, user: &str, id: &str) -> Result<()>;
    /// Another handle for another thread: of the same connections where the client is made for that.
    fn again(&self) -> Result<Box<dyn Subject>>;
}

/// The clients by name; the first is the floor.
pub const NAMES: [&str; 4] = ["floor", "ours", "reqwest::blocking", "ureq"];

/// Those that speak TLS here.
pub const TLS_NAMES: [&str; 2] = ["ours", "reqwest::blocking"];

/// The variable with the certificate of the server's CA, where it has one.
pub const CA_VARIABLE: &str = "NETBIRD_BENCH_CA";

pub fn make(name: &str, url: &str, pat: &str) -> Result<Box<dyn Subject>> {
    Ok(match name {
        "floor" => Box::new(Floor::new(url, pat)?),
        "ours" => {
            let mut options = netbird_tokens::Client::builder().management_url(url);
            if let Ok(pem) = std::env::var(CA_VARIABLE) {
                options = options.ca_pem(pem);
            }
            Box::new(Ours(options.credential(netbird_tokens::Credential::pat(pat)?).build()?))
        }
        "reqwest::blocking" => Box::new(Reqwest {
            client: reqwest::blocking::Client::builder().tls_backend_preconfigured(tls()?).build()?,
            url: url.to_owned(),
            authorization: format!("Token {pat}"),
        }),
        "ureq" => Box::new(Ureq {
            agent: ureq::Agent::new_with_defaults(),
            url: url.to_owned(),
            authorization: format!("Token {pat}"),
        }),
        _ => bail!("there is no client {name}"),
    })
}

/// TLS settings with the server's CA, for the client that does not make them itself.
fn tls() -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    if let Ok(pem) = std::env::var(CA_VARIABLE) {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

struct Ours(netbird_tokens::Client);

impl Subject for Ours {
    fn list(&mut self, user: &str) -> Result<usize> {
        Ok(self.0.list_tokens(Some(user))?.len())
    }

    fn get(&mut self, user: &str, id: &str) -> Result<()> {
        self.0.get_token(id, Some(user))?;
        Ok(())
    }

    fn create(&mut self, user: &str) -> Result<String> {
        let new = netbird_tokens::NewToken::new("bench").expires_in_days(30);
        Ok(self.0.create_token(&new, Some(user))?.token.id().to_owned())
    }

    fn delete(&mut self, user: &str, id: &str) -> Result<()> {
        Ok(self.0.delete_token(id, Some(user))?)
    }

    fn again(&self) -> Result<Box<dyn Subject>> {
        Ok(Box::new(Ours(self.0.clone())))
    }
}

struct Reqwest {
    client: reqwest::blocking::Client,
    url: String,
    authorization: String,
}

impl Reqwest {
    fn send(&self, request: reqwest::blocking::RequestBuilder) -> Result<Vec<u8>> {
        let response =
            request.header("Authorization", &self.authorization).header("Accept", "application/json").send()?;
        Ok(response.error_for_status()?.bytes()?.to_vec())
    }
}

impl Subject for Reqwest {
    fn list(&mut self, user: &str) -> Result<usize> {
        let body = self.send(self.client.get(format!("{}/api/users/{user}/tokens", self.url)))?;
        Ok(serde_json::from_slice::<Vec<PlainToken>>(&body)?.len())
    }

    fn get(&mut self, user: &str, id: &str) -> Result<()> {
        let body = self.send(self.client.get(format!("{}/api/users/{user}/tokens/{id}", self.url)))?;
        serde_json::from_slice::<PlainToken>(&body)?;
        Ok(())
    }

    fn create(&mut self, user: &str) -> Result<String> {
        let body = self.send(self.client.post(format!("{}/api/users/{user}/tokens", self.url)).json(&NEW))?;
        Ok(serde_json::from_slice::<PlainCreated>(&body)?.personal_access_token.id)
    }

    fn delete(&mut self, user: &str, id: &str) -> Result<()> {
        self.send(self.client.delete(format!("{}/api/users/{user}/tokens/{id}", self.url)))?;
        Ok(())
    }

    fn again(&self) -> Result<Box<dyn Subject>> {
        Ok(Box::new(Reqwest {
            client: self.client.clone(),
            url: self.url.clone(),
            authorization: self.authorization.clone(),
        }))
    }
}

struct Ureq {
    agent: ureq::Agent,
    url: String,
    authorization: String,
}

impl Ureq {
    fn body(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Vec<u8>> {
        Ok(response?.body_mut().with_config().limit(1 << 30).read_to_vec()?)
    }
}

impl Subject for Ureq {
    fn list(&mut self, user: &str) -> Result<usize> {
        let url = format!("{}/api/users/{user}/tokens", self.url);
        let body = Self::body(self.agent.get(url).header("Authorization", &self.authorization).call())?;
        Ok(serde_json::from_slice::<Vec<PlainToken>>(&body)?.len())
    }

    fn get(&mut self, user: &str, id: &str) -> Result<()> {
        let url = format!("{}/api/users/{user}/tokens/{id}", self.url);
        let body = Self::body(self.agent.get(url).header("Authorization", &self.authorization).call())?;
        serde_json::from_slice::<PlainToken>(&body)?;
        Ok(())
    }

    fn create(&mut self, user: &str) -> Result<String> {
        let url = format!("{}/api/users/{user}/tokens", self.url);
        let body = Self::body(self.agent.post(url).header("Authorization", &self.authorization).send_json(NEW))?;
        Ok(serde_json::from_slice::<PlainCreated>(&body)?.personal_access_token.id)
    }

    fn delete(&mut self, user: &str, id: &str) -> Result<()> {
        let url = format!("{}/api/users/{user}/tokens/{id}", self.url);
        Self::body(self.agent.delete(url).header("Authorization", &self.authorization).call())?;
        Ok(())
    }

    fn again(&self) -> Result<Box<dyn Subject>> {
        Ok(Box::new(Ureq {
            agent: self.agent.clone(),
            url: self.url.clone(),
            authorization: self.authorization.clone(),
        }))
    }
}

/// A blocking socket and nothing around it: what the exchange and the parsing cost at the least. No client to use: it knows
/// just the answers that the mock gives.
struct Floor {
    stream: TcpStream,
    address: String,
    pat: String,
    buffer: Vec<u8>,
}

impl Floor {
    fn new(url: &str, pat: &str) -> Result<Self> {
        let address = url.strip_prefix("http://").context("the floor speaks plain HTTP")?.to_owned();
        let stream = TcpStream::connect(&address)?;
        stream.set_nodelay(true)?;
        Ok(Floor { stream, address, pat: pat.to_owned(), buffer: Vec::with_capacity(64 * 1024) })
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Token {}\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.pat,
            body.len()
        );
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.fill()?;
        };
        let lines = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        if !lines.starts_with("http/1.1 200") {
            bail!("not a success: {lines}");
        }
        if let Some(length) = lines.split("content-length: ").nth(1) {
            let length: usize = length.split("\r\n").next().context("it has a value")?.parse()?;
            while self.buffer.len() < head + length {
                self.fill()?;
            }
            return Ok(self.buffer[head..head + length].to_vec());
        }
        let mut whole = Vec::new();
        let mut at = head;
        loop {
            let line = loop {
                if let Some(end) = self.buffer[at..].windows(2).position(|two| two == b"\r\n") {
                    break at + end;
                }
                self.fill()?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..line])?, 16)?;
            let start = line + 2;
            while self.buffer.len() < start + size + 2 {
                self.fill()?;
            }
            if size == 0 {
                return Ok(whole);
            }
            whole.extend_from_slice(&self.buffer[start..start + size]);
            at = start + size + 2;
        }
    }

    fn fill(&mut self) -> Result<()> {
        let mut more = [0; 64 * 1024];
        match self.stream.read(&mut more)? {
            0 => bail!("the server closed the connection"),
            read => self.buffer.extend_from_slice(&more[..read]),
        }
        Ok(())
    }
}

impl Subject for Floor {
    fn list(&mut self, user: &str) -> Result<usize> {
        let body = self.exchange("GET", &format!("/api/users/{user}/tokens"), "")?;
        Ok(serde_json::from_slice::<Vec<PlainToken>>(&body)?.len())
    }

    fn get(&mut self, user: &str, id: &str) -> Result<()> {
        let body = self.exchange("GET", &format!("/api/users/{user}/tokens/{id}"), "")?;
        serde_json::from_slice::<PlainToken>(&body)?;
        Ok(())
    }

    fn create(&mut self, user: &str) -> Result<String> {
        let new = serde_json::to_string(&NEW)?;
        let body = self.exchange("POST", &format!("/api/users/{user}/tokens"), &new)?;
        Ok(serde_json::from_slice::<PlainCreated>(&body)?.personal_access_token.id)
    }

    fn delete(&mut self, user: &str, id: &str) -> Result<()> {
        self.exchange("DELETE", &format!("/api/users/{user}/tokens/{id}"), "")?;
        Ok(())
    }

    fn again(&self) -> Result<Box<dyn Subject>> {
        Ok(Box::new(Floor::new(&format!("http://{}", self.address), &self.pat)?))
    }
}
