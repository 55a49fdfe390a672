//! A login that waits for a person's approval.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use crate::boxed::Boxed;
use crate::cancel::CancelToken;
#[cfg(feature = "async")]
use crate::engine;
use crate::engine::lane::Lane;
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::after;
use crate::options::ClientOptions;
use crate::scope::Scope;
use crate::timestamp::Timestamp;

use super::answer::Refused;
use super::form::form;
use super::options::LoginOptions;
use super::pace::{Heard, Pace, Turn};
use super::provider::Question;
use super::session::LoginSession;
use super::start::{Begun, Start, explain_refusal};
use super::tokens::Tokens;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How often an awaited wait looks whether its token was cancelled.
#[cfg(feature = "async")]
const LOOK: Duration = Duration::from_millis(50);

/// Begins to log in by the OAuth2 device flow (RFC 8628). Show the person [`DeviceLogin::verification_uri_complete`], or
/// [`DeviceLogin::verification_uri`] and [`DeviceLogin::user_code`], and then call [`DeviceLogin::wait`].
///
/// ```no_run
/// use netbird_tokens::{Client, ClientOptions, LoginOptions, NewToken, start_login};
///
/// let options = ClientOptions::default().management_url("https://netbird.example.com");
/// let login = start_login(options, LoginOptions::default())?;
/// println!("Open {} and enter {}", login.verification_uri(), login.user_code());
/// let session = login.wait()?;
/// let client = Client::builder().credential(session.credential()).build()?;
/// let created = client.create_token(&NewToken::new("laptop"), None)?;
/// # Ok::<(), netbird_tokens::Error>(())
/// ```
///
/// Of the client's options a login uses the management URL (with [`ClientOptions::from_env`] the environment's, but no credential
/// from there), the time limits, retries, TLS, proxy, `allow_insecure_http`, `user_agent`, `max_response_bytes` (at most 1 MiB)
/// and the observer. It asks the identity provider for its document and for a code, within [`ClientOptions::timeout`].
///
/// # Errors
/// `invalid_argument` for an option that cannot be meant, and for `credential`, `token_file` and `on_unknown`, which do not apply;
/// `unexpected_response` where the identity provider's document is missing, is of another issuer, names endpoints on another host
/// or in clear text, or offers no device flow; `rejected` when the provider refuses the client, the scope or the audience;
/// `configuration` for an environment, a proxy or a CA that cannot be used; and what keeps a request from being answered.
pub fn start_login(client: ClientOptions, login: LoginOptions) -> Result<DeviceLogin> {
    let mut start = Start::new(client, login)?;
    let (scope, end) = (start.scope_of_calls.clone(), start.deadline);
    start.discovery.clone().wait(&scope, end, |lane| start.discover(lane))?;
    let device = start.device_endpoint()?;
    device.wait(&scope, end, |lane| start.authorize(&device, lane))?;
    Ok(DeviceLogin::new(start.begun()?, scope))
}

/// See [`start_login`]. Can be awaited on any executor. Dropping it leaves at most a code that expires unused.
///
/// # Errors
/// See [`start_login`].
#[cfg(feature = "async")]
pub async fn start_login_async(client: ClientOptions, login: LoginOptions) -> Result<DeviceLogin> {
    let mut start = Start::new(client, login)?;
    start.discover(None).await?;
    let device = start.device_endpoint()?;
    start.authorize(&device, None).await?;
    let scope = start.scope_of_calls.clone();
    Ok(DeviceLogin::new(start.begun()?, scope))
}

/// A login that waits for a person's approval. Clones, and the handles with a token, are the same login. All methods may be called
/// from any number of threads, and in a forked child; the server is asked no more often for that.
#[derive(Clone)]
pub struct DeviceLogin {
    inner: Arc<Inner>,
    scope: Scope,
}

struct Inner {
    begun: Begun,
    pace: Pace,
    /// By the monotonic clock, so that a wrong date changes nothing.
    expires: Instant,
    expires_at: Timestamp,
    news: ArcSwapOption<News>,
}

/// What was heard last that is worth telling.
enum News {
    /// The last polls got no answer, which may be why nothing was heard of an approval.
    Lost(Error),
    /// What the login came to.
    Ended(Result<LoginSession>),
}

impl DeviceLogin {
    fn new(begun: Begun, scope: Scope) -> Self {
        let life = begun.device.life;
        let inner = Inner {
            pace: Pace::new(begun.device.interval),
            expires: after(Instant::now(), life),
            expires_at: Timestamp::now().saturating_add(life),
            news: ArcSwapOption::empty(),
            begun,
        };
        DeviceLogin { inner: Arc::new(inner), scope }
    }

    /// The page that the person opens, in any browser, on any machine: an `http://` or `https://` URL in printable ASCII characters.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.inner.begun.device.verification_uri
    }

    /// The same page with the code filled in, for a link or a QR code; `None` if the identity provider gives none.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.inner.begun.device.verification_uri_complete.as_deref()
    }

    /// The code that the person types on the page, or compares: at most 64 printable ASCII characters. Whoever enters it logs this
    /// program in as themselves.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.inner.begun.device.user_code
    }

    /// Until when the person can approve, by this machine's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.inner.expires_at
    }

    /// How often the server may be asked: 5 seconds, unless it said otherwise. It grows when the server asks for that.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.inner.pace.interval()
    }

    /// Asks the server whether the person has decided, if the interval has passed since the last time; the first time at once.
    /// Otherwise nothing is sent. `None` while nothing was decided. An answer that was lost counts as none: the next poll comes
    /// later. Once the login has ended, each poll gives the same again.
    ///
    /// # Errors
    /// `forbidden` when the login was denied; `timeout` when nobody approved it in time; `rejected` when the identity provider
    /// refuses it for another reason; `unexpected_response` for an answer that cannot be used, such as tokens without an ID token;
    /// `cancelled`.
    pub fn poll(&self) -> Result<Option<LoginSession>> {
        if self.scope.is_interrupted() {
            return Err(Error::cancelled());
        }
        match self.inner.turn() {
            Now::Ended(ended) => ended.map(Some),
            Now::Wait => Ok(None),
            Now::Poll(turn, end) => {
                self.inner.begun.token.wait(&self.scope, end, |lane| self.inner.poll(turn, end, lane))?;
                self.inner.ended().transpose()
            }
        }
    }

    /// Polls until the person has decided, the code has expired, or the wait is interrupted. It may take as long as the code is
    /// valid, whatever [`ClientOptions::timeout`] says, which limits each request.
    ///
    /// # Errors
    /// See [`DeviceLogin::poll`].
    pub fn wait(&self) -> Result<LoginSession> {
        loop {
            if let Some(session) = self.poll()? {
                return Ok(session);
            }
            self.scope.sleep_until(self.inner.next_look())?;
        }
    }

    /// See [`DeviceLogin::poll`]. Can be awaited on any executor.
    ///
    /// # Errors
    /// See [`DeviceLogin::poll`].
    #[cfg(feature = "async")]
    pub async fn poll_async(&self) -> Result<Option<LoginSession>> {
        if self.scope.is_cancelled() {
            return Err(Error::cancelled());
        }
        match self.inner.turn() {
            Now::Ended(ended) => ended.map(Some),
            Now::Wait => Ok(None),
            Now::Poll(turn, end) => {
                self.inner.poll(turn, end, None).await?;
                self.inner.ended().transpose()
            }
        }
    }

    /// See [`DeviceLogin::wait`]. Can be awaited on any executor. Dropping it ends the wait; the login can be waited for again.
    ///
    /// # Errors
    /// See [`DeviceLogin::poll`].
    #[cfg(feature = "async")]
    pub async fn wait_async(&self) -> Result<LoginSession> {
        loop {
            if let Some(session) = self.poll_async().await? {
                return Ok(session);
            }
            let next = self.inner.next_look();
            loop {
                let left = next.saturating_duration_since(Instant::now());
                if left.is_zero() || self.scope.is_cancelled() {
                    break;
                }
                engine::sleep(if self.scope.cancel.is_some() { left.min(LOOK) } else { left }).await?;
            }
        }
    }

    /// A handle whose polls and waits end with `cancelled` once the token is cancelled, by any thread, within 50 ms; awaited ones
    /// look at the token between two requests. The login stays as it is, and can be waited for again.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        DeviceLogin { inner: Arc::clone(&self.inner), scope: self.scope.with_cancel(token) }
    }

    /// A handle whose blocking polls and waits ask `interrupted` about every 20 ms, on the thread that waits, and end with
    /// `cancelled` once it says true.
    #[must_use]
    pub fn with_interrupt(&self, interrupted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let mut login = self.clone();
        login.scope.interrupt = Some(Arc::new(interrupted));
        login
    }
}

/// What a poll does now.
enum Now<'a> {
    Ended(Result<LoginSession>),
    Wait,
    /// It asks, and has an answer by then.
    Poll(Turn<'a>, Instant),
}

impl Inner {
    /// What the login came to, if it has ended.
    fn ended(&self) -> Option<Result<LoginSession>> {
        match self.news.load().as_deref() {
            Some(News::Ended(ended)) => Some(ended.clone()),
            Some(News::Lost(_)) | None => None,
        }
    }

    fn turn(&self) -> Now<'_> {
        if let Some(ended) = self.ended() {
            return Now::Ended(ended);
        }
        let now = Instant::now();
        if now >= self.expires {
            let ended = Err(self.expired(None));
            self.tell(News::Ended(ended.clone()));
            return Now::Ended(ended);
        }
        let end = after(now, self.begun.provider.timeout).min(self.expires);
        self.pace.claim(end).map_or(Now::Wait, |turn| Now::Poll(turn, end))
    }

    /// When to look again: not long after a poll of another thread has ended.
    fn next_look(&self) -> Instant {
        self.pace.next().min(Instant::now() + self.pace.interval()).min(self.expires)
    }

    /// Asks the server, and notes what it says.
    fn poll<'a>(&'a self, turn: Turn<'a>, end: Instant, lane: Option<Arc<Lane>>) -> Boxed<'a, Result<()>> {
        Box::pin(self.ask(turn, end, lane))
    }

    async fn ask(&self, turn: Turn<'_>, deadline: Instant, lane: Option<Arc<Lane>>) -> Result<()> {
        let Begun { provider, token, device, .. } = &self.begun;
        let secrets = [device.device_code.expose()];
        let form =
            form(&[("grant_type", DEVICE_GRANT), ("client_id", &provider.client_id), ("device_code", secrets[0])]);
        let question =
            Question { endpoint: token, form: Some(form), secrets: &secrets, deadline, may_be_repeated: false, lane };
        let Refused { error, doubt, code } = match provider.ask(&question).await {
            Ok(reply) => {
                let tokens = Tokens::read(&reply).map_err(|error| provider.locate(error));
                self.tell(News::Ended(tokens.map(|tokens| LoginSession::new(&self.begun, tokens))));
                return Ok(());
            }
            Err(refused) => refused,
        };
        let ended = match code.as_deref() {
            Some("authorization_pending") => {
                turn.end(Heard::Pending);
                self.news.store(None);
                return Ok(());
            }
            Some("slow_down") => {
                turn.end(Heard::SlowDown);
                self.news.store(None);
                return Ok(());
            }
            _ if doubt.passing => {
                turn.end(Heard::Nothing(error.retry_after()));
                self.tell(News::Lost(error));
                return Ok(());
            }
            // It says nothing about the login, which can be polled again.
            None => {
                turn.end(Heard::Nothing(None));
                return Err(error);
            }
            Some("access_denied") => self.denied(error),
            Some("expired_token") => self.expired(Some(error)),
            Some(code) => {
                let error = error.with_hint(explain_refusal(code)).with_hint(", and start another login");
                error.with_advice(Advice::CorrectInput)
            }
        };
        self.tell(News::Ended(Err(ended)));
        Ok(())
    }

    fn tell(&self, news: News) {
        self.news.store(Some(Arc::new(news)));
    }

    fn denied(&self, error: Error) -> Error {
        let message = "the login was denied, by the person or by a rule of the identity provider: start another one if that was a mistake";
        let error = error.with_kind(ErrorKind::Forbidden).with_message(message.to_owned());
        self.begun.provider.locate(error)
    }

    fn expired(&self, told: Option<Error>) -> Error {
        let Begun { provider, device, .. } = &self.begun;
        let mut message = format!(
            "nobody approved the login within {} seconds, and its code has expired: start another one. If the page said that the client {:?} is unknown, check client_id",
            device.life.as_secs(),
            provider.client_id
        );
        if let Some(News::Lost(lost)) = self.news.load().as_deref() {
            message.push_str(". The last polls got no answer: ");
            message.push_str(lost.message());
        }
        let error = told.unwrap_or_else(|| Error::new(ErrorKind::Timeout, ""));
        provider.locate(error.with_kind(ErrorKind::Timeout).with_message(message))
    }
}

impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("verification_uri", &self.verification_uri())
            .field("expires_at", &self.inner.expires_at)
            .finish_non_exhaustive()
    }
}
