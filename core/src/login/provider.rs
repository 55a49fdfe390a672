//! An identity provider: where it is, and one request to it from the first attempt to the last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use url::Url;

use crate::boxed::Boxed;
use crate::effect::Effect;
use crate::engine::lane::{self, CheckedOut, Lane};
use crate::environment;
use crate::error::{Error, Result};
use crate::event::{Event, Observer};
use crate::options::ClientOptions;
use crate::retry::{Repeat, RetryPolicy};
use crate::scope::Scope;
use crate::transport::{Content, Method, Outgoing, Reply, Target, Transport};

use super::answer::{self, MOST_BYTES, Refused};

/// A URL of an identity provider, and the connections to it.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    transport: Arc<Transport>,
}

impl Endpoint {
    pub(super) fn new(url: Url, options: &ClientOptions) -> Result<Self> {
        let most_bytes = options.max_response_bytes.min(MOST_BYTES);
        let transport = options.transport(url.as_str(), most_bytes, &environment::variables)?;
        Ok(Endpoint { url, transport: Arc::new(transport) })
    }

    /// Another URL of the same provider, over the same connections where they lead there.
    pub(super) fn other(&self, url: Url, options: &ClientOptions) -> Result<Self> {
        let leads_to = |url: &Url| (url.scheme() == "https", url.port_or_known_default());
        if leads_to(&url) == leads_to(&self.url) && url.host() == self.url.host() {
            return Ok(Endpoint { url, transport: Arc::clone(&self.transport) });
        }
        Endpoint::new(url, options)
    }

    /// Waits on this thread, which drives it where it can, for something that asks here and ends by `end`.
    pub(super) fn wait<'a>(
        &self,
        scope: &Scope,
        end: Instant,
        asking: impl FnOnce(Option<Arc<Lane>>) -> Boxed<'a, Result<()>>,
    ) -> Result<()> {
        let checked_out = self.transport.check_out_lane();
        let lane = checked_out.as_ref().map(CheckedOut::lane);
        scope.wait(Effect::Reads, lane.map(Arc::as_ref), end, Error::cancelled, asking(lane.cloned()))
    }
}

/// A request to an identity provider.
pub(super) struct Question<'a> {
    pub(super) endpoint: &'a Endpoint,
    /// What is posted; `None` for a GET.
    pub(super) form: Option<Bytes>,
    /// What must not get into an error although the server puts it into its answer.
    pub(super) secrets: &'a [&'a str],
    pub(super) deadline: Instant,
    /// Whether asking twice does no harm, and whoever asks does not do so by itself.
    pub(super) may_be_repeated: bool,
    /// What the caller's thread drives; `None` on the engine.
    pub(super) lane: Option<Arc<Lane>>,
}

/// An identity provider, and the client of it that this program is.
pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) client_id: String,
    /// How long a request, or all that begins a login, may take.
    pub(super) timeout: Duration,
    retry: RetryPolicy,
    observer: Box<Observer>,
}

impl Provider {
    pub(super) fn new(issuer: String, client_id: String, options: &ClientOptions, observer: Box<Observer>) -> Self {
        Provider { issuer, client_id, timeout: options.timeout, retry: options.retry_policy(), observer }
    }

    pub(super) fn observe(&self, event: &Event<'_>) {
        (self.observer)(event);
    }

    /// An error with the place where it arose.
    pub(super) fn locate(&self, error: Error) -> Error {
        error.from_source(&format!("logging in at {}", self.issuer))
    }

    /// Asks. A request that may be done twice is sent again after what passes.
    pub(super) fn ask<'a>(&'a self, question: &'a Question<'a>) -> Boxed<'a, Result<Reply, Refused>> {
        Box::pin(self.all_attempts(question))
    }

    async fn all_attempts(&self, question: &Question<'_>) -> Result<Reply, Refused> {
        let mut attempt = 1;
        loop {
            let refused = match self.attempt(question, attempt).await {
                Err(refused) => refused,
                answered => return answered,
            };
            let delay = self.retry.delay(attempt, fastrand::f64(), refused.error.retry_after());
            let time_is_left = Instant::now().checked_add(delay).is_some_and(|next| next < question.deadline);
            let is_left = question.may_be_repeated && attempt <= self.retry.max_retries && time_is_left;
            if !is_left || !Repeat::Idempotent.allows(refused.doubt) {
                return Err(refused);
            }
            attempt += 1;
            let (method, path, error) = (method(question).name(), question.endpoint.url.path(), refused.error.kind());
            self.observe(&Event::Retry { method, path, error, attempt, delay });
            if let Err(error) = lane::sleep(question.lane.as_ref(), delay).await {
                return Err(Refused { error: error.into(), ..refused });
            }
        }
    }

    async fn attempt(&self, question: &Question<'_>, attempt: u32) -> Result<Reply, Refused> {
        let Question { endpoint, form, secrets, deadline, lane, .. } = question;
        let (method, sent) = (method(question), Instant::now());
        let outgoing = Outgoing {
            method,
            target: Target::Url(&endpoint.url),
            authorization: None,
            body: form.clone().map(Content::Form),
            deadline: *deadline,
        };
        let result = match endpoint.transport.send(outgoing, lane.as_ref()).await {
            Ok(reply) => answer::judge(reply, secrets),
            Err(failure) => Err(answer::judge_failure(failure)),
        };
        let (status, error) = match &result {
            Ok(reply) => (Some(reply.status), None),
            Err(refused) => (refused.error.status(), Some(refused.error.kind())),
        };
        let path = endpoint.url.path();
        self.observe(&Event::Request { method: method.name(), path, status, error, attempt, elapsed: sent.elapsed() });
        match result {
            Ok(reply) => Ok(Reply { attempts: attempt, ..reply }),
            Err(refused) => Err(Refused { error: self.locate(refused.error.with_attempts(attempt)), ..refused }),
        }
    }
}

fn method(question: &Question<'_>) -> Method {
    if question.form.is_some() { Method::Post } else { Method::Get }
}
