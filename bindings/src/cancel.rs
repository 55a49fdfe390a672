//! Cancelling a call that is being awaited, for languages that do not drop what is cancelled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use netbird_tokens::CancelToken;

use crate::error::NativeError;
use crate::guard::guarded;

/// Ends the calls that it was passed to. Kotlin does not need it for coroutines, where a cancelled call is dropped; Swift does,
/// where a cancelled task goes on waiting.
#[derive(uniffi::Object, Default)]
pub struct NativeCancel {
    /// For calls that block.
    pub(crate) token: CancelToken,
    waiting: Mutex<Waiting>,
}

/// The calls that are being awaited.
#[derive(Default)]
struct Waiting {
    next: u64,
    wakers: BTreeMap<u64, Waker>,
}

#[uniffi::export]
impl NativeCancel {
    /// One that is not cancelled.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(Arc::default()))
    }

    /// Ends the calls with `cancelled`, those that begin later too. Does not wait for them.
    pub fn cancel(&self) -> Result<(), NativeError> {
        guarded(|| {
            self.token.cancel();
            // Woken without the lock, since waking may run the call's next step on this thread.
            let wakers = std::mem::take(&mut self.waiting().wakers);
            wakers.into_values().for_each(Waker::wake);
            Ok(())
        })
    }
}

impl NativeCancel {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One awaited call's place among those to be woken.
pub(crate) struct Registration {
    cancel: Arc<NativeCancel>,
    id: u64,
}

impl Registration {
    pub(crate) fn new(cancel: Arc<NativeCancel>) -> Self {
        let mut waiting = cancel.waiting();
        let id = waiting.next;
        waiting.next += 1;
        drop(waiting);
        Registration { cancel, id }
    }

    /// Whether it was cancelled; if not, `waker` is woken once it is.
    pub(crate) fn is_cancelled(&self, waker: &Waker) -> bool {
        // The flag is read under the lock that a cancel takes after setting it: either it is seen here or the waker there.
        let mut waiting = self.cancel.waiting();
        if self.cancel.token.is_cancelled() {
            return true;
        }
        waiting.wakers.entry(self.id).and_modify(|old| old.clone_from(waker)).or_insert_with(|| waker.clone());
        false
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.cancel.waiting().wakers.remove(&self.id);
    }
}
