//! What a client does, as it does it, reported to a C function.

use std::ffi::{c_char, c_void};

use netbird_tokens::Event;

use crate::text::c_string;

/// How much a message matters.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_log_level {
    /// A request was sent, with this result; or an interrupted create is finished and its token revoked.
    NBT_LOG_DEBUG = 1,
    /// Something out of the ordinary: a retry, a search for what a lost create made, or an interrupted create whose token could
    /// not be revoked.
    NBT_LOG_WARNING = 2,
}

/// Is called for every request, retry and reconciliation, on the thread that makes the call, and for what becomes of an
/// interrupted create, on a background thread of the library. That thread blocks all signals and may still call while the process
/// exits. The message is UTF-8 without a line end, holds no secret, and is gone when the function returns. The function must not
/// throw, `longjmp`, free the client or make calls with it.
pub type nbt_log_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: nbt_log_level, message: *const c_char)>;

/// Is called when `user_data` will not be used again.
pub type nbt_free_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A callback and what it is called with, until nobody can call it any more.
pub(crate) struct Log {
    callback: nbt_log_callback,
    user_data: *mut c_void,
    free_user_data: nbt_free_callback,
}

// SAFETY: the header demands that both functions may be called from any thread, and from several at once.
unsafe impl Send for Log {}
// SAFETY: as above.
unsafe impl Sync for Log {}

impl Log {
    pub(crate) fn new(callback: nbt_log_callback, user_data: *mut c_void, free_user_data: nbt_free_callback) -> Self {
        Log { callback, user_data, free_user_data }
    }

    pub(crate) fn write(&self, event: &Event<'_>) {
        let Some(callback) = self.callback else { return };
        let level = if event.is_warning() { nbt_log_level::NBT_LOG_WARNING } else { nbt_log_level::NBT_LOG_DEBUG };
        let message = c_string(&event.to_string());
        // SAFETY: the caller promised that the function can be called with this until `free_user_data` is called.
        unsafe { callback(self.user_data, level, message.as_ptr()) };
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(free) = self.free_user_data {
            // SAFETY: as above; nothing calls either function afterwards.
            unsafe { free(self.user_data) };
        }
    }
}
