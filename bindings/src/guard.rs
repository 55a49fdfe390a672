//! The border: a panic becomes an error here, and a cancelled call ends here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use crate::cancel::{NativeCancel, Registration};
use crate::error::NativeError;

/// Runs a call that blocks.
///
/// Nothing of ours is left half-changed by a panic that anybody sees later: the core's state is behind atomic swaps.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, NativeError>) -> Result<T, NativeError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(NativeError::panicked()))
}

/// Awaits a call. Once `cancel` is cancelled the call is dropped, which ends its request, and `cancelled` says what that means.
pub(crate) async fn awaited<T>(
    cancel: Arc<NativeCancel>,
    cancelled: impl FnOnce() -> netbird_tokens::Result<T>,
    call: impl Future<Output = netbird_tokens::Result<T>>,
) -> Result<T, NativeError> {
    let registration = Registration::new(cancel);
    let mut call = pin!(call);
    let mut cancelled = Some(cancelled);
    std::future::poll_fn(|context| {
        if registration.is_cancelled(context.waker())
            && let Some(cancelled) = cancelled.take()
        {
            return Poll::Ready(guarded(|| Ok(cancelled()?)));
        }
        match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
            Ok(poll) => poll.map_err(NativeError::from),
            Err(_) => Poll::Ready(Err(NativeError::panicked())),
        }
    })
    .await
}

/// What the packages' tests pass as a user id to see that a panic arrives as an error. Only builds with debug assertions obey
/// it, so it is in nothing that is shipped.
#[cfg(debug_assertions)]
const PANIC_ON: &str = "panic, for a test";

/// Panics where a test asked for it.
pub(crate) fn test_hook(user_id: Option<&str>) {
    #[cfg(debug_assertions)]
    assert!(user_id != Some(PANIC_ON), "deliberate, for a test");
    #[cfg(not(debug_assertions))]
    let _ = user_id;
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::*;
    use crate::error::NativeErrorKind;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn kind(error: NativeError) -> NativeErrorKind {
        let NativeError::Failed { failure } = error;
        failure.kind
    }

    #[test]
    fn a_cancel_wakes_the_call_and_drops_it() {
        struct Dropped<'a>(&'a AtomicBool);
        impl Drop for Dropped<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }

        let (cancel, woken, dropped) =
            (NativeCancel::new().unwrap(), Arc::new(Woken::default()), AtomicBool::new(false));
        let request = Dropped(&dropped);
        let call = async move {
            let _request = request;
            pending::<netbird_tokens::Result<u8>>().await
        };
        {
            let mut call = pin!(awaited(Arc::clone(&cancel), || Ok(7), call));
            let waker = Waker::from(Arc::clone(&woken));
            let mut context = Context::from_waker(&waker);
            assert!(call.as_mut().poll(&mut context).is_pending());
            assert!(!woken.0.load(Ordering::SeqCst));
            cancel.cancel().unwrap();
            assert!(woken.0.load(Ordering::SeqCst));
            assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(7)));
            assert!(dropped.load(Ordering::SeqCst));
        }
        let mut later = pin!(awaited(cancel, || Ok(7), ready(Ok(8))));
        assert_eq!(
            later.as_mut().poll(&mut Context::from_waker(Waker::noop())),
            Poll::Ready(Ok(7)),
            "it stays cancelled"
        );
    }

    #[test]
    fn a_panic_is_an_error_either_way() {
        let blocking = guarded::<()>(|| panic!("deliberate, in a test"));
        assert_eq!(kind(blocking.unwrap_err()), NativeErrorKind::Internal);

        let call = async { panic!("deliberate, in a test") };
        let mut call = pin!(awaited::<()>(NativeCancel::new().unwrap(), || Ok(()), call));
        let Poll::Ready(Err(error)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it is over");
        };
        assert_eq!(kind(error), NativeErrorKind::Internal);
    }

    #[test]
    fn an_awaited_call_ends_with_its_result() {
        let mut call = pin!(awaited(NativeCancel::new().unwrap(), || Ok(7), ready(Ok(8))));
        assert_eq!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(8)));
    }
}
