//! One request, one answer: HTTP over reqwest, with TLS, proxies, time limits and a size limit. Nothing here sends a request
//! twice or follows a redirect; what an answer means is decided elsewhere.

mod failure;
mod sent;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use rustls_pki_types::CertificateDer;
use url::Url;
use zeroize::Zeroize as _;

use crate::bug::{self, Bug};
use crate::engine::lane::{self, CheckedOut, Lane};
use crate::engine::{self, EngineError, PerProcess};
use crate::error::{Error, Result};
use crate::identity::Authorization;
use crate::resolve::SystemResolver;
use crate::sending::Sending;
use crate::tls::{self, Roots};

use self::failure::{failure, innermost};
use self::sent::{NotedBody, Sent};

pub(crate) use self::failure::{Failure, TlsFault};

/// How connections are made.
#[derive(Clone, Debug)]
pub(crate) struct TransportSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
    pub(crate) proxy: Option<Url>,
    pub(crate) user_agent: String,
    /// The server's base URL, without a slash at the end.
    pub(crate) base_url: Url,
}

/// The methods that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }
}

/// A request to send.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: Method,
    pub(crate) target: Target<'a>,
    /// `None` for a request that authenticates in its body, or not at all.
    pub(crate) authorization: Option<&'a Authorization>,
    pub(crate) body: Option<Content<'a>>,
    /// When the complete answer must be there.
    pub(crate) deadline: Instant,
}

/// Where a request goes.
pub(crate) enum Target<'a> {
    /// What comes after the base URL.
    Path(&'a str),
    /// A URL on the same server.
    Url(&'a Url),
}

/// What a request carries.
pub(crate) enum Content<'a> {
    /// JSON, and where to note whether it may have left.
    Json(&'a [u8], &'a Arc<Sending>),
    /// A form with secrets in it.
    Form(Bytes),
}

/// A complete answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) is_json: bool,
    pub(crate) content_type: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: Body,
    /// How many attempts it took; 1 unless the sender of several says otherwise.
    pub(crate) attempts: u32,
}

/// The bytes of an answer, wiped when dropped if a secret may be in them.
pub(crate) struct Body {
    bytes: Vec<u8>,
    secret: bool,
}

impl Body {
    pub(crate) fn new(bytes: Vec<u8>, secret: bool) -> Self {
        Body { bytes, secret }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if self.secret {
            self.bytes.zeroize();
        }
    }
}

/// The connections of one client.
pub(crate) struct Transport {
    settings: TransportSettings,
    /// Under which its lanes are found.
    number: u64,
    /// Made once, because it holds the roots and the sessions to resume; shared by all connections.
    tls: PerProcess<rustls::ClientConfig>,
    /// The one whose connections the engine drives.
    http: PerProcess<reqwest::Client>,
}

impl Drop for Transport {
    fn drop(&mut self) {
        lane::forget(self.number);
    }
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings) -> Result<Self> {
        // A proxy that cannot be used is the caller's mistake and must show at once; the client is made at the first request.
        proxy(&settings)?;
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Transport { settings, number, tls: PerProcess::new(), http: PerProcess::new() })
    }

    /// A lane for a blocking call; `None` where the engine must do the work.
    pub(crate) fn check_out_lane(&self) -> Option<CheckedOut> {
        // What keeps the client from being made is found again, and reported, when the engine's is made.
        lane::check_out(self.number, || self.build().ok())
    }

    fn build(&self) -> Result<reqwest::Client> {
        let roots = if self.settings.base_url.scheme() == "https" { Roots::Platform } else { Roots::Bundled };
        let tls = self.tls.get(|| tls::config(roots, &self.settings.extra_roots))?;
        build(&self.settings, rustls::ClientConfig::clone(&tls))
    }

    /// Sends one request once and reads the complete answer: on this lane, or on the engine.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>, lane: Option<&Arc<Lane>>) -> Result<Reply, Failure> {
        let unsent = |error| Failure::Other { error, sent: false };
        let (client, settles) = match lane {
            Some(lane) => (lane.http().clone(), lane.warm_up()),
            None => {
                let http = self.http.get(|| self.build()).map_err(unsent)?;
                (reqwest::Client::clone(&http), true)
            }
        };
        let (request, sent) = request(&outgoing, &self.settings.base_url);
        let secret = outgoing.method == Method::Post;
        let (deadline, limit) = (outgoing.deadline, self.settings.max_response_bytes);
        let read_timeout = self.settings.read_timeout;
        let noted = sent.clone();
        let exchange = async move {
            let silence = Silence::new(read_timeout);
            let whole = async {
                if settles {
                    engine::settle().await;
                }
                let response = client.execute(request).await.map_err(|error| failure(&error, &sent))?;
                read(response, limit, secret, &silence).await
            };
            engine::before(|| silence.end().min(deadline), whole)
                .await
                .unwrap_or_else(|| Err(Failure::Timeout { sent: sent.begun() }))
        };
        let exchanged = match lane {
            Some(lane) => lane.run(exchange).await,
            None => engine::on_engine(exchange).await,
        };
        if let (Some(lane), Ok(Err(_)) | Err(_)) = (lane, &exchanged) {
            // Its connection may be open still, and is closed with it.
            lane.spoil();
        }
        match exchanged {
            Ok(result) => result,
            Err(error @ EngineError::Start(_)) => Err(unsent(error.into())),
            Err(error @ (EngineError::Died | EngineError::Forked)) => {
                Err(Failure::Other { error: error.into(), sent: noted.begun() })
            }
        }
    }
}

fn proxy(settings: &TransportSettings) -> Result<Option<reqwest::Proxy>> {
    let Some(url) = &settings.proxy else { return Ok(None) };
    reqwest::Proxy::all(url.clone())
        .map(Some)
        .map_err(|_| Error::invalid_argument("the proxy is not a URL: write it like http://proxy.example:3128"))
}

fn redirects() -> reqwest::redirect::Policy {
    if bug::is(Bug::FollowRedirects) { reqwest::redirect::Policy::default() } else { reqwest::redirect::Policy::none() }
}

fn build(settings: &TransportSettings, tls: rustls::ClientConfig) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(&settings.user_agent)
        .redirect(redirects())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .no_proxy()
        .dns_resolver(SystemResolver)
        .pool_idle_timeout(Duration::from_secs(30))
        .connect_timeout(settings.connect_timeout);
    if let Some(proxy) = proxy(settings)? {
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be made: {}", innermost(&error))))
}

fn request(outgoing: &Outgoing<'_>, base_url: &Url) -> (reqwest::Request, Sent) {
    let url = match outgoing.target {
        Target::Path(end) => {
            let base_path = base_url.path().trim_end_matches('/');
            let mut path = String::with_capacity(base_path.len() + end.len());
            path.push_str(base_path);
            path.push_str(end);
            let mut url = base_url.clone();
            // The ids in it are encoded, so nothing in it ends the path.
            url.set_path(&path);
            url
        }
        Target::Url(url) => url.clone(),
    };
    let method = match outgoing.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut request = reqwest::Request::new(method, url);
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(authorization) = outgoing.authorization {
        headers.insert(AUTHORIZATION, authorization.header());
    }
    let Some(content) = &outgoing.body else { return (request, Sent(None)) };
    let (media_type, body, sending) = match content {
        Content::Json(body, sending) => ("application/json", Bytes::copy_from_slice(body), Arc::clone(sending)),
        Content::Form(form) => ("application/x-www-form-urlencoded", form.clone(), Arc::default()),
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    *request.body_mut() = Some(reqwest::Body::wrap(NotedBody { body: Some(body), sending: Arc::clone(&sending) }));
    (request, Sent(Some(sending)))
}

/// What is reserved for a body before any of it has come: what the server announces, up to this.
const MOST_RESERVED: usize = 16 * 1024 * 1024;

/// What is reserved for a body with a secret in it, so that it is not copied while it grows.
const SECRET_RESERVED: usize = 16 * 1024;

/// How long nothing has come from the server.
struct Silence {
    longest: Duration,
    began: Instant,
    /// When something came last, in nanoseconds after the beginning.
    heard: AtomicU64,
}

impl Silence {
    fn new(longest: Duration) -> Self {
        Silence { longest, began: Instant::now(), heard: AtomicU64::new(0) }
    }

    /// Notes that something came.
    fn breaks(&self) {
        let heard = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.heard.store(heard, Ordering::Relaxed);
    }

    /// When it has lasted too long, unless something comes before.
    fn end(&self) -> Instant {
        self.began + Duration::from_nanos(self.heard.load(Ordering::Relaxed)) + self.longest
    }
}

async fn read(
    mut response: reqwest::Response,
    limit: usize,
    secret: bool,
    silence: &Silence,
) -> Result<Reply, Failure> {
    silence.breaks();
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(Failure::TooLarge);
    }
    let announced = usize::try_from(announced).unwrap_or(usize::MAX).min(MOST_RESERVED);
    let mut body =
        Body::new(Vec::with_capacity(if secret { announced.max(SECRET_RESERVED) } else { announced }), secret);
    let text =
        |headers: &HeaderMap, name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let headers = response.headers();
    let content_type = text(headers, "content-type");
    let mut reply = Reply {
        status: response.status().as_u16(),
        is_json: content_type.as_deref().is_some_and(is_json),
        content_type,
        request_id: text(headers, "x-request-id"),
        date: text(headers, "date"),
        retry_after: text(headers, "retry-after"),
        location: text(headers, "location"),
        body: Body::new(Vec::new(), false),
        attempts: 1,
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error, &Sent(None)))? {
        silence.breaks();
        if chunk.len() > limit - body.bytes.len() || body.bytes.try_reserve(chunk.len()).is_err() {
            return Err(Failure::TooLarge);
        }
        body.bytes.extend_from_slice(&chunk);
    }
    reply.body = body;
    Ok(reply)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_after_the_base_url() {
        let authorization =
            Authorization::new(&crate::Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap()).unwrap();
        for base in ["https://nb.example", "https://nb.example:33073/vpn", "http://[::1]:8080//a"] {
            for path in
                ["/api/users/current", "/api/users/a%2Fb%20c%3Fd%23e%25/tokens/%C3%A9%5C", "/api/users/.../tokens"]
            {
                let outgoing = Outgoing {
                    method: Method::Get,
                    target: Target::Path(path),
                    authorization: Some(&authorization),
                    body: None,
                    deadline: Instant::now(),
                };
                let (request, _) = request(&outgoing, &Url::parse(base).unwrap());
                assert_eq!(request.url().as_str(), format!("{base}{path}"));
            }
        }
    }

    #[test]
    fn json_is_known_by_its_media_type() {
        assert!(is_json("application/json; charset=UTF-8") && is_json("Application/JSON"));
        assert!(!is_json("text/html") && !is_json("application/jsonp") && !is_json(""));
    }
}
