//! Ending calls from another thread.

use netbird_tokens::CancelToken;

use crate::boundary;

/// Ends the calls of every client handle that `nbt_client_with_cancel` made with it. Once cancelled it stays so.
pub struct nbt_cancel(pub(crate) CancelToken);

/// A cancel handle that is not cancelled.
///
/// Parameters: none.
/// Returns: the handle. NULL only if the library is broken.
/// Memory: free it with `nbt_cancel_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_new() -> Option<Box<nbt_cancel>> {
    boundary::infallible(None, || Some(Box::new(nbt_cancel(CancelToken::new()))))
}

/// Ends the calls, those under way within 50 ms and later ones at once, with `NBT_CANCELLED`. Does not wait for them.
///
/// Parameters: `cancel` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: nothing is handed over.
/// Threads: any, and signal handlers: it takes no lock and allocates nothing.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_cancel(cancel: Option<&nbt_cancel>) {
    boundary::infallible((), || {
        if let Some(cancel) = cancel {
            cancel.0.cancel();
        }
    });
}

/// Whether `nbt_cancel_cancel` was called.
///
/// Parameters: `cancel` may be NULL.
/// Returns: whether it was; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any, and signal handlers.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_is_cancelled(cancel: Option<&nbt_cancel>) -> bool {
    boundary::infallible(false, || cancel.is_some_and(|cancel| cancel.0.is_cancelled()))
}

/// Frees a cancel handle. Clients that were made with it go on.
///
/// Parameters: `cancel` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the handle is gone afterwards.
/// Threads: any, once no other uses it; not from a signal handler.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_free(cancel: Option<Box<nbt_cancel>>) {
    boundary::infallible((), || drop(cancel));
}
