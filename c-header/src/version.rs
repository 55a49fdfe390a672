//! Which version of the library is loaded.

use std::ffi::c_char;

const NUMBER: u32 = (number(env!("CARGO_PKG_VERSION_MAJOR")) << 16)
    | (number(env!("CARGO_PKG_VERSION_MINOR")) << 8)
    | number(env!("CARGO_PKG_VERSION_PATCH"));

const fn number(digits: &str) -> u32 {
    let mut value = 0;
    let mut at = 0;
    while at < digits.len() {
        value = value * 10 + (digits.as_bytes()[at] - b'0') as u32;
        at += 1;
    }
    assert!(value < 256, "each part of the version has eight bits");
    value
}

/// The version of the library that is loaded, as a text.
///
/// Parameters: none.
/// Returns: the version, as `0.1.0`. Never NULL.
/// Memory: the text is static and never freed.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_version() -> *const c_char {
    crate::boundary::infallible(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The version of the library that is loaded, as a number to compare with `NBT_VERSION_NUMBER`, the version of the header.
///
/// Parameters: none.
/// Returns: major * 65536 + minor * 256 + patch.
/// Memory: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_version_number() -> u32 {
    crate::boundary::infallible(0, || NUMBER)
}
