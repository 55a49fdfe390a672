//! A credential that belongs to a login's session and follows the session's refreshes.

use std::sync::Arc;

use crate::secret::Secret;
use crate::timestamp::Timestamp;

/// A token that a session has at a time.
pub(crate) struct Issued {
    /// The JWT that the API accepts.
    pub(crate) jwt: Secret,
    /// When it says itself that it expires.
    pub(crate) expires_at: Option<Timestamp>,
}

/// What a credential from a login follows.
pub(crate) trait Session: Send + Sync {
    /// The server whose API the session is for.
    fn management_url(&self) -> &str;

    /// The token that calls use from now on.
    fn current(&self) -> Arc<Issued>;

    /// Starts a refresh in the background if the token is close to its expiry and none is under way. Waits for nothing.
    fn keep_fresh(self: Arc<Self>);

    /// Notes that the API has accepted a token of it.
    fn was_accepted(&self);

    /// Why the API may refuse this token, and what to do.
    fn explain_refusal(&self, refused: &Arc<Issued>) -> String;
}

/// A session, and the token that it had when this was made.
#[derive(Clone)]
pub(crate) struct Following {
    pub(crate) session: Arc<dyn Session>,
    pub(crate) issued: Arc<Issued>,
}

impl Following {
    pub(crate) fn new(session: Arc<dyn Session>) -> Self {
        Following { issued: session.current(), session }
    }

    /// The session with the token that it has now, if that is another one.
    pub(crate) fn renewed(&self) -> Option<Self> {
        let issued = self.session.current();
        (!Arc::ptr_eq(&issued, &self.issued)).then(|| Following { session: Arc::clone(&self.session), issued })
    }
}
