//! The options of an audit.

use std::time::Duration;

use netbird_tokens::AuditOptions;

use crate::result::nbt_result;
use crate::{arguments, boundary, guard};

/// The options of an audit. What is not set keeps its default.
pub struct nbt_audit_options(pub(crate) AuditOptions);

/// Applies a setter's value. Whether it can be used is checked when the audit begins.
fn set(options: Option<&mut nbt_audit_options>, apply: impl FnOnce(AuditOptions) -> AuditOptions) -> nbt_result {
    boundary::coded(|| {
        let options = arguments::handle(options, "options")?;
        options.0 = apply(options.0.clone());
        Ok(())
    })
}

/// Makes options with every one at its default.
///
/// @return the options; NULL only in case of a bug in the library
/// @par Memory
/// Free them with `nbt_audit_options_free`.
/// @par Threads
/// Any.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_new() -> Option<Box<nbt_audit_options>> {
    guard::infallible(None, || Some(Box::new(nbt_audit_options(AuditOptions::default()))))
}

/// Sets the time within which a token that expires is `NBT_TOKEN_STATE_EXPIRING`. Default: 30 days.
///
/// @param options must not be NULL
/// @param milliseconds at most 100 years
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_set_expiring_within_ms(
    options: Option<&mut nbt_audit_options>,
    milliseconds: u64,
) -> nbt_result {
    set(options, |options| options.expiring_within(Duration::from_millis(milliseconds)))
}

/// Sets the time after which a token that was not used is `NBT_TOKEN_STATE_UNUSED`. Default: 90 days.
///
/// @param options must not be NULL
/// @param milliseconds at most 100 years
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_set_unused_for_ms(
    options: Option<&mut nbt_audit_options>,
    milliseconds: u64,
) -> nbt_result {
    set(options, |options| options.unused_for(Duration::from_millis(milliseconds)))
}

/// Sets the maximum number of requests at a time. Default: 8.
///
/// @param options must not be NULL
/// @param requests 1 to 64
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_set_concurrency(
    options: Option<&mut nbt_audit_options>,
    requests: usize,
) -> nbt_result {
    set(options, |options| options.concurrency(requests))
}

/// Sets how long the whole audit may take. What is not finished by then is counted as not reached. Default: no limit; each request
/// has the client's timeout.
///
/// @param options must not be NULL
/// @param milliseconds more than 0, at most 100 years
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// One at a time for each options handle.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_set_time_limit_ms(
    options: Option<&mut nbt_audit_options>,
    milliseconds: u64,
) -> nbt_result {
    set(options, |options| options.time_limit(Duration::from_millis(milliseconds)))
}

/// Frees options. Audits that were begun with them go on.
///
/// @param options may be NULL; then nothing happens
/// @par Memory
/// The options are gone afterwards.
/// @par Threads
/// Any, once no other thread uses them.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_options_free(options: Option<Box<nbt_audit_options>>) {
    guard::infallible((), || drop(options));
}
