//! What C passes in: texts, handles and places for results, checked before anything else happens.

use std::ffi::{CStr, c_char};

use netbird_tokens::{Error, Result};

/// A handle that must be given.
pub(crate) fn handle<T>(handle: Option<T>, name: &str) -> Result<T> {
    handle.ok_or_else(|| is_null(name))
}

/// A place for a result that must be given.
pub(crate) fn place<T>(place: *mut T, name: &str) -> Result<()> {
    if place.is_null() {
        return Err(Error::invalid_argument(format!("{name} is NULL: pass the address of a variable for the result")));
    }
    Ok(())
}

/// A text that must be given.
///
/// # Safety
/// `text` is NULL or points to bytes that end with a NUL and stay unchanged for the lifetime `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { bytes(text, name) }?;
    std::str::from_utf8(bytes).map_err(|_| Error::invalid_argument(format!("{name} is not valid UTF-8")))
}

/// A text that may be NULL.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn optional_text<'a>(given: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: as promised by the caller.
    unsafe { text(given, name) }.map(Some)
}

/// A text that must be given, in any encoding.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn bytes<'a>(text: *const c_char, name: &str) -> Result<&'a [u8]> {
    if text.is_null() {
        return Err(is_null(name));
    }
    // SAFETY: as promised by the caller.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}

fn is_null(name: &str) -> Error {
    Error::invalid_argument(format!("{name} is NULL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_text_is_refused_by_name() {
        for (given, expected) in [(std::ptr::null(), "name is NULL"), (c"\xff".as_ptr(), "name is not valid UTF-8")] {
            assert_eq!(unsafe { text(given, "name") }.unwrap_err().message(), expected);
        }
        assert_eq!(unsafe { optional_text(std::ptr::null(), "name") }.unwrap(), None);
    }
}
