//! Texts on their way to C, with a NUL at their end.

use std::borrow::Cow;
use std::ffi::{CString, c_char};

use serde::Serializer;

/// A text as C reads it. A NUL within, which would cut it short, is replaced by U+FFFD.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(without_nul(text).into_owned()).expect("every NUL was just replaced")
}

/// For values that are written as JSON.
pub(crate) fn serialize<S: Serializer>(text: &CString, serializer: S) -> Result<S::Ok, S::Error> {
    // Every one was made from a text.
    serializer.serialize_str(text.to_str().unwrap_or_default())
}

/// The address of a text that may be absent.
pub(crate) fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Several texts as C reads them, in one allocation: a list of tokens has four for each token.
#[derive(Clone)]
pub(crate) struct Texts<const N: usize> {
    bytes: Box<[u8]>,
    starts: [usize; N],
}

impl<const N: usize> Texts<N> {
    pub(crate) fn new(texts: [&str; N]) -> Self {
        let mut bytes = Vec::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
        let starts = texts.map(|text| {
            let start = bytes.len();
            bytes.extend_from_slice(without_nul(text).as_bytes());
            bytes.push(0);
            start
        });
        Texts { bytes: bytes.into_boxed_slice(), starts }
    }

    /// The address of one of them, valid for as long as `self` is.
    pub(crate) fn pointer(&self, which: usize) -> *const c_char {
        self.bytes[self.starts[which]..].as_ptr().cast()
    }
}

fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in_except_for_nul() {
        let texts = Texts::new(["", "ä", "a\0b"]);
        let read = |which| unsafe { CStr::from_ptr(texts.pointer(which)) }.to_str().unwrap();
        assert_eq!([read(0), read(1), read(2)], ["", "ä", "a\u{fffd}b"]);
        assert_eq!(c_string("a\0b").to_str().unwrap(), "a\u{fffd}b");
    }
}
