//! Logging in: the call that begins it, and the login that waits for a person's approval.

use std::ffi::{CString, c_char};
use std::ptr;

use netbird_tokens::{DeviceLogin, start_login};

use crate::cancel::nbt_cancel;
use crate::client_builder::{self, nbt_client_builder};
use crate::error::nbt_error;
use crate::login_options::nbt_login_options;
use crate::login_session::nbt_login_session;
use crate::result::nbt_result;
use crate::text::{c_string, pointer};
use crate::{arguments, boundary, guard, out, time};

/// A login that waits for a person's approval. Letting go of it leaves a code that expires unused. The server is asked no more
/// often if several threads, or a forked child, ask about the same login.
pub struct nbt_device_login {
    login: DeviceLogin,
    verification_uri: CString,
    verification_uri_complete: Option<CString>,
    user_code: CString,
}

impl nbt_device_login {
    fn new(login: DeviceLogin) -> Box<Self> {
        Box::new(nbt_device_login {
            verification_uri: c_string(login.verification_uri()),
            verification_uri_complete: login.verification_uri_complete().map(c_string),
            user_code: c_string(login.user_code()),
            login,
        })
    }
}

/// Begins to log a person in by the OAuth2 device flow (RFC 8628). Show the person the address and the code of the login, and then
/// call `nbt_device_login_wait`.
///
/// Asks the identity provider for its document and for a code, within the builder's timeout. A server with the embedded identity
/// provider needs no options.
///
/// @param builder has the management URL (from the environment after `nbt_client_builder_from_env`; no credential is read from
/// there), and the options about time limits, retries, TLS, proxies and the log, which also apply to the session that comes of it.
/// Its options are used up. A credential, a token file and `on_unknown` do not apply and are refused. Must not be NULL
/// @param options NULL for the defaults
/// @param[out] out receives the login, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for an option that cannot be meant or does not apply; `NBT_UNEXPECTED_RESPONSE` where the
/// identity provider's document is missing, names endpoints on another host or in clear text, or offers no device flow;
/// `NBT_REJECTED` when the provider refuses the client, the scope or the audience; `NBT_CONFIGURATION`; or any other result code
/// @par Memory
/// Free the login with `nbt_device_login_free`, the error with `nbt_error_free`, and the builder and the options too.
/// @par Threads
/// One at a time for each builder.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_start_login(
    builder: Option<&mut nbt_client_builder>,
    options: Option<&nbt_login_options>,
    out: *mut *mut nbt_device_login,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let login = nbt_login_options::read(options)?;
            Ok(nbt_device_login::new(start_login(client_builder::take(builder)?, login)?))
        })
    }
}

/// The page that the person opens, in any browser, on any machine. It is safe to print and to open.
///
/// @param login may be NULL
/// @return the address; NULL for NULL
/// @par Memory
/// The text belongs to the login and is valid until `nbt_device_login_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_device_login_verification_uri(login: Option<&nbt_device_login>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(login.map(|login| &login.verification_uri)))
}

/// The same page with the code filled in, for a link or a QR code.
///
/// @param login may be NULL
/// @return the address; NULL if the identity provider gives none, and for NULL
/// @par Memory
/// The text belongs to the login and is valid until `nbt_device_login_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_device_login_verification_uri_complete(login: Option<&nbt_device_login>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(login.and_then(|login| login.verification_uri_complete.as_ref())))
}

/// The code that the person types on the page, or compares: at most 64 printable ASCII characters. Whoever enters it logs this
/// program in as themselves.
///
/// @param login may be NULL
/// @return the code; NULL for NULL
/// @par Memory
/// The text belongs to the login and is valid until `nbt_device_login_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_device_login_user_code(login: Option<&nbt_device_login>) -> *const c_char {
    guard::infallible(ptr::null(), || pointer(login.map(|login| &login.user_code)))
}

/// Until when the person can approve, by this machine's clock.
///
/// @param login may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, 0 for NULL; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return true; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one login may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_device_login_expires_at(
    login: Option<&nbt_device_login>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(login.map(|login| login.login.expires_at()), seconds, nanoseconds) }
    })
}

/// How often the server may be asked, in milliseconds: 5000, unless it said otherwise. It grows when the server asks for that.
///
/// @param login may be NULL
/// @return the time between two polls; 0 for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one login may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_device_login_interval_ms(login: Option<&nbt_device_login>) -> u64 {
    guard::infallible(0, || login.map_or(0, |login| time::milliseconds(login.login.interval())))
}

/// Asks the server whether the person has decided, if the interval has passed since the last time, the first time at once; otherwise
/// nothing is sent. For programs with a loop of their own.
///
/// An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.
///
/// @param login must not be NULL
/// @param[out] out receives the session; NULL while nothing was decided, and on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, also while nothing was decided; `NBT_FORBIDDEN` when the login was denied; `NBT_TIMEOUT` when nobody approved it in
/// time; `NBT_REJECTED` when the identity provider refuses it for another reason; `NBT_UNEXPECTED_RESPONSE` for an answer that cannot
/// be used; `NBT_CANCELLED`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the session with `nbt_login_session_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_device_login_poll(
    login: Option<&nbt_device_login>,
    out: *mut *mut nbt_login_session,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            arguments::place(out, "out")?;
            if let Some(session) = arguments::handle(login, "login")?.login.poll()? {
                out::put(out, nbt_login_session::new(session));
            }
            Ok(())
        })
    }
}

/// Polls until the person has decided or the code has expired, whatever the timeout of the builder, which limits each request. If it
/// is cancelled, the login can be waited for again, and a session that came at that moment is not lost.
///
/// @param login must not be NULL
/// @param[out] out receives the session, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return as of `nbt_device_login_poll`
/// @par Memory
/// Free the session with `nbt_login_session_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_device_login_wait(
    login: Option<&nbt_device_login>,
    out: *mut *mut nbt_login_session,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || Ok(nbt_login_session::new(arguments::handle(login, "login")?.login.wait()?)))
    }
}

/// Makes another handle of the same login, whose polls and waits end with `NBT_CANCELLED` once `cancel` is cancelled.
///
/// @param login must not be NULL
/// @param cancel may be used for any number of logins and clients
/// @param[out] out receives the handle, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the handle with `nbt_device_login_free`; it, `login` and `cancel` have lives of their own. Free the error with
/// `nbt_error_free`.
/// @par Threads
/// Any; one login may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_device_login_with_cancel(
    login: Option<&nbt_device_login>,
    cancel: Option<&nbt_cancel>,
    out: *mut *mut nbt_device_login,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let login = arguments::handle(login, "login")?;
            Ok(nbt_device_login::new(login.login.with_cancel(&arguments::handle(cancel, "cancel")?.0)))
        })
    }
}

/// Frees a handle of a login.
///
/// @param login may be NULL; then nothing happens
/// @par Memory
/// The handle and its texts are gone afterwards. Sessions that it gave stay.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_device_login_free(login: Option<Box<nbt_device_login>>) {
    guard::infallible((), || drop(login));
}
