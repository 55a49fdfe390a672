//! What a session holds, and its refreshes: one at a time in each process, on the engine, which no call waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::credential::session::{Issued, Session};
use crate::engine;
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::after;
use crate::host;

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
    state: ArcSwap<State>,
    /// The identity provider has ended the session: there is no refresh any more.
    over: AtomicBool,
    /// Calls start no refresh.
    on_request: AtomicBool,
    /// The API has accepted a token of this session.
    accepted: AtomicBool,
    began: Instant,
    /// Before this no call starts a refresh, in milliseconds from the beginning.
    not_before: AtomicU64,
    refreshes: Arc<Refreshes>,
}

/// What changes as a whole.
struct State {
    tokens: Arc<Tokens>,
    /// How the last refresh failed.
    failure: Option<Error>,
}

/// Counts refreshes, and tells whether one is under way in this process. A forked child refreshes for itself.
#[derive(Default)]
struct Refreshes {
    /// Counts their beginnings and their ends, so it is odd while one is under way.
    steps: AtomicU64,
    /// The process that began the last one.
    process: AtomicU64,
    /// The last one did not come to its end.
    died: AtomicBool,
}

impl Refreshes {
    /// The step at which one began: the one that is under way, or one that begins now and is the caller's to do.
    fn begin(self: &Arc<Self>) -> (u64, Option<UnderWay>) {
        let process = host::process_key();
        let before = self.process.swap(process, Ordering::AcqRel);
        let steps = self.steps.load(Ordering::Acquire);
        if steps % 2 == 1 && before == process {
            return (steps, None);
        }
        // One of the process that this one was forked from goes on there.
        let begun = if steps % 2 == 1 { steps + 2 } else { steps + 1 };
        match self.steps.compare_exchange(steps, begun, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => (begun, Some(UnderWay { refreshes: Arc::clone(self), is_done: false })),
            // Another thread began one, which may have ended too.
            Err(_) => (begun, None),
        }
    }
}

/// A refresh, until it is dropped.
struct UnderWay {
    refreshes: Arc<Refreshes>,
    is_done: bool,
}

impl UnderWay {
    fn end(mut self) {
        self.is_done = true;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.refreshes.died.store(!self.is_done, Ordering::Release);
        self.refreshes.steps.fetch_add(1, Ordering::AcqRel);
    }
}

/// A refresh that somebody waits for.
pub(super) struct Awaited {
    held: Arc<Held>,
    began: u64,
}

impl Awaited {
    /// How it ended, if it has.
    pub(super) fn result(&self) -> Option<Result<()>> {
        let refreshes = &self.held.refreshes;
        if refreshes.steps.load(Ordering::Acquire) <= self.began {
            return None;
        }
        if refreshes.died.load(Ordering::Acquire) {
            return Some(Err(Error::bug()));
        }
        Some(self.held.state.load().failure.clone().map_or(Ok(()), Err))
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
            state: ArcSwap::from_pointee(State { tokens: Arc::new(tokens), failure: None }),
            over: AtomicBool::new(false),
            on_request: AtomicBool::new(false),
            accepted: AtomicBool::new(!is_new),
            began: Instant::now(),
            not_before: AtomicU64::new(0),
            refreshes: Arc::default(),
        }
    }

    /// The tokens that it has now.
    pub(super) fn tokens(&self) -> Arc<Tokens> {
        Arc::clone(&self.state.load().tokens)
    }

    /// Whether the next call would start a refresh, were it not for a pause after one that failed.
    pub(super) fn needs_refresh(&self) -> bool {
        let tokens = self.tokens();
        tokens.refresh_token.is_some() && tokens.are_due() && !self.over.load(Ordering::Acquire)
    }

    /// Leaves refreshing to those who ask for it.
    pub(super) fn refresh_on_request(&self) {
        self.on_request.store(true, Ordering::Release);
    }

    /// Starts a refresh, unless one is under way, and gives what to wait for.
    pub(super) fn start_refresh(self: &Arc<Self>) -> Result<Awaited> {
        if self.over.load(Ordering::Acquire) {
            return Err(self.provider.locate(ended("the identity provider has ended this session")));
        }
        if self.tokens().refresh_token.is_none() {
            return Err(Error::invalid_argument(
                "this session has no refresh token: log in again, with offline_access in scope if it is to be refreshed",
            )
            .with_advice(Advice::ReplaceCredential));
        }
        let (began, mine) = self.refreshes.begin();
        if let Some(mine) = mine {
            let held = Arc::clone(self);
            engine::background()?.run(Box::pin(async move {
                held.refresh().await;
                mine.end();
            }));
        }
        Ok(Awaited { held: Arc::clone(self), began })
    }

    /// Refreshes once, and tells how it went. The old tokens stay until there are new ones.
    async fn refresh(&self) {
        let old = self.tokens();
        let (tokens, failure) = match self.ask(&old).await {
            Ok(tokens) => {
                self.not_before.store(0, Ordering::Release);
                (Arc::new(tokens), None)
            }
            Err(error) => {
                self.not_before.store(self.since_begin(after(Instant::now(), PAUSE)), Ordering::Release);
                (old, Some(error))
            }
        };
        let expires_at = tokens.expires_at;
        self.provider.observe(&match &failure {
            None => Event::SessionRefreshed { expires_at },
            Some(error) => Event::SessionNotRefreshed { error, expires_at },
        });
        self.state.store(Arc::new(State { tokens, failure }));
    }

    async fn ask(&self, old: &Tokens) -> Result<Tokens> {
        let provider = &self.provider;
        let Some(refresh_token) = &old.refresh_token else { return Err(Error::bug()) };
        let secrets = [refresh_token.expose(), old.issued.jwt.expose()];
        let form =
            form(&[("grant_type", "refresh_token"), ("client_id", &provider.client_id), ("refresh_token", secrets[0])]);
        let question = Question {
            endpoint: &self.token,
            form: Some(form),
            secrets: &secrets,
            deadline: after(Instant::now(), provider.timeout.min(LONGEST_REFRESH)),
            may_be_repeated: false,
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
        Arc::clone(&self.tokens().issued)
    }

    fn keep_fresh(self: Arc<Self>) {
        let is_time = || self.since_begin(Instant::now()) >= self.not_before.load(Ordering::Acquire);
        if self.needs_refresh() && is_time() && !self.on_request.load(Ordering::Acquire) {
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
        let tokens = self.tokens();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refresh_is_under_way_at_a_time() {
        let refreshes = Arc::<Refreshes>::default();
        let (first, mine) = refreshes.begin();
        let (second, nobodys) = refreshes.begin();
        assert!(nobodys.is_none() && first == second, "both wait for the same");
        mine.expect("it is the first caller's").end();
        assert!(refreshes.steps.load(Ordering::Acquire) > first && !refreshes.died.load(Ordering::Acquire));
        let (third, mine) = refreshes.begin();
        assert!(third > first);
        drop(mine.expect("the one before has ended"));
        assert!(refreshes.died.load(Ordering::Acquire), "it did not come to its end");
        assert!(refreshes.begin().1.is_some(), "which keeps nobody from another one");
    }

    #[test]
    fn a_forked_child_does_not_wait_for_its_parents_refresh() {
        let refreshes = Arc::<Refreshes>::default();
        let (parents, _theirs) = refreshes.begin();
        refreshes.process.store(host::process_key() + 1, Ordering::Release);
        let (ours, mine) = refreshes.begin();
        assert!(ours > parents && mine.is_some());
        assert!(refreshes.begin().1.is_none(), "and there is one in this process");
    }
}
