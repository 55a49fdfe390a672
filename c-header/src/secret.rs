//! A text that must not be seen: the plain token of a PAT.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::Secret;
use zeroize::Zeroizing;

use crate::error::{Failure, nbt_error};
use crate::{boundary, out, text};

/// A secret text. It has no conversion but `nbt_secret_expose`, is compared in constant time, and is wiped from memory when
/// it is freed.
pub struct nbt_secret {
    secret: Secret,
    // With a NUL at its end, for those who print it all the same.
    exposed: Zeroizing<Box<[u8]>>,
}

impl nbt_secret {
    pub(crate) fn new(secret: Secret) -> Box<Self> {
        let plain = secret.expose().as_bytes();
        let mut exposed = Zeroizing::new(vec![0; plain.len() + 1].into_boxed_slice());
        exposed[..plain.len()].copy_from_slice(plain);
        Box::new(nbt_secret { secret, exposed })
    }
}

/// Makes a secret of a text, to compare it or to keep it where it is wiped.
///
/// Parameters: `text` is copied. `out` is where the handle is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `text` or `out` is NULL or the text is not UTF-8.
/// Memory: free the handle with `nbt_secret_free` and the error with `nbt_error_free`; on failure the handle is NULL. The
/// memory of `text` is the caller's to wipe.
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_secret_new(
    text: *const c_char,
    out: *mut *mut nbt_secret,
    error: *mut *mut nbt_error,
) -> crate::result::nbt_result {
    let body = || -> Result<(), Failure> {
        // SAFETY: C gives places that can be written, and a text with a NUL at its end; or NULL.
        unsafe {
            out::clear(out);
            out::required(out, "out")?;
            let text = text::required(text, "text")?;
            out::put(out, nbt_secret::new(Secret::new(text)));
        }
        Ok(())
    };
    // SAFETY: C gives a place that can be written, or NULL.
    unsafe { boundary::fallible(error, body) }
}

/// The plain text. What is copied from here is the caller's to guard.
///
/// Parameters: `secret` may be NULL. `length` is where the number of bytes is put, the NUL at the end not counted; may be NULL.
/// Returns: the text; NULL for NULL.
/// Memory: the text is the secret's, good until `nbt_secret_free`, which wipes it.
/// Threads: any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_secret_expose(secret: Option<&nbt_secret>, length: *mut usize) -> *const c_char {
    boundary::infallible(ptr::null(), || {
        let exposed = secret.map(|secret| &secret.exposed);
        // SAFETY: C gives a place that can be written, or NULL.
        unsafe { out::put_value(length, exposed.map_or(0, |exposed| exposed.len() - 1)) };
        exposed.map_or(ptr::null(), |exposed| exposed.as_ptr().cast())
    })
}

/// What may be printed in place of the secret.
///
/// Parameters: `secret` may be NULL.
/// Returns: `nbp_****` for a PAT, `****` for anything else and for NULL. Never NULL.
/// Memory: the text is static and never freed.
/// Threads: any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_masked(secret: Option<&nbt_secret>) -> *const c_char {
    boundary::infallible(c"****".as_ptr(), || match secret {
        Some(secret) if secret.secret.to_string() == "nbp_****" => c"nbp_****".as_ptr(),
        _ => c"****".as_ptr(),
    })
}

/// Whether two secrets are the same text, in a time that tells nothing about it but its length.
///
/// Parameters: `secret` and `other` may be NULL.
/// Returns: whether they are equal; false when either is NULL.
/// Memory: nothing is handed over.
/// Threads: any; one secret may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_equals(secret: Option<&nbt_secret>, other: Option<&nbt_secret>) -> bool {
    boundary::infallible(false, || match (secret, other) {
        (Some(one), Some(other)) => one.secret == other.secret,
        _ => false,
    })
}

/// Wipes a secret and frees it.
///
/// Parameters: `secret` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the secret and its text are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_secret_free(secret: Option<Box<nbt_secret>>) {
    boundary::infallible((), || drop(secret));
}
