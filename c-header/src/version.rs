//! Which version of the library is loaded.

use std::ffi::c_char;

use crate::guard;

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
/// @return the version, for example `0.1.0`; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_version() -> *const c_char {
    guard::infallible(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The version of the library that is loaded, as a number to compare with `NBT_VERSION_NUMBER`, the header's version.
///
/// @return major * 65536 + minor * 256 + patch
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_version_number() -> u32 {
    guard::infallible(0, || NUMBER)
}
