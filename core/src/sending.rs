//! Whether a create may have left, and whether one may still be sent.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

/// Nothing of it has left.
const IDLE: u8 = 0;
/// It may have left, and what the server did is not known yet.
const BEGUN: u8 = 1;
/// The caller went away: nothing new is sent.
const ABANDONED: u8 = 2;

/// The state of one create, shared by the request's body, which knows when it is written, and the caller, who may go away.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    state: AtomicU8,
    /// The name that is sent, with its tag.
    name: Mutex<Option<String>>,
}

impl Sending {
    /// Notes that the body is about to be written. False if it must not be, because the caller went away.
    pub(crate) fn begin(&self) -> bool {
        self.state.compare_exchange(IDLE, BEGUN, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Notes that the server certainly did nothing with what was sent, so that it may be sent again.
    pub(crate) fn nothing_happened(&self) {
        // Once abandoned it stays so.
        let _ = self.state.compare_exchange(BEGUN, IDLE, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether anything may have left.
    pub(crate) fn has_begun(&self) -> bool {
        self.state.load(Ordering::Acquire) != IDLE
    }

    /// Notes the name that is sent.
    pub(crate) fn set_name(&self, name: &str) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.to_owned());
    }

    /// The name that was sent last.
    pub(crate) fn name(&self) -> Option<String> {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the caller went away, and says whether anything may have left.
    pub(crate) fn abandon(&self) -> bool {
        self.state.swap(ABANDONED, Ordering::AcqRel) == BEGUN
    }

    /// Whether the caller went away.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.state.load(Ordering::Acquire) == ABANDONED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_withdrawn_is_never_written() {
        let sending = Sending::default();
        assert!(!sending.abandon(), "nothing has left");
        assert!(!sending.begin());
    }

    #[test]
    fn what_may_have_left_is_seen_to_its_end() {
        let sending = Sending::default();
        assert!(sending.begin() && sending.has_begun());
        assert!(sending.abandon());
        sending.nothing_happened();
        assert!(sending.is_abandoned() && !sending.begin());
    }

    #[test]
    fn a_refused_create_may_be_sent_again() {
        let sending = Sending::default();
        assert!(sending.begin());
        sending.nothing_happened();
        assert!(!sending.has_begun() && sending.begin());
    }
}
