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
