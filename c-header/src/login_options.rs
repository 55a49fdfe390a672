//! The options of a login.

use std::ffi::c_char;

use netbird_tokens::{Error, LoginOptions, Result};

use crate::cancel::nbt_cancel;
use crate::result::nbt_result;
use crate::{arguments, boundary, guard};

/// The options of a login. What is not set keeps its default, which fits a self-hosted server with the embedded identity provider.
/// A setter that is given something unusable says so, and so does `nbt_start_login`: it is enough to check there.
pub struct nbt_login_options {
    options: LoginOptions,
    // The first thing that a setter refused.
    mistake: Option<Error>,
}

impl nbt_login_options {
    /// What a login is begun with.
    pub(crate) fn read(given: Option<&Self>) -> Result<LoginOptions> {
        let Some(given) = given else { return Ok(LoginOptions::default()) };
        given.mistake.clone().map_or_else(|| Ok(given.options.clone()), Err)
    }
}

/// Applies a text. Whether it can be used is checked when the login begins.
///
/// # Safety
/// `text` is NULL or ends with a NUL.
unsafe fn set(
    options: Option<&mut nbt_login_options>,
    text: *const c_char,
    name: &str,
    apply: fn(LoginOptions, String) -> LoginOptions,
) -> nbt_result {
    boundary::coded(|| {
        let options = arguments::handle(options, "options")?;
        // SAFETY: as promised by the caller.
        match unsafe { arguments::text(text, name) } {
            Ok(text) => {
                options.options = apply(options.options.clone(), text.to_owned());
                Ok(())
            }
            Err(mistake) => {
                options.mistake.get_or_insert_with(|| mistake.clone());
                Err(mistake)
            }
        }
    })
}

/// Makes options with every one at its default.
///
/// @return the options; NULL only in case of a bug in the library
/// @par Memory
/// Free them with `nbt_login_options_free`.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_options_new() -> Option<Box<nbt_login_options>> {
    guard::infallible(None, || Some(Box::new(nbt_login_options { options: LoginOptions::default(), mistake: None })))
}

/// Sets the identity provider: the URL below which its `/.well-known/openid-configuration` is. Default: the management URL and
/// `/oauth2`, where the embedded one is.
///
/// @param options must not be NULL
/// @param issuer is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_options_set_issuer(
    options: Option<&mut nbt_login_options>,
    issuer: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    unsafe { set(options, issuer, "issuer", LoginOptions::issuer) }
}

/// Sets the client that the identity provider knows this program as: a public one that may use the device flow. Default:
/// `netbird-cli`, which the embedded one has.
///
/// @param options must not be NULL
/// @param client_id is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_options_set_client_id(
    options: Option<&mut nbt_login_options>,
    client_id: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    unsafe { set(options, client_id, "client_id", LoginOptions::client_id) }
}

/// Sets the audience to ask for, where the identity provider needs one. Default: none is sent.
///
/// @param options must not be NULL
/// @param audience is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_options_set_audience(
    options: Option<&mut nbt_login_options>,
    audience: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    unsafe { set(options, audience, "audience", LoginOptions::audience) }
}

/// Sets what to ask for, separated by spaces. Without `openid` the login fails; without `offline_access` the session cannot be
/// refreshed. Default: `openid profile email offline_access`.
///
/// @param options must not be NULL
/// @param scope is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_options_set_scope(
    options: Option<&mut nbt_login_options>,
    scope: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    unsafe { set(options, scope, "scope", LoginOptions::scope) }
}

/// Sets one host besides the issuer's on which the identity provider may have endpoints. Default: none.
///
/// @param options must not be NULL
/// @param endpoint_host is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_login_options_set_endpoint_host(
    options: Option<&mut nbt_login_options>,
    endpoint_host: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    unsafe { set(options, endpoint_host, "endpoint_host", LoginOptions::endpoint_host) }
}

/// Sets what ends `nbt_start_login`, and the polls and waits of the login. Default: none.
///
/// @param options must not be NULL
/// @param cancel may be used for any number of logins and clients, and be freed at once
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// The cancel handle stays the caller's.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_options_set_cancel(
    options: Option<&mut nbt_login_options>,
    cancel: Option<&nbt_cancel>,
) -> nbt_result {
    boundary::coded(|| {
        let options = arguments::handle(options, "options")?;
        options.options = options.options.clone().with_cancel(&arguments::handle(cancel, "cancel")?.0);
        Ok(())
    })
}

/// Frees options. Logins that were begun with them go on.
///
/// @param options may be NULL; then nothing happens
/// @par Memory
/// The options are gone afterwards.
/// @par Threads
/// Any, once no other thread uses them.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_login_options_free(options: Option<Box<nbt_login_options>>) {
    guard::infallible((), || drop(options));
}
