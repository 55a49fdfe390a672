//! Cancelling a call, for languages that do not drop what they cancel.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use netbird_tokens::{CancelToken, Error, Operation, RotationStep};

use crate::error::NativeError;
use crate::guard::{guarded, guarded_async};

/// Ends the calls that it was passed to. Kotlin does not need it for coroutines, where a cancelled call is dropped. Swift does,
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
struct Registration {
    cancel: Arc<NativeCancel>,
    id: u64,
}

impl Registration {
    fn new(cancel: Arc<NativeCancel>) -> Self {
        let mut waiting = cancel.waiting();
        let id = waiting.next;
        waiting.next += 1;
        drop(waiting);
        Registration { cancel, id }
    }

    /// Whether it was cancelled; if not, `waker` is woken once it is.
    fn is_cancelled(&self, waker: &Waker) -> bool {
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

/// Awaits a call. Once `cancel` is cancelled the call is dropped, which interrupts it. A result that is ready by then is
/// delivered all the same.
pub(crate) async fn awaited<T>(
    operation: Operation,
    cancel: Arc<NativeCancel>,
    call: impl Future<Output = netbird_tokens::Result<T>> + Send,
) -> Result<T, NativeError> {
    boxed(&|| operation.interrupted(), cancel, Box::pin(call)).await
}

/// [`awaited`] for a step of a rotation.
pub(crate) async fn awaited_step(
    step: RotationStep,
    cancel: Arc<NativeCancel>,
    call: impl Future<Output = netbird_tokens::Result<()>> + Send,
) -> Result<(), NativeError> {
    boxed(&|| step.interrupted(), cancel, Box::pin(call)).await
}

/// [`awaited`] for what changes nothing that an interruption could leave behind.
pub(crate) async fn awaited_freely<T>(
    cancel: Arc<NativeCancel>,
    call: impl Future<Output = netbird_tokens::Result<T>> + Send,
) -> Result<T, NativeError> {
    awaited(Operation::CurrentUser, cancel, call).await
}

/// In a box, so that the library has this code once for each type of result and not for each call.
async fn boxed<T>(
    interrupted: &(dyn Fn() -> Error + Sync),
    cancel: Arc<NativeCancel>,
    call: Pin<Box<dyn Future<Output = netbird_tokens::Result<T>> + Send + '_>>,
) -> Result<T, NativeError> {
    if cancel.token.is_cancelled() {
        return Err(interrupted().into());
    }
    let registration = Registration::new(cancel);
    let mut call = pin!(guarded_async(call));
    std::future::poll_fn(|context| {
        let cancelled = registration.is_cancelled(context.waker());
        match call.as_mut().poll(context) {
            Poll::Pending if cancelled => Poll::Ready(Err(interrupted().into())),
            poll => poll,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Wake};

    use super::*;
    use crate::error::NativeErrorKind;

    const OPERATION: Operation = Operation::DeleteToken;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    struct Dropped<'a>(&'a AtomicBool);

    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn poll_once<T>(call: impl Future<Output = Result<T, NativeError>>) -> Poll<Result<T, NativeError>> {
        pin!(call).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn kind<T>(poll: Poll<Result<T, NativeError>>) -> NativeErrorKind {
        let Poll::Ready(Err(NativeError::Failed { failure })) = poll else { panic!("it has failed") };
        failure.kind
    }

    #[test]
    fn a_cancel_wakes_the_call_and_drops_it() {
        let (cancel, woken, dropped) =
            (NativeCancel::new().unwrap(), Arc::new(Woken::default()), AtomicBool::new(false));
        let request = Dropped(&dropped);
        let call = async move {
            let _request = request;
            pending::<netbird_tokens::Result<u8>>().await
        };
        let mut call = Box::pin(awaited(OPERATION, Arc::clone(&cancel), call));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        assert!(call.as_mut().poll(&mut context).is_pending());
        assert!(!woken.0.load(Ordering::SeqCst));
        cancel.cancel().unwrap();
        assert!(woken.0.load(Ordering::SeqCst));
        let ended = call.as_mut().poll(&mut context);
        assert_eq!(ended, Poll::Ready(Err(OPERATION.interrupted().into())));
        drop(call);
        assert!(dropped.load(Ordering::SeqCst));
    }

    #[test]
    fn a_result_that_is_ready_when_the_cancel_comes_is_delivered() {
        let cancel = NativeCancel::new().unwrap();
        let during = Arc::clone(&cancel);
        let call = async move {
            during.cancel().unwrap();
            Ok(7)
        };
        assert_eq!(poll_once(awaited(OPERATION, cancel, call)), Poll::Ready(Ok(7)));
    }

    #[test]
    fn a_call_that_was_cancelled_before_does_not_begin() {
        let (cancel, begun) = (NativeCancel::new().unwrap(), AtomicBool::new(false));
        cancel.cancel().unwrap();
        let call = async {
            begun.store(true, Ordering::SeqCst);
            Ok(7)
        };
        assert_eq!(kind(poll_once(awaited(OPERATION, cancel, call))), NativeErrorKind::Cancelled);
        assert!(!begun.load(Ordering::SeqCst));
    }

    #[test]
    fn a_call_ends_with_its_result() {
        let call = awaited(OPERATION, NativeCancel::new().unwrap(), ready(Ok(8)));
        assert_eq!(poll_once(call), Poll::Ready(Ok(8)));
    }
}
