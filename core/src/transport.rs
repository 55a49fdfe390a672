//! One request, one answer: HTTP over reqwest, with TLS, proxies, time limits and a size limit. Nothing here sends a request
//! twice or follows a redirect; what an answer means is decided elsewhere.

use std::error::Error as _;
use std::io;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use rustls::CertificateError;
use rustls_pki_types::{CertificateDer, UnixTime};
use url::Url;
use zeroize::Zeroize as _;

use crate::bug::{self, Bug};
use crate::engine::{self, EngineError, PerProcess};
use crate::error::{Error, Result};
use crate::identity::Authorization;
use crate::resolve::SystemResolver;
use crate::sending::Sending;
use crate::timestamp::Timestamp;
use crate::tls::{self, Roots};

/// How connections are made.
#[derive(Clone, Debug)]
pub(crate) struct TransportSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
    pub(crate) proxy: Option<Url>,
    pub(crate) user_agent: String,
    /// Whether the server is reached over TLS.
    pub(crate) https: bool,
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
    /// The whole URL.
    pub(crate) url: &'a str,
    pub(crate) authorization: &'a Authorization,
    /// JSON, and where to note whether it may have left.
    pub(crate) body: Option<(&'a [u8], &'a Arc<Sending>)>,
    /// When the complete answer must be there.
    pub(crate) deadline: Instant,
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

/// Why there is no complete answer.
pub(crate) enum Failure {
    /// No connection.
    Connect(String),
    /// No TLS over the connection.
    Tls(TlsFault),
    /// Time ran out, before anything was sent or after.
    Timeout { sent: bool },
    /// The connection ended early, before anything was sent or after.
    Broken { why: String, sent: bool },
    /// The body is larger than allowed.
    TooLarge,
    /// Not a matter of the network.
    Other { error: Error, sent: bool },
}

/// Why there is no TLS.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TlsFault {
    UnknownCa,
    Expired(Option<Timestamp>),
    NotYetValid(Option<Timestamp>),
    WrongName,
    /// What came is not TLS: plain HTTP, for example.
    NotTls,
    Other(String),
}

/// The connections of one client.
pub(crate) struct Transport {
    settings: TransportSettings,
    http: PerProcess<reqwest::Client>,
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings) -> Result<Self> {
        // A proxy that cannot be used is the caller's mistake and must show at once; the client is made at the first request.
        proxy(&settings)?;
        Ok(Transport { settings, http: PerProcess::new() })
    }

    /// Sends one request once and reads the complete answer.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<Reply, Failure> {
        let unsent = |error| Failure::Other { error, sent: false };
        let http = self.http.get(|| build(&self.settings)).map_err(unsent)?;
        let (request, sent) = request(&outgoing).map_err(unsent)?;
        let secret = outgoing.method == Method::Post;
        let (deadline, limit) = (outgoing.deadline, self.settings.max_response_bytes);
        let client = reqwest::Client::clone(&http);
        let noted = sent.clone();
        let exchange = async move {
            let whole = async {
                engine::settle().await;
                let response = client.execute(request).await.map_err(|error| failure(&error, &sent))?;
                read(response, limit, secret).await
            };
            let late = Err(Failure::Timeout { sent: true });
            engine::before(deadline, whole).await.unwrap_or(late).map_err(|failure| match failure {
                Failure::Timeout { sent: true } => Failure::Timeout { sent: sent.begun() },
                other => other,
            })
        };
        match engine::on_engine(exchange).await {
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

fn build(settings: &TransportSettings) -> Result<reqwest::Client> {
    let roots = if settings.https { Roots::Platform } else { Roots::Bundled };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config(roots, &settings.extra_roots)?)
        .user_agent(&settings.user_agent)
        .redirect(redirects())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .no_proxy()
        .dns_resolver(SystemResolver)
        .pool_idle_timeout(Duration::from_secs(30))
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout);
    if let Some(proxy) = proxy(settings)? {
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be made: {}", innermost(&error))))
}

/// Whether any of a request may have left: it may once its body has been taken, which happens when there is a connection to
/// write it to. A request without a body cannot tell and counts as sent.
#[derive(Clone)]
struct Sent(Option<Arc<Sending>>);

impl Sent {
    fn begun(&self) -> bool {
        self.0.as_ref().is_none_or(|sending| sending.has_begun())
    }
}

/// A complete body that notes when it is taken.
struct NotedBody {
    body: Option<Bytes>,
    sending: Arc<Sending>,
}

impl http_body::Body for NotedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(body) = self.body.take() else { return Poll::Ready(None) };
        if !self.sending.begin() {
            // The connection ends with this, and a head without its body is not a request.
            return Poll::Ready(Some(Err(io::Error::other("the caller went away"))));
        }
        Poll::Ready(Some(Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}

fn request(outgoing: &Outgoing<'_>) -> Result<(reqwest::Request, Sent)> {
    // Ids are encoded and the base URL was checked, so this cannot fail.
    let url = reqwest::Url::parse(outgoing.url).map_err(|_| Error::bug())?;
    let method = match outgoing.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut request = reqwest::Request::new(method, url);
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(AUTHORIZATION, outgoing.authorization.header());
    let mut sent = Sent(None);
    if let Some((body, sending)) = outgoing.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = NotedBody { body: Some(Bytes::copy_from_slice(body)), sending: Arc::clone(sending) };
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        sent = Sent(Some(Arc::clone(sending)));
    }
    Ok((request, sent))
}

/// What is reserved for a body before any of it has come: what the server announces, up to this.
const MOST_RESERVED: usize = 16 * 1024 * 1024;

/// What is reserved for a body with a secret in it, so that it is not copied while it grows.
const SECRET_RESERVED: usize = 16 * 1024;

async fn read(mut response: reqwest::Response, limit: usize, secret: bool) -> Result<Reply, Failure> {
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

fn failure(error: &reqwest::Error, sent: &Sent) -> Failure {
    if error.is_builder() {
        return Failure::Other { error: Error::bug(), sent: false };
    }
    if error.is_connect() {
        return match () {
            () if error.is_timeout() => Failure::Timeout { sent: false },
            () => match tls_fault(error) {
                Some(fault) => Failure::Tls(fault),
                None => Failure::Connect(innermost(error)),
            },
        };
    }
    if error.is_timeout() {
        Failure::Timeout { sent: sent.begun() }
    } else {
        Failure::Broken { why: innermost(error), sent: sent.begun() }
    }
}

type Cause<'a> = &'a (dyn std::error::Error + 'static);

fn causes(error: &reqwest::Error) -> impl Iterator<Item = Cause<'_>> {
    fn below(error: Cause<'_>) -> Option<Cause<'_>> {
        // An I/O error's source is not what it wraps, but the source of that.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    }
    std::iter::successors(error.source(), |error| below(*error))
}

fn tls_fault(error: &reqwest::Error) -> Option<TlsFault> {
    let time = |time: &UnixTime| i64::try_from(time.as_secs()).ok().and_then(|at| Timestamp::from_unix(at, 0).ok());
    let fault = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match fault {
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::UnknownIssuer => TlsFault::UnknownCa,
            CertificateError::Expired => TlsFault::Expired(None),
            CertificateError::ExpiredContext { not_after, .. } => TlsFault::Expired(time(not_after)),
            CertificateError::NotValidYet => TlsFault::NotYetValid(None),
            CertificateError::NotValidYetContext { not_before, .. } => TlsFault::NotYetValid(time(not_before)),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongName,
            // A private CA's certificate that is sent as the server's own.
            CertificateError::Other(_) if fault.to_string().contains("CaUsedAsEndEntity") => TlsFault::UnknownCa,
            other => TlsFault::Other(format!("its certificate is not accepted ({other})")),
        },
        rustls::Error::InvalidMessage(_) => TlsFault::NotTls,
        other => TlsFault::Other(other.to_string()),
    })
}

/// The innermost cause, which says what happened; the others only say where. None of them holds a header field.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_media_type() {
        assert!(is_json("application/json; charset=UTF-8") && is_json("Application/JSON"));
        assert!(!is_json("text/html") && !is_json("application/jsonp") && !is_json(""));
    }
}
