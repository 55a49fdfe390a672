//! The options of a client: one setter for each.

use std::ffi::c_char;
use std::time::Duration;

use netbird_tokens::{ClientOptions, Error, OnUnknown};

use crate::arguments;
use crate::client_builder::{nbt_client_builder, set};
use crate::credential::nbt_credential;
use crate::result::nbt_result;

/// What to do about a create whose answer was lost.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum nbt_on_unknown {
    /// Fail with `NBT_OUTCOME_UNKNOWN`, which says what to look for.
    NBT_ON_UNKNOWN_REPORT = 0,
    /// Find the token by its tagged name, revoke it and create another one. Needs `NBT_CREATE_TAG`, because without a tag nothing
    /// proves which token the call made. Fails with `NBT_OUTCOME_UNKNOWN` if the token is not found.
    NBT_ON_UNKNOWN_REVOKE_AND_RETRY = 1,
}

/// Sets where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` is accepted for
/// this machine only, unless `nbt_client_builder_set_allow_insecure_http`.
///
/// @param builder must not be NULL
/// @param management_url is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_management_url(
    builder: Option<&mut nbt_client_builder>,
    management_url: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    set(builder, || unsafe { arguments::text(management_url, "management_url") }, ClientOptions::management_url)
}

/// Sets how to authenticate.
///
/// @param builder must not be NULL
/// @param credential is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// The credential stays the caller's and may be freed at once.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_credential(
    builder: Option<&mut nbt_client_builder>,
    credential: Option<&nbt_credential>,
) -> nbt_result {
    let value = || arguments::handle(credential, "credential").map(|credential| credential.0.clone());
    set(builder, value, ClientOptions::credential)
}

/// Sets the path of a file that holds the credential, in place of `nbt_client_builder_set_credential`. The file is followed: when
/// the server refuses the credential and the file holds another one by then, the client goes on with that one, and the call is
/// repeated once. Only a regular file can be used; symbolic links to one are followed.
///
/// @param builder must not be NULL
/// @param token_file is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_token_file(
    builder: Option<&mut nbt_client_builder>,
    token_file: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    set(builder, || unsafe { arguments::text(token_file, "token_file") }, ClientOptions::token_file)
}

/// Takes what is not set explicitly from the environment: the credential from `NB_PAT`, then `NETBIRD_API_TOKEN`,
/// `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree are an error that
/// names both. The environment is read by `nbt_client_builder_build`.
///
/// @param builder must not be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_from_env(builder: Option<&mut nbt_client_builder>) -> nbt_result {
    set(builder, || Ok(()), |options, ()| options.from_env())
}

/// Sets how long making a connection may take. Default: 10 s.
///
/// @param builder must not be NULL
/// @param milliseconds more than 0, at most a day
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_connect_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), ClientOptions::connect_timeout)
}

/// Sets how long the server may be silent. Default: 30 s.
///
/// @param builder must not be NULL
/// @param milliseconds more than 0, at most a day
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_read_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), ClientOptions::read_timeout)
}

/// Sets how long a whole call may take, retries and waits included. Default: 60 s.
///
/// @param builder must not be NULL
/// @param milliseconds more than 0, at most a day
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_timeout_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), ClientOptions::timeout)
}

/// Sets the maximum number of retries of one request. Default: 2.
///
/// @param builder must not be NULL
/// @param retries the number; 0 for none
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_max_retries(
    builder: Option<&mut nbt_client_builder>,
    retries: u32,
) -> nbt_result {
    set(builder, || Ok(retries), ClientOptions::max_retries)
}

/// Sets the base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts here and doubles.
/// Default: 0.5 s.
///
/// @param builder must not be NULL
/// @param milliseconds at most a day
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_retry_base_delay_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), ClientOptions::retry_base_delay)
}

/// Sets the maximum backoff, unless the server asks for more. Default: 8 s.
///
/// @param builder must not be NULL
/// @param milliseconds at most a day
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_retry_max_delay_ms(
    builder: Option<&mut nbt_client_builder>,
    milliseconds: u64,
) -> nbt_result {
    set(builder, || Ok(Duration::from_millis(milliseconds)), ClientOptions::retry_max_delay)
}

/// Sets the largest body that is read. Default: 64 MiB.
///
/// @param builder must not be NULL
/// @param bytes the size; more than 0
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_max_response_bytes(
    builder: Option<&mut nbt_client_builder>,
    bytes: usize,
) -> nbt_result {
    set(builder, || Ok(bytes), ClientOptions::max_response_bytes)
}

/// Allows `http://` to other machines and `http://` through a proxy. Both send the credential in clear text. Default: false.
///
/// @param builder must not be NULL
/// @param allow whether to allow it
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_allow_insecure_http(
    builder: Option<&mut nbt_client_builder>,
    allow: bool,
) -> nbt_result {
    set(builder, || Ok(allow), ClientOptions::allow_insecure_http)
}

/// Trusts these certificates (PEM, one or more) in addition to the platform's.
///
/// @param builder must not be NULL
/// @param ca_pem the certificates themselves, not the name of a file; is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_ca_pem(
    builder: Option<&mut nbt_client_builder>,
    ca_pem: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    set(builder, || unsafe { arguments::bytes(ca_pem, "ca_pem") }, ClientOptions::ca_pem)
}

/// Sends everything through this proxy (`http://host:port`), whatever the environment says.
///
/// @param builder must not be NULL
/// @param proxy is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_proxy(
    builder: Option<&mut nbt_client_builder>,
    proxy: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    set(builder, || unsafe { arguments::text(proxy, "proxy") }, ClientOptions::proxy)
}

/// Sets whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply. Default: true.
///
/// @param builder must not be NULL
/// @param from_env whether they apply
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_proxy_from_env(
    builder: Option<&mut nbt_client_builder>,
    from_env: bool,
) -> nbt_result {
    set(builder, || Ok(from_env), ClientOptions::proxy_from_env)
}

/// Sets a prefix for the `User-Agent`, for example `backup/1.2`.
///
/// @param builder must not be NULL
/// @param user_agent is copied
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for what is not UTF-8
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_builder_set_user_agent(
    builder: Option<&mut nbt_client_builder>,
    user_agent: *const c_char,
) -> nbt_result {
    // SAFETY: C gives a text with a NUL at its end, or NULL.
    set(builder, || unsafe { arguments::text(user_agent, "user_agent") }, ClientOptions::user_agent)
}

/// Sets what to do about a create whose answer was lost. Default: `NBT_ON_UNKNOWN_REPORT`.
///
/// @param builder must not be NULL
/// @param on_unknown one of `nbt_on_unknown`
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for any other number, and if `builder` is NULL or was used
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each builder.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_client_builder_set_on_unknown(
    builder: Option<&mut nbt_client_builder>,
    on_unknown: u32,
) -> nbt_result {
    // A number, not the enum: C can put anything into one, and Rust may not even read such a value.
    let value = || match on_unknown {
        _ if on_unknown == nbt_on_unknown::NBT_ON_UNKNOWN_REPORT as u32 => Ok(OnUnknown::Report),
        _ if on_unknown == nbt_on_unknown::NBT_ON_UNKNOWN_REVOKE_AND_RETRY as u32 => Ok(OnUnknown::RevokeAndRetry),
        _ => Err(Error::invalid_argument("on_unknown is not one of nbt_on_unknown")),
    };
    set(builder, value, ClientOptions::on_unknown)
}
