//! Results as JSON, in the form that the core gives them.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::OnceLock;

use serde::Serialize;

use crate::guard;

/// The JSON of a handle, made when it is first asked for and kept as long as the handle.
#[derive(Clone, Debug, Default)]
pub(crate) struct Json(OnceLock<CString>);

impl Json {
    fn text(&self, value: &impl Serialize) -> *const c_char {
        // JSON has no NUL: one within a text is written as \\u0000.
        let write = || {
            let written = serde_json::to_string(value).expect("texts and numbers always serialise");
            CString::new(written).expect("JSON has no NUL")
        };
        self.0.get_or_init(write).as_ptr()
    }
}

/// The JSON of a handle; NULL for NULL.
pub(crate) fn of<T: Serialize>(handle: Option<&T>, json: impl FnOnce(&T) -> &Json) -> *const c_char {
    guard::infallible(ptr::null(), || handle.map_or(ptr::null(), |handle| json(handle).text(handle)))
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[derive(Serialize)]
    struct Handle {
        text: String,
        #[serde(skip)]
        json: Json,
    }

    #[test]
    fn it_is_made_once_and_has_no_nul() {
        let handle = Handle { text: "a\0\"ä".to_owned(), json: Json::default() };
        let text = of(Some(&handle), |handle| &handle.json);
        assert_eq!(unsafe { CStr::from_ptr(text) }.to_str().unwrap(), r#"{"text":"a\u0000\"ä"}"#);
        assert_eq!(of(Some(&handle), |handle| &handle.json), text);
        assert!(of(None::<&Handle>, |handle| &handle.json).is_null());
    }
}
