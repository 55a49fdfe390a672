//! One request of the API from the first attempt to the last: deadline, retries, events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer::{self, Refusal};
use crate::boxed::Boxed;
use crate::bug::{self, Bug};
use crate::credential::CredentialKind;
use crate::effect::Effect;
use crate::engine::lane::{self, CheckedOut, Lane};
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::event::Event;
use crate::identity::Identity;
use crate::retry::{Acted, Doubt, Repeat};
use crate::scope::Scope;
use crate::sending::Sending;
use crate::shared::Shared;
use crate::timestamp::Timestamp;
use crate::transport::{Content, Method, Outgoing, Reply, Target};

/// What a call may take beyond its timeout, which may be just what ran out, to find out what a lost create did.
pub(crate) const ALLOWANCE: Duration = Duration::from_secs(15);

/// One call of the public API: the credential that it began with, so that a swap in the middle cannot mix two, and the time
/// by which it must be over.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    /// The time limit and the interruption of the handle that it was made on, for what goes on after it.
    pub(crate) scope: Scope,
    pub(crate) identity: Arc<Identity>,
    deadline: Instant,
    /// When even what is allowed beyond the deadline is over.
    end: Instant,
    /// Whether a 429 is left to the caller, which slows down as a whole, and not retried here.
    leaves_429: bool,
    /// For a create: whether it may have left.
    pub(crate) sending: Arc<Sending>,
    /// What the caller's thread drives; `None` on the engine.
    pub(crate) lane: Option<Arc<Lane>>,
}

/// The result of a request after all its attempts.
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

impl Call {
    pub(crate) fn new(shared: &Arc<Shared>, scope: &Scope) -> Self {
        let deadline = after(Instant::now(), scope.timeout.unwrap_or(shared.timeout));
        Call {
            shared: Arc::clone(shared),
            scope: scope.clone(),
            identity: shared.identity_now(),
            deadline,
            end: after(deadline, bug::allowance(ALLOWANCE)),
            leaves_429: false,
            sending: Arc::default(),
            lane: None,
        }
    }

    /// The same call, driven by its caller's thread.
    pub(crate) fn on_lane(self, lane: Option<&CheckedOut>) -> Self {
        Call { lane: lane.map(|lane| Arc::clone(lane.lane())), ..self }
    }

    /// The same call, on the engine, for what goes on when its caller returns.
    pub(crate) fn on_engine(&self) -> Self {
        Call { lane: None, ..self.clone() }
    }

    /// Waits on this thread for work of this call until it ends, its time is over, or the caller is interrupted, which ends it
    /// with the error that `interrupted` gives.
    pub(crate) fn wait<T>(
        &self,
        effect: Effect,
        interrupted: impl FnOnce() -> Error,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.scope.wait(effect, self.lane.as_deref(), self.end, interrupted, future)
    }

    /// Waits.
    pub(crate) async fn sleep(&self, duration: Duration) -> Result<()> {
        lane::sleep(self.lane.as_ref(), duration).await.map_err(Error::from)
    }

    /// The same call with all of its time, for one of several requests that each have it.
    pub(crate) fn with_new_time(&self) -> Self {
        let deadline = after(Instant::now(), self.scope.timeout.unwrap_or(self.shared.timeout));
        let identity = self.shared.renewed(Arc::clone(&self.identity));
        Call { deadline, end: after(deadline, bug::allowance(ALLOWANCE)), identity, ..self.clone() }
    }

    /// The same call, over at that instant at the latest.
    pub(crate) fn until(&self, instant: Instant) -> Self {
        Call { deadline: self.deadline.min(instant), ..self.clone() }
    }

    /// The same call, whose caller slows down by itself after a 429.
    pub(crate) fn leaving_429(&self) -> Self {
        Call { leaves_429: true, ..self.clone() }
    }

    /// When its requests must have ended.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The same call in the time that is allowed beyond its own, to find out what a lost request did.
    pub(crate) fn in_allowance(&self) -> Self {
        Call { deadline: self.end, ..self.clone() }
    }

    /// The same call with new time, to finish in the background what its caller left.
    pub(crate) fn in_background(&self) -> Self {
        let end = after(Instant::now(), bug::allowance(ALLOWANCE));
        Call { deadline: end, end, ..self.clone() }
    }

    /// The same call from the start with another credential, within the same time.
    pub(crate) fn with_identity(&self, identity: Arc<Identity>) -> Self {
        Call { identity, sending: Arc::default(), ..self.clone() }
    }

    pub(crate) fn observe(&self, event: &Event<'_>) {
        (self.shared.observer)(event);
    }

    /// A read.
    pub(crate) async fn get(&self, path: &str) -> Result<Reply> {
        self.exchange(Method::Get, path, None, Repeat::Idempotent).await.result
    }

    /// Sends a request until it succeeds, is refused for good, or may not be sent again.
    pub(crate) fn exchange<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        body: Option<&'a [u8]>,
        repeat: Repeat,
    ) -> Boxed<'a, Outcome> {
        Box::pin(self.all_attempts(method, path, body, repeat))
    }

    async fn all_attempts(&self, method: Method, path: &str, body: Option<&[u8]>, repeat: Repeat) -> Outcome {
        let mut earlier = Acted::No;
        let mut attempt = 1;
        loop {
            let sent = Instant::now();
            let (error, doubt) = match self.attempt(method, path, body, attempt, sent).await {
                Ok(mut reply) => {
                    reply.attempts = attempt;
                    return Outcome { result: Ok(reply), earlier, last: Acted::Maybe };
                }
                Err(Refusal { error, doubt }) => (error.with_attempts(attempt), doubt),
            };
            if (doubt.acted == Acted::No || bug::is(Bug::RetryCreate)) && body.is_some() {
                self.sending.nothing_happened();
            }
            match self.wait_before_next(method, path, attempt, &error, doubt, repeat).await {
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
        body: Option<&[u8]>,
        attempt: u32,
        sent: Instant,
    ) -> Result<Reply, Refusal> {
        let authorization = &self.identity.authorization;
        let body = body.map(|body| (body, &self.sending));
        let outgoing = Outgoing {
            method,
            target: Target::Path(path),
            authorization: Some(authorization),
            body: body.map(|(body, sending)| Content::Json(body, sending)),
            deadline: self.deadline,
        };
        let result = match self.shared.transport.send(outgoing, self.lane.as_ref()).await {
            Ok(reply) => answer::judge(reply, authorization).map_err(|refusal| self.explain_refused_jwt(refusal)),
            Err(failure) => Err(answer::judge_failure(failure, self.shared.max_response_bytes)),
        };
        if let Ok(Reply { date: Some(date), .. }) = &result {
            self.shared.server_clock.set(date);
        }
        if let (Some(following), Ok(_)) = (&self.identity.session, &result) {
            following.session.was_accepted();
        }
        let (status, error) = match &result {
            Ok(reply) => (Some(reply.status), None),
            Err(refusal) => (refusal.error.status(), Some(refusal.error.kind())),
        };
        self.observe(&Event::Request { method: method.name(), path, status, error, attempt, elapsed: sent.elapsed() });
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
        if self.leaves_429 && error.kind() == ErrorKind::RateLimited {
            return Ok(false);
        }
        // Nobody waits for a create whose caller went away, so it is not begun once more.
        if repeat == Repeat::CreatesDuplicate && self.sending.is_abandoned() {
            return Ok(false);
        }
        let delay = retry.delay(attempts, fastrand::f64(), error.retry_after());
        if after(Instant::now(), delay) >= self.deadline {
            return Ok(false);
        }
        self.observe(&Event::Retry { method: method.name(), path, error: error.kind(), attempt: attempts + 1, delay });
        if !delay.is_zero() {
            self.sleep(delay).await.map_err(|error| error.with_attempts(attempts))?;
        }
        Ok(true)
    }

    /// A refused JWT of a login says what to do about the login, and another one that has expired by our clock says that: the
    /// server's message is the same for every fault of a JWT.
    fn explain_refused_jwt(&self, refusal: Refusal) -> Refusal {
        if let (Some(following), ErrorKind::Unauthorized) = (&self.identity.session, refusal.error.kind()) {
            let said = refusal.error.server_message().map(|said| format!(" (the server says: {said})"));
            let why = following.session.explain_refusal(&following.issued);
            let message = format!("the server refused the token of this login{}: {why}", said.unwrap_or_default());
            let error = refusal.error.with_message(message).with_advice(Advice::ReplaceCredential);
            return Refusal { error, ..refusal };
        }
        let expired = self.identity.expires_at.filter(|at| *at <= Timestamp::now());
        match expired {
            Some(at)
                if refusal.error.kind() == ErrorKind::Unauthorized && self.identity.kind == CredentialKind::Bearer =>
            {
                let hint = format!(". By this machine's clock the JWT expired at {at}: log in again for a new one");
                Refusal { error: refusal.error.with_hint(&hint), ..refusal }
            }
            _ => refusal,
        }
    }
}

/// A time too far away for the clock is as good as a century.
pub(crate) fn after(instant: Instant, duration: Duration) -> Instant {
    instant.checked_add(duration).unwrap_or_else(|| instant + Duration::from_secs(100 * 365 * 86_400))
}
