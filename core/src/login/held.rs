//! What a session holds, and its refreshes: one at a time in each process, on the engine, which no call waits for.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::credential::session::{Issued, Session};
use crate::engine::{self, PerProcess};
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::after;

use super::answer::Refused;
use super::form::form;
use super::provider::{Endpoint, Provider, Question};
use super::tokens::Tokens;

/// How long a refresh may take at most. An identity provider may never answer one.
const LONGEST_REFRESH: Duration = Duration::from_secs(30);

/// How long after a refresh that failed a call may start another one.
const PAUSE: Duration = Duration::from_secs(60);

/// The state of a session, which its credentials and their clients share. No lock is held here that a fork could copy.
pub(super) struct Held {
    pub(super) management_url: String,
    pub(super) provider: Arc<Provider>,
    pub(super) token: Endpoint,
    pub(super) tokens: ArcSwap<Tokens>,
    /// The identity provider has ended the session: there is no refresh any more.
    over: AtomicBool,
    /// The API has accepted a token of this session.
    accepted: AtomicBool,
    began: Instant,
    /// Before this no call starts a refresh, in milliseconds from the beginning.
    not_before: AtomicU64,
    /// The refreshes of this process. A forked child refreshes for itself.
    refreshes: PerProcess<Arc<Refreshes>>,
}

/// The refreshes of one process.
#[derive(Default)]
struct Refreshes {
    /// Counts their beginnings and their ends, so it is odd while one is under way.
    steps: AtomicU64,
    /// How the last one failed.
    failure: ArcSwapOption<Error>,
}

impl Refreshes {
    /// The step at which one began: the one that is under way, or one that begins now and is the caller's to do.
    fn begin(self: &Arc<Self>) -> (u64, Option<UnderWay>) {
        let steps = self.steps.load(Ordering::Acquire);
        if steps % 2 == 1 {
            return (steps, None);
        }
        match self.steps.compare_exchange(steps, steps + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => (steps + 1, Some(UnderWay { refreshes: Arc::clone(self), failure: Some(Error::bug()) })),
            // Another thread began one, which may have ended too.
            Err(_) => (steps + 1, None),
        }
    }
}

/// A refresh, until it is dropped. One whose task did not come to its end has failed.
struct UnderWay {
    refreshes: Arc<Refreshes>,
    failure: Option<Error>,
}

impl UnderWay {
    fn end(mut self, result: Result<()>) {
        self.failure = result.err();
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.refreshes.failure.store(self.failure.take().map(Arc::new));
        self.refreshes.steps.fetch_add(1, Ordering::AcqRel);
    }
}

/// A refresh that somebody waits for.
pub(super) struct Awaited {
    refreshes: Arc<Refreshes>,
    began: u64,
}

impl Awaited {
    /// How it ended, if it has.
    pub(super) fn result(&self) -> Option<Result<()>> {
        if self.refreshes.steps.load(Ordering::Acquire) <= self.began {
            return None;
        }
        Some(match &*self.refreshes.failure.load() {
            Some(error) => Err(Error::clone(error)),
            None => Ok(()),
        })
    }
}

impl Held {
    pub(super) fn new(
        management_url: String,
        provider: Arc<Provider>,
        token: Endpoint,
        tokens: Tokens,
        is_new: bool,
    ) -> Self {
        Held {
            management_url,
            provider,
            token,
            tokens: ArcSwap::from_pointee(tokens),
            over: AtomicBool::new(false),
            accepted: AtomicBool::new(!is_new),
            began: Instant::now(),
            not_before: AtomicU64::new(0),
            refreshes: PerProcess::new(),
        }
    }

    /// Whether the next call would start a refresh, were it not for a pause after one that failed.
    pub(super) fn needs_refresh(&self) -> bool {
        let tokens = self.tokens.load();
        tokens.refresh_token.is_some() && tokens.are_due() && !self.over.load(Ordering::Acquire)
    }

    /// Starts a refresh, unless one is under way, and gives what to wait for.
    pub(super) fn start_refresh(self: &Arc<Self>) -> Result<Awaited> {
        if self.over.load(Ordering::Acquire) {
            return Err(self.provider.locate(ended("the identity provider has ended this session")));
        }
        if self.tokens.load().refresh_token.is_none() {
            return Err(Error::invalid_argument(
                "this session has no refresh token: log in again, with offline_access in scope if it is to be refreshed",
            )
            .with_advice(Advice::ReplaceCredential));
        }
        let refreshes = match self.refreshes.get(|| Ok::<_, Infallible>(Arc::default())) {
            Ok(refreshes) => Arc::clone(&refreshes),
            Err(never) => match never {},
        };
        let (began, mine) = refreshes.begin();
        if let Some(mine) = mine {
            let held = Arc::clone(self);
            engine::background()?.run(async move { mine.end(held.refresh().await) });
        }
        Ok(Awaited { refreshes, began })
    }

    /// Refreshes once, and tells how it went. The old tokens stay until there are new ones.
    async fn refresh(&self) -> Result<()> {
        let old = self.tokens.load_full();
        let result = self.ask(&old).await;
        match result {
            Ok(tokens) => {
                let expires_at = tokens.expires_at;
                self.tokens.store(Arc::new(tokens));
                self.not_before.store(0, Ordering::Release);
                self.provider.observe(&Event::SessionRefreshed { expires_at });
                Ok(())
            }
            Err(error) => {
                self.not_before.store(self.since_begin(after(Instant::now(), PAUSE)), Ordering::Release);
                self.provider.observe(&Event::SessionNotRefreshed { error: &error, expires_at: old.expires_at });
                Err(error)
            }
        }
    }

    async fn ask(&self, old: &Tokens) -> Result<Tokens> {
        let provider = &self.provider;
        let Some(refresh_token) = &old.refresh_token else { return Err(Error::bug()) };
        let refresh_token = refresh_token.expose();
        let form = form(&[
            ("grant_type", "refresh_token"),
            ("client_id", &provider.client_id),
            ("refresh_token", refresh_token),
        ]);
        let question = Question {
            endpoint: &self.token,
            form: Some(form),
            secrets: &[refresh_token, old.issued.jwt.expose()],
            deadline: after(Instant::now(), provider.timeout.min(LONGEST_REFRESH)),
            lane: None,
        };
        match provider.ask(&question).await {
            Ok(reply) => Tokens::read(&reply).map(|new| new.replacing(old)).map_err(|error| provider.locate(error)),
            Err(Refused { error, code, .. }) if code.as_deref() == Some("invalid_grant") => {
                self.over.store(true, Ordering::Release);
                let message = ended(error.message()).message().to_owned();
                Err(error
                    .with_kind(ErrorKind::Unauthorized)
                    .with_message(message)
                    .with_advice(Advice::ReplaceCredential))
            }
            Err(Refused { error, .. }) => Err(error),
        }
    }

    fn since_begin(&self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

/// The session can never be refreshed again.
fn ended(why: &str) -> Error {
    Error::new(ErrorKind::Unauthorized, format!("{why}: log in again")).with_advice(Advice::ReplaceCredential)
}

impl Session for Held {
    fn management_url(&self) -> &str {
        &self.management_url
    }

    fn current(&self) -> Arc<Issued> {
        Arc::clone(&self.tokens.load().issued)
    }

    fn keep_fresh(self: Arc<Self>) {
        if self.needs_refresh() && self.since_begin(Instant::now()) >= self.not_before.load(Ordering::Acquire) {
            // Without an engine there is no refresh: the token is used until it expires.
            let _ = self.start_refresh();
        }
    }

    fn was_accepted(&self) {
        if !self.accepted.load(Ordering::Relaxed) {
            self.accepted.store(true, Ordering::Relaxed);
        }
    }

    fn explain_refusal(&self, refused: &Arc<Issued>) -> String {
        let tokens = self.tokens.load();
        let is_current = Arc::ptr_eq(&tokens.issued, refused);
        if !self.accepted.load(Ordering::Relaxed) {
            return format!(
                "it is the first of this login, so the server seems to expect a token for another audience. Log in again with the client_id (this was {:?}) and the audience that the server is set up for",
                self.provider.client_id
            );
        }
        if is_current && !tokens.have_expired() {
            return "the session was ended, or the server's keys have changed. Log in again".to_owned();
        }
        if self.needs_refresh() {
            return "it has expired, and the session is being refreshed. Try again shortly, or log in again".to_owned();
        }
        "it has expired. Log in again".to_owned()
    }
}
