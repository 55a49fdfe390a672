//! What every handle of a client shares.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::credential::token_file::TokenFile;
use crate::event::Observer;
use crate::identity::Identity;
use crate::options::OnUnknown;
use crate::retry::RetryPolicy;
use crate::server_clock::ServerClock;
use crate::transport::Transport;
use crate::unfinished::Unfinished;

/// What every handle of a client shares.
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) transport: Transport,
    pub(crate) identity: ArcSwap<Identity>,
    /// The file that is followed.
    pub(crate) token_file: Option<TokenFile>,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) observer: Box<Observer>,
    pub(crate) server_clock: ServerClock,
    /// The interrupted creates of this client that are being finished in the background.
    pub(crate) unfinished: Arc<Unfinished>,
}

impl Shared {
    /// Who a call that begins now is from.
    pub(crate) fn identity_now(&self) -> Arc<Identity> {
        self.renewed(self.identity.load_full())
    }

    /// The same identity with the token that its session has now, if it has one; the client goes on with that. A session whose
    /// token is close to its expiry begins to refresh it.
    pub(crate) fn renewed(&self, identity: Arc<Identity>) -> Arc<Identity> {
        let Some(following) = &identity.session else { return identity };
        Arc::clone(&following.session).keep_fresh();
        match identity.renewed().map(Arc::new) {
            Some(renewed) => {
                // Unless the caller has set another credential meanwhile.
                self.identity.compare_and_swap(&identity, Arc::clone(&renewed));
                renewed
            }
            None => identity,
        }
    }
}
