//! Texts: C's coming in, ours going out with a NUL at their end.

use std::ffi::{CStr, CString, c_char};

use crate::error::{Failure, nbt_error};

/// A text that must be given.
///
/// # Safety
/// `text` is NULL or points to bytes that end with a NUL and stay as they are for the lifetime `'a`.
pub(crate) unsafe fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { bytes(text, name) }?;
    std::str::from_utf8(bytes).map_err(|_| nbt_error::invalid_argument(&format!("{name} is not valid UTF-8")))
}

/// A text that may be NULL.
///
/// # Safety
/// As for [`required`].
pub(crate) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as promised by the caller.
    unsafe { required(text, name) }.map(Some)
}

/// A text that must be given, in whatever encoding.
///
/// # Safety
/// As for [`required`].
pub(crate) unsafe fn bytes<'a>(text: *const c_char, name: &str) -> Result<&'a [u8], Failure> {
    if text.is_null() {
        return Err(nbt_error::invalid_argument(&format!("{name} is NULL")));
    }
    // SAFETY: as promised by the caller.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A text as C reads it. A NUL within, which would cut it short, is replaced by U+FFFD.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text)
        .unwrap_or_else(|_| CString::new(text.replace('\0', "\u{fffd}")).expect("every NUL was just replaced"))
}

/// The address of a text that may be absent.
pub(crate) fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Some texts as C reads them, in one piece of memory: a list of tokens has four for each.
pub(crate) struct Texts<const N: usize> {
    bytes: Box<[u8]>,
    starts: [usize; N],
}

impl<const N: usize> Texts<N> {
    pub(crate) fn new(texts: [&str; N]) -> Self {
        let mut bytes = Vec::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
        let starts = texts.map(|text| {
            let start = bytes.len();
            bytes.extend_from_slice(c_string_or_same(text).as_ref());
            bytes.push(0);
            start
        });
        Texts { bytes: bytes.into_boxed_slice(), starts }
    }

    /// The address of one of them, good for as long as `self` is.
    pub(crate) fn pointer(&self, which: usize) -> *const c_char {
        self.bytes[self.starts[which]..].as_ptr().cast()
    }
}

impl<const N: usize> Clone for Texts<N> {
    fn clone(&self) -> Self {
        Texts { bytes: self.bytes.clone(), starts: self.starts }
    }
}

fn c_string_or_same(text: &str) -> std::borrow::Cow<'_, [u8]> {
    if text.as_bytes().contains(&0) {
        text.replace('\0', "\u{fffd}").into_bytes().into()
    } else {
        text.as_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in_but_for_nul() {
        let texts = Texts::new(["", "ä", "a\0b"]);
        let read = |which| unsafe { CStr::from_ptr(texts.pointer(which)) }.to_str().unwrap();
        assert_eq!([read(0), read(1), read(2)], ["", "ä", "a\u{fffd}b"]);
        assert_eq!(c_string("a\0b").to_str().unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn what_is_no_text_is_refused_by_name() {
        for (text, expected) in [(std::ptr::null(), "name is NULL"), (c"\xff".as_ptr(), "name is not valid UTF-8")] {
            assert_eq!(unsafe { required(text, "name") }.unwrap_err().message(), expected);
        }
        assert_eq!(unsafe { optional(std::ptr::null(), "name") }.unwrap(), None);
    }
}
