//! An audit that goes on: one result per user, and the numbers in all.

use netbird_tokens::{Audit, AuditOptions, AuditSummary};

use crate::audit_options::nbt_audit_options;
use crate::client::nbt_client;
use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::user_audit::nbt_user_audit;
use crate::{arguments, boundary, guard, out};

/// An audit that goes on. It runs in the background a little ahead of who takes the results, and stops there until they are taken.
pub struct nbt_audit(Audit);

/// An audit in numbers. The only type that is not opaque.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct nbt_audit_summary {
    /// Users whose tokens are requested: the credential's own user, and every service user that it may see.
    pub users: usize,
    /// Users whose tokens were listed.
    pub audited: usize,
    /// Users whose tokens could not be listed; the result of each says why.
    pub failed: usize,
    /// Users whose result did not come before the audit ended: its time was over, or the server accepted no more requests. 0 while
    /// it goes on.
    pub not_reached: usize,
    /// Other people. The server shows a person's tokens to nobody else, so they are not requested.
    pub other_people: usize,
    /// Tokens found.
    pub tokens: usize,
    /// Tokens whose state is `NBT_TOKEN_STATE_EXPIRED`.
    pub expired: usize,
    /// Tokens whose state is `NBT_TOKEN_STATE_EXPIRING`.
    pub expiring: usize,
    /// Tokens whose state is `NBT_TOKEN_STATE_UNUSED`.
    pub unused: usize,
    /// Tokens whose state is `NBT_TOKEN_STATE_NEVER_USED`.
    pub never_used: usize,
    /// Tokens whose state is `NBT_TOKEN_STATE_HEALTHY`.
    pub healthy: usize,
    /// Whether the audit has ended and every user has a result.
    pub is_complete: bool,
}

impl From<AuditSummary> for nbt_audit_summary {
    fn from(summary: AuditSummary) -> Self {
        nbt_audit_summary {
            users: summary.users,
            audited: summary.audited,
            failed: summary.failed,
            not_reached: summary.not_reached,
            other_people: summary.other_people,
            tokens: summary.tokens,
            expired: summary.expired,
            expiring: summary.expiring,
            unused: summary.unused,
            never_used: summary.never_used,
            healthy: summary.healthy,
            is_complete: summary.is_complete,
        }
    }
}

/// Audits the tokens of all users that the credential may see: its own user and every service user. Lists the users;
/// `nbt_audit_next` then gives one result per user, as it arrives. If the server answers 429, the audit slows down and goes on as
/// fast as the server lets it.
///
/// @param client must not be NULL
/// @param options NULL for the defaults
/// @param[out] out receives the audit, NULL on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; any other result code if the users cannot be listed; `NBT_INVALID_ARGUMENT` for an option that is out of range
/// @par Memory
/// Free the audit with `nbt_audit_free` and the error with `nbt_error_free`. The options stay the caller's and may be freed at
/// once. The audit outlives the client's handle.
/// @par Threads
/// Any; one client may be used by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_client_audit_tokens(
    client: Option<&nbt_client>,
    options: Option<&nbt_audit_options>,
    out: *mut *mut nbt_audit,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::giving(out, error, || {
            let client = arguments::handle(client, "client")?;
            let options = options.map_or_else(AuditOptions::default, |options| options.0.clone());
            Ok(Box::new(nbt_audit(client.client.audit_tokens(&options)?)))
        })
    }
}

/// Waits for the next user's result.
///
/// @param audit must not be NULL
/// @param[out] out receives the result; NULL at the end of the audit, and on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`, also at the end; `NBT_CANCELLED` if the wait was interrupted: the audit goes on, and the next call takes the next
/// result; `NBT_INVALID_ARGUMENT` for NULL
/// @par Memory
/// Free the result with `nbt_user_audit_free` and the error with `nbt_error_free`.
/// @par Threads
/// Any; one audit may be used by several at once, and each result goes to one of them.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_audit_next(
    audit: Option<&nbt_audit>,
    out: *mut *mut nbt_user_audit,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::clear(out);
            arguments::place(out, "out")?;
            let mut audit = &arguments::handle(audit, "audit")?.0;
            if let Some(audited) = audit.next().transpose()? {
                out::put(out, nbt_user_audit::new(audited));
            }
            Ok(())
        })
    }
}

/// How many users' tokens are requested, and so how many results there will be unless the audit ends early.
///
/// @param audit may be NULL
/// @return the number; 0 for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one audit may be used by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_user_count(audit: Option<&nbt_audit>) -> usize {
    guard::infallible(0, || audit.map_or(0, |audit| audit.0.user_count()))
}

/// The numbers of the results taken so far; complete after the last.
///
/// @param audit may be NULL
/// @param[out] out receives the numbers, zeros for NULL; may be NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one audit may be used by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_audit_get_summary(audit: Option<&nbt_audit>, out: *mut nbt_audit_summary) {
    guard::infallible((), || {
        let summary = audit.map_or_else(nbt_audit_summary::default, |audit| audit.0.summary().into());
        // SAFETY: C gives a place that can be written, or NULL.
        unsafe { out::put_value(out, summary) };
    });
}

/// Ends an audit, whatever is left of it, and frees it.
///
/// @param audit may be NULL; then nothing happens
/// @par Memory
/// The audit is gone afterwards. Results that it gave stay.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_audit_free(audit: Option<Box<nbt_audit>>) {
    guard::infallible((), || drop(audit));
}
