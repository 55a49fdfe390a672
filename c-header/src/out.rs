//! Results on their way to C: handles, which C then owns, and plain values.

use crate::error::{Failure, nbt_error};

/// Hands a handle over to C, if it gave a place to put it.
///
/// # Safety
/// `place` is NULL or can be written through. What it held is not read.
pub(crate) unsafe fn put<T>(place: *mut *mut T, value: Box<T>) {
    if !place.is_null() {
        // SAFETY: as promised by the caller.
        unsafe { place.write(Box::into_raw(value)) };
    }
}

/// Puts NULL there, if C gave a place.
///
/// # Safety
/// As for [`put`].
pub(crate) unsafe fn clear<T>(place: *mut *mut T) {
    if !place.is_null() {
        // SAFETY: as promised by the caller.
        unsafe { place.write(std::ptr::null_mut()) };
    }
}

/// Puts a plain value there, if C gave a place.
///
/// # Safety
/// As for [`put`].
pub(crate) unsafe fn put_value<T: Copy>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: as promised by the caller.
        unsafe { place.write(value) };
    }
}

/// A place for a result that must be given: a result that cannot be handed over would be lost.
pub(crate) fn required<T>(place: *mut T, name: &str) -> Result<(), Failure> {
    if place.is_null() {
        return Err(nbt_error::invalid_argument(&format!(
            "{name} is NULL: give the address of a variable for the result"
        )));
    }
    Ok(())
}

/// A handle that must be given.
pub(crate) fn handle<T>(handle: Option<T>, name: &str) -> Result<T, Failure> {
    handle.ok_or_else(|| nbt_error::invalid_argument(&format!("{name} is NULL")))
}
