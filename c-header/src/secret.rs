//! A text that must not be seen: the plain token of a PAT.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::Secret;
use zeroize::Zeroizing;

use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::{arguments, boundary, guard, out};

/// A secret text. It is readable only through `nbt_secret_expose`, is compared in constant time, and is wiped from memory when it
/// is freed.
pub struct nbt_secret {
    secret: Secret,
    // With a NUL at its end.
    exposed: Zeroizing<Box<[u8]>>,
}

impl nbt_secret {
    pub(crate) fn new(secret: Secret) -> Box<Self> {
        let plain = secret.expose().as_bytes();
        let mut exposed = Zeroizing::new(vec![0; plain.len() + 1].into_boxed_slice());
        exposed[..plain.len()].copy_from_slice(plain);
        Box::new(nbt_secret { secret, exposed })
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Makes a secret from a text, to compare it or to keep it where it is wiped.
///
/// @param text is copied
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `text` or `out` is NULL or the text is not UTF-8
/// @par Memory
/// Free the handle with `nbt_secret_free` and the error with `nbt_error_free`. Wiping `text` is up to the caller.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_secret_new(
    text: *const c_char,
    out: *mut *mut nbt_secret,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, and places that can be written; or NULL.
    unsafe { boundary::giving(out, error, || Ok(nbt_secret::new(Secret::new(arguments::text(text, "text")?)))) }
}

/// The plain text. Guarding copies of it is up to the caller.
///
/// @param secret may be NULL
/// @param[out] length receives the number of bytes, without the NUL at the end; may be NULL
/// @return the text; NULL for NULL
/// @par Memory
/// The text belongs to the secret and is valid until `nbt_secret_free`, which wipes it.
/// @par Threads
/// Any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_secret_expose(secret: Option<&nbt_secret>, length: *mut usize) -> *const c_char {
    guard::infallible(ptr::null(), || {
        let exposed = secret.map(|secret| &secret.exposed);
        // SAFETY: C gives a place that can be written, or NULL.
        unsafe { out::put_value(length, exposed.map_or(0, |exposed| exposed.len() - 1)) };
        exposed.map_or(ptr::null(), |exposed| exposed.as_ptr().cast())
    })
}

/// What may be printed in place of the secret.
///
/// @param secret may be NULL
/// @return `nbp_****` for a PAT, `****` for anything else and for NULL; never NULL
/// @par Memory
/// The text is static and never freed.
/// @par Threads
/// Any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_masked(secret: Option<&nbt_secret>) -> *const c_char {
    guard::infallible(c"****".as_ptr(), || match secret {
        Some(secret) if secret.secret.to_string() == "nbp_****" => c"nbp_****".as_ptr(),
        _ => c"****".as_ptr(),
    })
}

/// Whether two secrets are the same text. The time that it takes depends on nothing but their lengths.
///
/// @param secret may be NULL
/// @param other may be NULL
/// @return whether they are equal; false if either is NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_equals(secret: Option<&nbt_secret>, other: Option<&nbt_secret>) -> bool {
    guard::infallible(false, || match (secret, other) {
        (Some(one), Some(other)) => one.secret == other.secret,
        _ => false,
    })
}

/// Wipes a secret and frees it.
///
/// @param secret may be NULL; then nothing happens
/// @par Memory
/// The secret and its text are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_free(secret: Option<Box<nbt_secret>>) {
    guard::infallible((), || drop(secret));
}
