//! One request of the API from the first attempt to the last: deadline, retries, events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::answer::{self, Refusal};
use crate::credential::{Credential, CredentialKind};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::retry::{Acted, Doubt, Repeat, RetryPolicy};
use crate::runtime;
use crate::timestamp::Timestamp;
use crate::transport::{Authorization, Method, Outgoing, Reply, Transport};

/// What is told of every event; runs on the caller's thread.
pub(crate) type Observer = dyn Fn(&Event<'_>) + Send + Sync;

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnUnknown {
    /// Fail with `outcome_unknown` and the ids of the tokens that it may have created.
    #[default]
    Report,
    /// Revoke those tokens and create anew. Fails with `outcome_unknown` all the same when that cannot be done.
    RevokeAndRetry,
}

/// What every clone of a client shares.
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) transport: Transport,
    pub(crate) identity: ArcSwap<Identity>,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) observer: Box<Observer>,
}

/// A credential and what we have learned of it; replaced as one.
pub(crate) struct Identity {
    authorization: Authorization,
    pub(crate) kind: CredentialKind,
    /// When it says itself that it expires.
    pub(crate) expires_at: Option<Timestamp>,
    /// The id of the user it belongs to, once that is known.
    pub(crate) user_id: ArcSwapOption<String>,
}

impl Identity {
    pub(crate) fn new(credential: &Credential) -> Result<Self> {
        Ok(Identity {
            authorization: Authorization::new(credential)?,
            kind: credential.kind(),
            expires_at: credential.expires_at(),
            user_id: ArcSwapOption::empty(),
        })
    }
}

/// One call of the public API: the credential that it began with, so that a swap in the middle cannot mix two, and the
/// time by which it must be over.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) identity: Arc<Identity>,
    pub(crate) deadline: Instant,
}

/// What came of a request after all its attempts.
pub(crate) struct Outcome {
    pub(crate) result: Result<Reply>,
    /// What the server may have done with the attempts before the last.
    pub(crate) earlier: Acted,
    /// What it may have done with the last.
    pub(crate) last: Acted,
}

impl Outcome {
    /// What it may have done in all.
    pub(crate) fn acted(&self) -> Acted {
        self.earlier.max(self.last)
    }
}

impl<'a> Call<'a> {
    pub(crate) fn new(shared: &'a Shared, timeout: Duration) -> Self {
        Call { shared, identity: shared.identity.load_full(), deadline: after(timeout) }
    }

    /// The same call with time of its own, to find out what a lost request did.
    pub(crate) fn with_time(&self, time: Duration) -> Self {
        Call { shared: self.shared, identity: Arc::clone(&self.identity), deadline: after(time) }
    }

    /// A read.
    pub(crate) async fn get(&self, path: &str) -> Result<Reply> {
        self.exchange(Method::Get, path, None, Repeat::Harmless).await.result
    }

    /// Sends a request until it succeeds, is refused for good, or may not be sent again.
    pub(crate) async fn exchange(&self, method: Method, path: &str, body: Option<&[u8]>, repeat: Repeat) -> Outcome {
        let mut url = String::with_capacity(self.shared.base_url.len() + path.len());
        url.push_str(&self.shared.base_url);
        url.push_str(path);
        let mut earlier = Acted::No;
        let mut attempt = 1;
        loop {
            let sent = Instant::now();
            let (error, doubt) = match self.attempt(method, path, &url, body, attempt, sent).await {
                Ok(mut reply) => {
                    reply.attempts = attempt;
                    return Outcome { result: Ok(reply), earlier, last: Acted::Maybe };
                }
                Err(Refusal { error, doubt }) => (error.with_attempts(attempt), doubt),
            };
            let again = self.wait_before_next(method, path, attempt, &error, doubt, repeat).await;
            match again {
                Ok(true) => {}
                Ok(false) => return Outcome { result: Err(error), earlier, last: doubt.acted },
                Err(broken) => return Outcome { result: Err(broken), earlier, last: doubt.acted },
            }
            earlier = earlier.max(doubt.acted);
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        method: Method,
        path: &str,
        url: &str,
        body: Option<&[u8]>,
        attempt: u32,
        sent: Instant,
    ) -> Result<Reply, Refusal> {
        let authorization = &self.identity.authorization;
        let outgoing = Outgoing { method, url, authorization, body, deadline: self.deadline };
        let result = match self.shared.transport.send(outgoing).await {
            Ok(reply) => answer::judge(reply, authorization),
            Err(failure) => Err(answer::judge_failure(failure, self.shared.max_response_bytes)),
        };
        let (status, error) = match &result {
            Ok(reply) => (Some(reply.status), None),
            Err(refusal) => (refusal.error.status(), Some(refusal.error.kind())),
        };
        (self.shared.observer)(&Event::Request {
            method: method.name(),
            path,
            status,
            error,
            attempt,
            elapsed: sent.elapsed(),
        });
        result
    }

    /// Waits if the request is to be sent again, and says whether it is.
    async fn wait_before_next(
        &self,
        method: Method,
        path: &str,
        attempts: u32,
        error: &Error,
        doubt: Doubt,
        repeat: Repeat,
    ) -> Result<bool> {
        let retry = &self.shared.retry;
        if attempts > retry.max_retries || !repeat.allows(doubt) {
            return Ok(false);
        }
        let delay = retry.delay(attempts, fastrand::f64(), error.retry_after());
        if Instant::now() + delay >= self.deadline {
            return Ok(false);
        }
        (self.shared.observer)(&Event::Retry {
            method: method.name(),
            path,
            error: error.kind(),
            attempt: attempts + 1,
            delay,
        });
        if !delay.is_zero() {
            runtime::sleep(delay).await.map_err(|error| Error::from(error).with_attempts(attempts))?;
        }
        Ok(true)
    }
}

/// A time so far away that no clock can hold it is as good as a century.
fn after(duration: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(duration).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 86_400))
}
