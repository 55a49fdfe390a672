//! The boundary: a panic becomes an error here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::error::NativeError;

/// Runs a call. Nothing of ours that a panic leaves half-changed is ever seen later: the core's state is behind atomic swaps.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, NativeError>) -> Result<T, NativeError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(NativeError::bug()))
}

/// [`guarded`] for a call that is awaited.
pub(crate) async fn guarded_async<T>(call: impl Future<Output = netbird_tokens::Result<T>>) -> Result<T, NativeError> {
    let mut call = pin!(call);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(poll) => poll.map_err(NativeError::from),
        Err(_) => Poll::Ready(Err(NativeError::bug())),
    })
    .await
}

/// What the packages' tests pass as a user id to see that a panic arrives as an error. Only builds with debug assertions react
/// to it, so nothing that is shipped does.
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
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let failed = guarded::<()>(|| panic!("deliberate, in a test"));
        assert_eq!(failed, Err(NativeError::bug()));

        let call = pin!(guarded_async::<()>(async { panic!("deliberate, in a test") }));
        assert_eq!(call.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(NativeError::bug())));
    }
}
