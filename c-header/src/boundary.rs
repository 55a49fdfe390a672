//! The body of every function that can fail runs here: its error, or its panic, becomes a result code and an error handle.

use netbird_tokens::{Error, Result};

use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::{arguments, guard, out};

/// Runs the body of a function that can fail. Its error is put where `error` points, if anywhere; NULL on success.
///
/// # Safety
/// `error` is NULL or can be written through.
pub(crate) unsafe fn fallible(error: *mut *mut nbt_error, body: impl FnOnce() -> Result<()>) -> nbt_result {
    // SAFETY: as promised by the caller.
    unsafe { out::clear(error) };
    match caught(body) {
        Ok(()) => nbt_result::NBT_OK,
        Err(failure) => {
            let result = failure.kind().into();
            // SAFETY: as promised by the caller.
            unsafe { out::put(error, nbt_error::new(failure)) };
            result
        }
    }
}

/// As [`fallible`], for functions that hand a new handle over to C. A missing place for it is refused before the body runs,
/// because a result that cannot be handed over would be lost.
///
/// # Safety
/// `place` and `error` are NULL or can be written through.
pub(crate) unsafe fn giving<T>(
    place: *mut *mut T,
    error: *mut *mut nbt_error,
    body: impl FnOnce() -> Result<Box<T>>,
) -> nbt_result {
    // SAFETY: as promised by the caller.
    unsafe {
        fallible(error, || {
            out::clear(place);
            arguments::place(place, "out")?;
            out::put(place, body()?);
            Ok(())
        })
    }
}

/// As [`fallible`], for functions that return nothing but the result code.
pub(crate) fn coded(body: impl FnOnce() -> Result<()>) -> nbt_result {
    caught(body).map_or_else(|failure| failure.kind().into(), |()| nbt_result::NBT_OK)
}

/// The panic's own text is dropped: it could quote anything.
fn caught(body: impl FnOnce() -> Result<()>) -> Result<()> {
    guard::infallible(None, || Some(body())).unwrap_or_else(|| Err(Error::bug()))
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
        assert_eq!(nbt_error::kind(&error), nbt_result::NBT_INTERNAL);
        assert!(!format!("{error:?}").contains("nbp_secret"));
        assert_eq!(coded(|| panic!("deliberate, in a test")), nbt_result::NBT_INTERNAL);
    }

    #[test]
    fn success_overwrites_what_the_error_variable_held() {
        let mut error = ptr::dangling_mut();
        assert_eq!(unsafe { fallible(&raw mut error, || Ok(())) }, nbt_result::NBT_OK);
        assert!(error.is_null());
        let refused = unsafe { fallible(ptr::null_mut(), || Err(Error::invalid_argument("bad"))) };
        assert_eq!(refused, nbt_result::NBT_INVALID_ARGUMENT);
    }

    #[test]
    fn a_missing_place_is_refused_before_the_body_runs() {
        let body = || -> Result<Box<u8>> { panic!("it ran") };
        let result = unsafe { giving(ptr::null_mut(), ptr::null_mut(), body) };
        assert_eq!(result, nbt_result::NBT_INVALID_ARGUMENT);
    }
}
