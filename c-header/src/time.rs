//! Instants on their way to C: whole seconds since 1970 and the nanoseconds after them.

use std::time::Duration;

use netbird_tokens::Timestamp;

use crate::out;

/// Writes an instant to C's variables, zeros if there is none, and says whether there is one.
///
/// # Safety
/// Each pointer is NULL or can be written through.
pub(crate) unsafe fn put(time: Option<Timestamp>, seconds: *mut i64, nanoseconds: *mut u32) -> bool {
    // SAFETY: as promised by the caller.
    unsafe {
        out::put_value(seconds, time.map_or(0, Timestamp::unix_seconds));
        out::put_value(nanoseconds, time.map_or(0, Timestamp::subsec_nanoseconds));
    }
    time.is_some()
}

/// A length of time as C reads it.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}
