//! The settings of a client to be.

use std::ffi::{c_char, c_void};
use std::time::Duration;

use netbird_tokens::{ClientBuilder, OnUnknown};

use crate::client::nbt_client;
use crate::credential::nbt_credential;
use crate::error::{Failure, nbt_error};
use crate::log::{Log, nbt_free_callback, nbt_log_callback};
use crate::result::nbt_result;
use crate::{boundary, out, text};

/// The settings of a client to be. What is not set has its default. A setter that is given something unusable says so, and so
/// does `nbt_client_builder_build`: it is enough to look there.
pub struct nbt_client_builder {
    // None once a client was built of them.
    settings: Option<ClientBuilder>,
    // The first thing that a setter refused.
    mistake: Option<Failure>,
}

/// What to do about a create whose answer was lost.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_on_unknown {
    /// Fail with `NBT_OUTCOME_UNKNOWN` and the ids of the tokens that it may have created.
    NBT_ON_UNKNOWN_REPORT = 0,
    /// Revoke those tokens and create anew. Fails with `NBT_OUTCOME_UNKNOWN` all the same when that cannot be done.
    NBT_ON_UNKNOWN_REVOKE_AND_RETRY = 1,
}

/// Applies a setter's value, or keeps what is wrong with it for the build to tell.
fn set<V>(
    builder: Option<&mut nbt_client_builder>,
    value: impl FnOnce() -> Result<V, Failure>,
    apply: impl FnOnce(ClientBuilder, V) -> ClientBuilder,
) -> nbt_result {
    boundary::coded(|| {
        let builder = out::handle(builder, "builder")?;
        let Some(settings) = builder.settings.take() else { return Err(already_used()) };
        match value() {
            Ok(value) => {
                builder.settings = Some(apply(settings, value));
                Ok(())
            }
            Err(failure) => {
                builder.settings = Some(settings);
                builder.mistake.get_or_insert_with(|| failure.again());
                Err(failure)
            }
        }
    })
}

fn already_used() -> Failure {
    nbt_error::invalid_argument("a client was already built with this builder: make another one")
}

/// A builder with every setting at its default.
///
/// Parameters: none.
/// Returns: the builder. NULL only if the library is broken.
/// Memory: free it with `nbt_client_builder_free`, also after building.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_new() -> Option<Box<nbt_client_builder>> {
    boundary::infallible(None, || {
        Some(Box::new(nbt_client_builder { settings: Some(ClientBuilder::default()), mistake: None }))
    })
}

/// Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` only to this
/// machine, unless `nbt_client_builder_set_allow_insecure_http`.
///
/// Parameters: `url` is copied.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_management_url(
    builder: Option<&mut nbt_client_builder>,
    url: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    let value = || unsafe { text::required(url, "url") };
    set(builder, value, |settings, value| settings.management_url(value))
}

/// How to authenticate.
///
/// Parameters: `credential` is copied.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL.
/// Memory: the credential stays the caller's and may be freed at once.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_credential(
    builder: Option<&mut nbt_client_builder>,
    credential: Option<&nbt_credential>,
) -> nbt_result {
    let value = || out::handle(credential, "credential").map(|credential| credential.0.clone());
    set(builder, value, |settings, value| settings.credential(value))
}

/// Takes what is not set explicitly from the environment: the credential from `NB_PAT`, then `NETBIRD_API_TOKEN`,
/// `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree are an error that
/// names both. The environment is read by `nbt_client_builder_build`.
///
/// Parameters: `builder` is what to set it for.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_from_env(builder: Option<&mut nbt_client_builder>) -> nbt_result {
    set(builder, || Ok(()), |settings, ()| settings.from_env())
}

/// How long making a connection may take. Default: 10 s.
///
/// Parameters: `milliseconds` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_connect_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), |settings, value| settings.connect_timeout(value))
}

/// How long the server may be silent. Default: 30 s.
///
/// Parameters: `milliseconds` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_read_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), |settings, value| settings.read_timeout(value))
}

/// How long a whole call may take, retries and waits included. Default: 60 s.
///
/// Parameters: `milliseconds` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), |settings, value| settings.timeout(value))
}

/// How often a request is sent again at the most. Default: 2.
///
/// Parameters: `retries` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_max_retries(
    builder: Option<&mut nbt_client_builder>,
    retries: u32,
) -> nbt_result {
    set(builder, || Ok(retries), |settings, value| settings.max_retries(value))
}

/// The longest first wait between two attempts; it doubles from one to the next, and each wait is a random share of it.
/// Default: 0.5 s.
///
/// Parameters: `milliseconds` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_retry_base_delay_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), |settings, value| settings.retry_base_delay(value))
}

/// What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s.
///
/// Parameters: `milliseconds` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_retry_max_delay_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), |settings, value| settings.retry_max_delay(value))
}

/// The largest body that is read, in bytes. Default: 64 MiB.
///
/// Parameters: `bytes` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_max_response_bytes(
    builder: Option<&mut nbt_client_builder>,
    bytes: usize,
) -> nbt_result {
    set(builder, || Ok(bytes), |settings, value| settings.max_response_bytes(value))
}

/// Allows `http://` to other machines, which sends the credential in clear text. Default: false.
///
/// Parameters: `allow` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_allow_insecure_http(
    builder: Option<&mut nbt_client_builder>,
    allow: bool,
) -> nbt_result {
    set(builder, || Ok(allow), |settings, value| settings.allow_insecure_http(value))
}

/// Trusts these certificates (PEM, one or more) besides the platform's.
///
/// Parameters: `pem` is copied.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_ca_pem(
    builder: Option<&mut nbt_client_builder>,
    pem: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    let value = || unsafe { text::bytes(pem, "pem") };
    set(builder, value, |settings, value| settings.ca_pem(value))
}

/// Sends everything through this proxy (`http://host:port`), whatever the environment says.
///
/// Parameters: `url` is copied.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_proxy(
    builder: Option<&mut nbt_client_builder>,
    url: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    let value = || unsafe { text::required(url, "url") };
    set(builder, value, |settings, value| settings.proxy(value))
}

/// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count. Default: true.
///
/// Parameters: `from_env` is the new value.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_proxy_from_env(
    builder: Option<&mut nbt_client_builder>,
    from_env: bool,
) -> nbt_result {
    set(builder, || Ok(from_env), |settings, value| settings.proxy_from_env(value))
}

/// Names the program, as `backup/1.2`, before the library in the `User-Agent`.
///
/// Parameters: `program` is copied.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_user_agent(
    builder: Option<&mut nbt_client_builder>,
    program: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    let value = || unsafe { text::required(program, "program") };
    set(builder, value, |settings, value| settings.user_agent(value))
}

/// What to do about a create whose answer was lost. Default: `NBT_ON_UNKNOWN_REPORT`.
///
/// Parameters: `on_unknown` is one of `nbt_on_unknown`.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for any other number, and when `builder` is NULL.
/// Memory: nothing is handed over.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_on_unknown(
    builder: Option<&mut nbt_client_builder>,
    on_unknown: u32,
) -> nbt_result {
    // A number, not the enum: C can put anything into one, and Rust may not even look at such a value.
    let value = || match on_unknown {
        _ if on_unknown == nbt_on_unknown::NBT_ON_UNKNOWN_REPORT as u32 => Ok(OnUnknown::Report),
        _ if on_unknown == nbt_on_unknown::NBT_ON_UNKNOWN_REVOKE_AND_RETRY as u32 => Ok(OnUnknown::RevokeAndRetry),
        _ => Err(nbt_error::invalid_argument("on_unknown is none of nbt_on_unknown")),
    };
    set(builder, value, |settings, value| settings.on_unknown(value))
}

/// Has every request, retry and reconciliation told to a function, on the thread that makes the call. Several threads that use
/// one client call it at the same time. Default: nothing is told.
///
/// Parameters: `callback` is that function; NULL for none. `user_data` is handed to it as it is; may be NULL. `free_user_data` is called
/// once with `user_data`, on whichever thread, when nothing can call `callback` any more: the builder, the client and all
/// handles made of it are freed, or another callback was set; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` when `builder` is NULL or was used, and then `free_user_data` is called at once.
/// Memory: `user_data` must stay good until `free_user_data` is called.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_log(
    builder: Option<&mut nbt_client_builder>,
    callback: nbt_log_callback,
    user_data: *mut c_void,
    free_user_data: nbt_free_callback,
) -> nbt_result {
    let log = Log::new(callback, user_data, free_user_data);
    set(builder, || Ok(log), |settings, log| settings.observer(move |event| log.write(event)))
}

/// Makes the client. Nothing is sent yet, and no thread is started. The settings are used up: a second client needs another
/// builder.
///
/// Parameters: `out` is where the client is put. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; what a setter refused before; `NBT_CONFIGURATION` when there is no credential, the environment disagrees with
/// itself or the CA is unreadable; `NBT_INVALID_CREDENTIAL`; `NBT_INVALID_ARGUMENT`.
/// Memory: free the client with `nbt_client_free` and the error with `nbt_error_free`; on failure the client is NULL. The builder stays
/// to be freed by the caller.
/// Threads: one at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_build(
    builder: Option<&mut nbt_client_builder>,
    out: *mut *mut nbt_client,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            out::required(out, "out")?;
            let builder = out::handle(builder, "builder")?;
            if let Some(mistake) = &builder.mistake {
                return Err(mistake.again());
            }
            let settings = builder.settings.take().ok_or_else(already_used)?;
            out::put(out, nbt_client::new(settings.build()?));
            Ok(())
        })
    }
}

/// Frees a builder. Clients that were built with it go on.
///
/// Parameters: `builder` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the builder is gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_free(builder: Option<Box<nbt_client_builder>>) {
    boundary::infallible((), || drop(builder));
}
