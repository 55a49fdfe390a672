//! One request, one answer: HTTP over reqwest, with TLS, proxies, time limits and a limit of size. The only file that names
//! reqwest. Nothing here sends a request twice or follows a redirect; what an answer means is decided elsewhere.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use rustls_pki_types::CertificateDer;

use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::runtime::{self, PerProcess};
use crate::tls::{self, Roots};

/// How connections are made.
#[derive(Clone, Debug)]
pub(crate) struct TransportSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
    pub(crate) proxy: Option<String>,
    pub(crate) proxy_from_env: bool,
    pub(crate) user_agent: String,
    /// Whether the server is spoken to over TLS.
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

/// The `Authorization` header field, made once a credential.
#[derive(Clone)]
pub(crate) struct Authorization(HeaderValue);

impl Authorization {
    pub(crate) fn new(credential: &Credential) -> Result<Self> {
        let mut value = HeaderValue::from_str(&credential.authorization()).map_err(|_| {
            Error::new(
                ErrorKind::InvalidCredential,
                "the credential has a character that cannot be sent: copy it again",
            )
        })?;
        value.set_sensitive(true);
        Ok(Authorization(value))
    }

    /// The text without the credential, which a server or a gateway may have put into it, in any case of letters.
    pub(crate) fn redact(&self, text: String) -> String {
        let secret = self.0.to_str().ok().and_then(|value| value.split_once(' ')).map_or("", |(_, secret)| secret);
        let (hay, needle) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
        if needle.is_empty() || !hay.contains(&needle) {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for (at, found) in hay.match_indices(&needle) {
            out.push_str(&text[from..at]);
            out.push_str("[redacted]");
            from = at + found.len();
        }
        out.push_str(&text[from..]);
        out
    }
}

/// A request to send.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: Method,
    /// The whole URL.
    pub(crate) url: &'a str,
    pub(crate) authorization: &'a Authorization,
    /// JSON.
    pub(crate) body: Option<&'a [u8]>,
    /// When the whole of the answer must be there.
    pub(crate) deadline: Instant,
}

/// A whole answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) is_json: bool,
    pub(crate) content_type: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
    /// How many attempts it took; 1 unless whoever sent them says otherwise.
    pub(crate) attempts: u32,
}

/// Why there is no whole answer.
pub(crate) enum Failure {
    /// No connection.
    Connect(String),
    /// No TLS over the connection.
    Tls(String),
    /// Time ran out, before anything was sent or after.
    Timeout { sent: bool },
    /// The connection ended early, before anything was sent or after.
    Broken { why: String, sent: bool },
    /// The body is larger than allowed.
    TooLarge,
    /// Not a matter of the network.
    Other(Error),
}

/// The connections of one client.
pub(crate) struct Transport {
    settings: TransportSettings,
    http: PerProcess<reqwest::Client>,
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings) -> Result<Self> {
        // A bad proxy URL is the caller's mistake and must show at once; the client itself is made at the first request.
        proxy(&settings)?;
        Ok(Transport { settings, http: PerProcess::new() })
    }

    /// Sends one request once and reads the whole answer.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<Reply, Failure> {
        let http = self.http.get(|| build(&self.settings)).map_err(Failure::Other)?;
        let (request, sent) = request(&outgoing).map_err(Failure::Other)?;
        let (deadline, limit) = (outgoing.deadline, self.settings.max_response_bytes);
        let client = reqwest::Client::clone(&http);
        let exchange = async move {
            let whole = async {
                runtime::settle().await;
                let response = client.execute(request).await.map_err(|error| failure(&error, &sent))?;
                read(response, limit).await
            };
            let late = Err(Failure::Timeout { sent: true });
            runtime::before(deadline, whole).await.unwrap_or(late).map_err(|failure| match failure {
                Failure::Timeout { sent: true } => Failure::Timeout { sent: sent.begun() },
                other => other,
            })
        };
        match runtime::on_engine(exchange).await {
            Ok(result) => result,
            Err(error) => Err(Failure::Other(error.into())),
        }
    }
}

fn proxy(settings: &TransportSettings) -> Result<Option<reqwest::Proxy>> {
    let Some(url) = &settings.proxy else { return Ok(None) };
    reqwest::Proxy::all(url.as_str())
        .map(Some)
        .map_err(|_| Error::invalid_argument("the proxy is not a URL: write it as http://proxy.example:3128"))
}

fn build(settings: &TransportSettings) -> Result<reqwest::Client> {
    let roots = if settings.https { Roots::Platform } else { Roots::Bundled };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config(roots, &settings.extra_roots)?)
        .user_agent(&settings.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .pool_idle_timeout(Duration::from_secs(30))
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout);
    if let Some(proxy) = proxy(settings)? {
        builder = builder.proxy(proxy);
    } else if !settings.proxy_from_env {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        Error::new(ErrorKind::Configuration, format!("the HTTP client cannot be made: {}", innermost(&error)))
    })
}

/// Whether any of a request may have left: so once its body has been asked for, which happens when there is a connection to
/// write it to. A request without a body does not tell, and counts as sent.
#[derive(Clone)]
struct Sent(Option<Arc<AtomicBool>>);

impl Sent {
    fn begun(&self) -> bool {
        self.0.as_ref().is_none_or(|begun| begun.load(Ordering::Acquire))
    }
}

/// A whole body that notes when it is asked for.
struct NotedBody {
    body: Option<Bytes>,
    asked: Arc<AtomicBool>,
}

impl http_body::Body for NotedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.asked.store(true, Ordering::Release);
        Poll::Ready(self.body.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}

fn request(outgoing: &Outgoing<'_>) -> Result<(reqwest::Request, Sent)> {
    let url = reqwest::Url::parse(outgoing.url)
        .map_err(|_| Error::new(ErrorKind::Internal, "a bug in netbird-tokens: it made a URL that is none"))?;
    let method = match outgoing.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut request = reqwest::Request::new(method, url);
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(AUTHORIZATION, outgoing.authorization.0.clone());
    let mut sent = Sent(None);
    if let Some(body) = outgoing.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let asked = Arc::new(AtomicBool::new(false));
        let body = NotedBody { body: Some(Bytes::copy_from_slice(body)), asked: Arc::clone(&asked) };
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        sent = Sent(Some(asked));
    }
    Ok((request, sent))
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Reply, Failure> {
    let expected = response.content_length().unwrap_or(0);
    if expected > limit as u64 {
        return Err(Failure::TooLarge);
    }
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
        body: Vec::with_capacity(usize::try_from(expected).unwrap_or(0)),
        attempts: 1,
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error, &Sent(None)))? {
        if chunk.len() > limit - reply.body.len() {
            return Err(Failure::TooLarge);
        }
        reply.body.extend_from_slice(&chunk);
    }
    Ok(reply)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn failure(error: &reqwest::Error, sent: &Sent) -> Failure {
    if error.is_builder() {
        return Failure::Other(Error::new(
            ErrorKind::Internal,
            "a bug in netbird-tokens: it made a request that is none",
        ));
    }
    if error.is_connect() {
        return match () {
            () if error.is_timeout() => Failure::Timeout { sent: false },
            () if is_tls(error) => Failure::Tls(innermost(error)),
            () => Failure::Connect(innermost(error)),
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
        // An I/O error gives out as its source not what it wraps, but that one's source.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    }
    std::iter::successors(error.source(), |error| below(*error))
}

fn is_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.is::<rustls::Error>())
}

/// The cause at the bottom, which says what happened; the ones above only say where. None of them holds a header field.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_its_media_type() {
        assert!(is_json("application/json; charset=UTF-8") && is_json("Application/JSON"));
        assert!(!is_json("text/html") && !is_json("application/jsonp") && !is_json(""));
    }

    #[test]
    fn the_authorization_is_marked_sensitive() {
        let credential = Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        let header = Authorization::new(&credential).unwrap().0;
        assert_eq!(header.to_str().unwrap(), "Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    #[test]
    fn the_credential_is_cut_out_of_a_text_in_any_case() {
        let credential = Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        let sent = Authorization::new(&credential).unwrap();
        let text = "é nbp_abcdefghijklmnopqrstuvwxyz01232LolCm, nbp_abcdefghijklmnopqrstuvwxyz01232lolcm.";
        assert_eq!(sent.redact(text.to_owned()), "é [redacted], [redacted].");
        assert_eq!(sent.redact("token invalid".to_owned()), "token invalid");
    }
}
