//! Ending calls from another thread.

use netbird_tokens::CancelToken;

use crate::guard;

/// Ends the calls of every client handle that `nbt_client_with_cancel` made with it. Once cancelled it stays cancelled.
pub struct nbt_cancel(pub(crate) CancelToken);

/// Makes a cancel handle that is not cancelled.
///
/// @return the handle; NULL only in case of a bug in the library
/// @par Memory
/// Free it with `nbt_cancel_free`.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_new() -> Option<Box<nbt_cancel>> {
    guard::infallible(None, || Some(Box::new(nbt_cancel(CancelToken::new()))))
}

/// Ends the calls with `NBT_CANCELLED`: those in progress within 50 ms, later ones at once. Does not wait for them.
///
/// @param cancel may be NULL; then nothing happens
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any, and signal handlers: it takes no lock and allocates nothing.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_cancel(cancel: Option<&nbt_cancel>) {
    guard::infallible((), || {
        if let Some(cancel) = cancel {
            cancel.0.cancel();
        }
    });
}

/// Whether `nbt_cancel_cancel` was called.
///
/// @param cancel may be NULL
/// @return whether it was; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any, and signal handlers.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_is_cancelled(cancel: Option<&nbt_cancel>) -> bool {
    guard::infallible(false, || cancel.is_some_and(|cancel| cancel.0.is_cancelled()))
}

/// Frees a cancel handle. Clients that were made with it can still be used.
///
/// @param cancel may be NULL; then nothing happens
/// @par Memory
/// The handle is gone afterwards.
/// @par Threads
/// Any, once no other thread uses it; not a signal handler.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_cancel_free(cancel: Option<Box<nbt_cancel>>) {
    guard::infallible((), || drop(cancel));
}
