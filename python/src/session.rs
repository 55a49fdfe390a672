//! The session that a login gives, as a class. `session_methods` has what it does.

use std::sync::Arc;

use netbird_tokens::LoginSession as CoreSession;
use pyo3::prelude::*;

use crate::cancel::Cancellation;
use crate::interrupt;

/// What a login gives: tokens of the person who approved it. The option credential of a client takes it.
///
/// A client with it refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30 seconds
/// before its expiry) starts one refresh for all threads and clients, in the background, and no call waits for it. A refresh that
/// fails changes nothing: the token is used until it expires, and then calls raise UnauthorizedError, whose message says to log
/// in again. What becomes of a refresh is logged.
///
/// It shows no secret wherever it is printed, and it cannot be pickled: export() gives a text for another process. A copy is the
/// same session. In a forked child it refreshes for itself; where the identity provider accepts a refresh token once, only one of
/// the two processes can do so.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct LoginSession {
    core: CoreSession,
    cancellations: Vec<Arc<Cancellation>>,
}

impl LoginSession {
    pub(crate) fn new(core: CoreSession) -> Self {
        LoginSession { core: core.with_interrupt(interrupt::interrupted), cancellations: Vec::new() }
    }

    pub(crate) fn core(&self) -> &CoreSession {
        &self.core
    }

    /// A handle of the same session that this ends, too.
    pub(crate) fn ended_by(&self, cancellation: Arc<Cancellation>) -> Self {
        let core = self.core.with_cancel(cancellation.core());
        LoginSession { core, cancellations: self.cancellations.iter().cloned().chain([cancellation]).collect() }
    }

    pub(crate) fn cancellations(&self) -> &[Arc<Cancellation>] {
        &self.cancellations
    }
}
