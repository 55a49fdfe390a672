//! What differs between two handles of one client: how long a call may take, and what interrupts it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::boxed::Boxed;
use crate::cancel::CancelToken;
use crate::effect::Effect;
use crate::engine::lane::Lane;
use crate::engine::{self, EngineError, Waited};
use crate::error::{Advice, Error, ErrorKind, Result};

/// What a call may take beyond its end before its caller stops waiting for whoever does the work.
const GRACE: Duration = Duration::from_secs(1);

const STUCK: &str = "the call did not end in its time, because the library's background thread is stuck or gone";

/// What differs between two handles of one client.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// How long a call may take; `None` for as long as the client's options say.
    pub(crate) timeout: Option<Duration>,
    pub(crate) cancel: Option<CancelToken>,
    pub(crate) interrupt: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Scope {
    /// The same, ended by `token`.
    pub(crate) fn with_cancel(&self, token: &CancelToken) -> Self {
        Scope { cancel: Some(token.clone()), ..self.clone() }
    }

    /// For cleaning up: a cancellation that came before, and may be why it is needed, does not end it.
    pub(crate) fn after_cancellation(&self) -> Self {
        let cancel = self.cancel.clone().filter(|cancel| !cancel.is_cancelled());
        Scope { cancel, ..self.clone() }
    }

    /// Waits for work that ends by `end`, and that this thread drives if it is on a lane. An interruption ends the wait with the
    /// error that `interrupted` gives.
    pub(crate) fn wait<T>(
        &self,
        effect: Effect,
        lane: Option<&Lane>,
        end: Instant,
        interrupted: impl FnOnce() -> Error,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if self.is_cancelled() {
            return Err(Error::cancelled().with_hint(" before anything was sent"));
        }
        let waited = match lane {
            Some(lane) => lane.block_on(future, end + GRACE, self.watched(&|| self.is_interrupted())),
            None => self.block_on(future, end),
        };
        waited.unwrap_or_else(|waited| {
            Err(match (waited, effect) {
                (Waited::Forked, _) => EngineError::Forked.into(),
                (Waited::Interrupted, _) => interrupted(),
                (Waited::TimeOver, Effect::Reads) => Error::new(ErrorKind::Timeout, STUCK),
                (Waited::TimeOver, Effect::Creates | Effect::Deletes) => Error::new(
                    ErrorKind::OutcomeUnknown,
                    format!("{STUCK}; it may have been done: list the tokens to check"),
                )
                .with_advice(Advice::ListTokens),
            })
        })
    }

    /// Waits for the next result of something that goes on when the caller is interrupted, and ends by `end`.
    pub(crate) fn wait_for_next<T>(&self, end: Instant, next: impl Future<Output = Result<T>>) -> Result<T> {
        if self.is_cancelled() {
            return Err(Error::cancelled());
        }
        self.block_on(next, end).unwrap_or_else(|waited| {
            Err(match waited {
                Waited::Interrupted => Error::cancelled(),
                Waited::TimeOver => Error::new(ErrorKind::Timeout, STUCK),
                Waited::Forked => EngineError::Forked.into(),
            })
        })
    }

    /// Waits on this thread until that instant, or until the caller is interrupted.
    pub(crate) fn sleep_until(&self, instant: Instant) -> Result<()> {
        let never: Boxed<'_, Result<()>> = Box::pin(std::future::pending());
        match engine::block_on(never, instant, self.watched(&|| self.is_interrupted())) {
            Ok(_) | Err(Waited::TimeOver) => Ok(()),
            Err(Waited::Interrupted) => Err(Error::cancelled()),
            Err(Waited::Forked) => Err(EngineError::Forked.into()),
        }
    }

    /// Waits on this thread for a future that ends by `end`, and whose work is done elsewhere.
    fn block_on<F: Future>(&self, future: F, end: Instant) -> Result<F::Output, Waited> {
        engine::block_on(future, end + GRACE, self.watched(&|| self.is_interrupted()))
    }

    /// Whether its token was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.is_cancelled() || self.interrupt.as_ref().is_some_and(|interrupted| interrupted())
    }

    /// What is asked while a call waits: nothing where nothing can interrupt it.
    fn watched<'a>(&self, asked: &'a dyn Fn() -> bool) -> Option<&'a dyn Fn() -> bool> {
        (self.cancel.is_some() || self.interrupt.is_some()).then_some(asked)
    }
}
