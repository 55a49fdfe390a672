//! The builder, which collects the options of a client or of a login, and makes the client.

use std::ffi::c_void;

use netbird_tokens::{ClientOptions, Error, Result};

use crate::client::nbt_client;
use crate::error::nbt_error;
use crate::log::{Log, nbt_free_callback, nbt_log_callback};
use crate::result::nbt_result;
use crate::{arguments, boundary, guard};

/// Builds a client, or gives a login its options. What is not set keeps its default. A setter that is given something unusable says so, and so does
/// `nbt_client_builder_build`: it is enough to check there.
pub struct nbt_client_builder {
    // None once they were used.
    options: Option<ClientOptions>,
    // The first thing that a setter refused.
    mistake: Option<Error>,
}

/// Applies a setter's value, or keeps what is wrong with it for the build to report.
pub(crate) fn set<V>(
    builder: Option<&mut nbt_client_builder>,
    value: impl FnOnce() -> Result<V>,
    apply: impl FnOnce(ClientOptions, V) -> ClientOptions,
) -> nbt_result {
    boundary::coded(|| {
        let builder = arguments::handle(builder, "builder")?;
        let options = builder.options.take().ok_or_else(already_used)?;
        match value() {
            Ok(value) => {
                builder.options = Some(apply(options, value));
                Ok(())
            }
            Err(mistake) => {
                builder.options = Some(options);
                builder.mistake.get_or_insert_with(|| mistake.clone());
                Err(mistake)
            }
        }
    })
}

/// Uses the options up, or says what a setter refused.
pub(crate) fn take(builder: Option<&mut nbt_client_builder>) -> Result<ClientOptions> {
    let builder = arguments::handle(builder, "builder")?;
    if let Some(mistake) = &builder.mistake {
        return Err(mistake.clone());
    }
    builder.options.take().ok_or_else(already_used)
}

fn already_used() -> Error {
    Error::invalid_argument("this builder was already used, for a client or a login: make another builder")
}

/// Makes a builder with every option at its default.
///
/// @return the builder; NULL only in case of a bug in the library
/// @par Memory
/// Free it with `nbt_client_builder_free`, also after building.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_new() -> Option<Box<nbt_client_builder>> {
    guard::infallible(None, || {
        Some(Box::new(nbt_client_builder { options: Some(ClientOptions::default()), mistake: None }))
    })
}

/// Sets a function that is called for every request, retry and reconciliation, on the thread that makes the call: several threads
/// that use one client call it at the same time. What becomes of an interrupted create is reported on a background thread of the
/// library. Default: none.
///
/// @param builder must not be NULL
/// @param callback the function; NULL for none
/// @param user_data is passed to the function as it is; may be NULL
/// @param free_user_data is called once with `user_data`, on any thread, when nothing can call `callback` any more: the builder,
/// the client and all its handles are freed and its interrupted creates finished, or another callback was set; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used, and then `free_user_data` is called at once
/// @par Memory
/// `user_data` must stay valid until `free_user_data` is called. Without `free_user_data`, call `nbt_client_close` and free all
/// handles of the client before you free it.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_log(
    builder: Option<&mut nbt_client_builder>,
    callback: nbt_log_callback,
    user_data: *mut c_void,
    free_user_data: nbt_free_callback,
) -> nbt_result {
    let log = Log::new(callback, user_data, free_user_data);
    set(builder, || Ok(log), |options, log| options.observer(move |event| log.write(event)))
}

/// Makes the client. Nothing is sent yet, and no thread is started. The options are used up: a second client needs another
/// builder.
///
/// @param builder must not be NULL
/// @param[out] out receives the client, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; what a setter refused before; `NBT_CONFIGURATION` if there is no credential, or if a variable, a proxy or the
/// CA cannot be used; `NBT_INVALID_CREDENTIAL`; `NBT_INVALID_ARGUMENT` for an option that cannot be meant
/// @par Memory
/// Free the client with `nbt_client_free`, the error with `nbt_error_free`, and the builder too.
/// @par Threads
/// One at a time for each builder.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_build(
    builder: Option<&mut nbt_client_builder>,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe { boundary::giving(out, error, || Ok(nbt_client::new(take(builder)?.build()?))) }
}

/// Frees a builder. Clients that were built with it can still be used.
///
/// @param builder may be NULL; then nothing happens
/// @par Memory
/// The builder is gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_free(builder: Option<Box<nbt_client_builder>>) {
    guard::infallible((), || drop(builder));
}
