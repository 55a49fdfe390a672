//! Where Rust ends: no panic goes further, and a failure becomes a result code and an error handle.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Failure, nbt_error};
use crate::out;
use crate::result::nbt_result;

/// Runs the body of a function that can fail, and puts its error where `error` points, if anywhere. What was there is
/// overwritten, by NULL when all is well.
///
/// # Safety
/// `error` is NULL or can be written through.
pub(crate) unsafe fn fallible(error: *mut *mut nbt_error, body: impl FnOnce() -> Result<(), Failure>) -> nbt_result {
    // SAFETY: as promised by the caller.
    unsafe { out::clear(error) };
    match caught(body) {
        Ok(()) => nbt_result::NBT_OK,
        Err(failure) => {
            let result = failure.result();
            // SAFETY: as promised by the caller.
            unsafe { out::put(error, failure) };
            result
        }
    }
}

/// As [`fallible`], for functions that say no more than the result code.
pub(crate) fn coded(body: impl FnOnce() -> Result<(), Failure>) -> nbt_result {
    caught(body).map_or_else(|failure| failure.result(), |()| nbt_result::NBT_OK)
}

/// Runs the body of a function that cannot fail; a panic, which would be a bug, gives `otherwise`.
pub(crate) fn infallible<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    // What is broken by a panic half way stays behind this border only if it is reachable from C, and every handle is
    // changed in one assignment.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

fn caught(body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    // The panic's text stays here: it could quote anything.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(nbt_error::internal()))
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error_without_its_text() {
        let mut error = ptr::null_mut();
        let result = unsafe { fallible(&raw mut error, || panic!("quotes {}", "nbp_secret")) };
        assert_eq!(result, nbt_result::NBT_INTERNAL);
        let error = unsafe { Box::from_raw(error) };
        assert_eq!(error.result(), nbt_result::NBT_INTERNAL);
        assert!(!format!("{error:?}").contains("nbp_secret"));
        assert_eq!(coded(|| panic!("on purpose")), nbt_result::NBT_INTERNAL);
        assert_eq!(infallible(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn success_overwrites_what_the_error_variable_held() {
        let mut error = ptr::dangling_mut();
        assert_eq!(unsafe { fallible(&raw mut error, || Ok(())) }, nbt_result::NBT_OK);
        assert!(error.is_null());
        assert_eq!(
            unsafe { fallible(ptr::null_mut(), || Err(nbt_error::invalid_argument("bad"))) },
            nbt_result::NBT_INVALID_ARGUMENT
        );
    }
}
