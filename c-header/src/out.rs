//! Results on their way to C: handles, which C then owns, and plain values.

/// Hands a handle over to C, if there is a place for it.
///
/// # Safety
/// `place` is NULL or can be written through. What it held is not read.
pub(crate) unsafe fn put<T>(place: *mut *mut T, value: Box<T>) {
    if !place.is_null() {
        // SAFETY: as promised by the caller.
        unsafe { place.write(Box::into_raw(value)) };
    }
}

/// Writes NULL, if there is a place for it.
///
/// # Safety
/// As for [`put`].
pub(crate) unsafe fn clear<T>(place: *mut *mut T) {
    // SAFETY: as promised by the caller.
    unsafe { put_value(place, std::ptr::null_mut()) };
}

/// Writes a plain value, if there is a place for it.
///
/// # Safety
/// As for [`put`].
pub(crate) unsafe fn put_value<T: Copy>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: as promised by the caller.
        unsafe { place.write(value) };
    }
}
