//! An audit that goes on.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{AuditOptions, AuditSummary, Listed, UserAudit};
use crate::cancel::CancelToken;
use crate::engine::stream::Stream;
use crate::error::{Error, Result};
use crate::scope::Scope;

/// An audit that goes on: one result per user, as it arrives.
///
/// It is an iterator, and so is a reference to it, so that one thread can take results while another asks for the
/// [`summary`](Audit::summary). It runs in the background a little ahead of who takes the results, and stops there until they
/// are taken. Dropping it ends it.
///
/// An error in place of a result is `cancelled`: the one who waits was interrupted. The audit itself goes on, and the next
/// call takes the next result.
pub struct Audit {
    results: Stream<Result<Listed>>,
    options: AuditOptions,
    summary: Mutex<AuditSummary>,
    scope: Scope,
    /// When its time is over.
    end: Instant,
}

impl Audit {
    pub(crate) fn new(
        results: Stream<Result<Listed>>,
        options: AuditOptions,
        (users, other_people): (usize, usize),
        scope: Scope,
        end: Instant,
    ) -> Self {
        let summary = AuditSummary { users, other_people, ..AuditSummary::default() };
        Audit { results, options, summary: Mutex::new(summary), scope, end }
    }

    /// The number of users whose tokens are requested, and so of results unless the audit ends early.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.summary().users
    }

    /// The numbers of the results taken so far; complete after the last.
    #[must_use]
    pub fn summary(&self) -> AuditSummary {
        *self.lock()
    }

    /// The next result, for asynchronous callers, on any executor. Dropping the wait loses nothing.
    #[cfg(feature = "async")]
    pub async fn next_async(&self) -> Option<Result<UserAudit>> {
        self.take().await.transpose()
    }

    /// The next result, as the iterator gives it, with a wait that ends when `token` is cancelled.
    pub fn next_with_cancel(&self, token: &CancelToken) -> Option<Result<UserAudit>> {
        self.wait(&self.scope.with_cancel(token))
    }

    async fn take(&self) -> Result<Option<UserAudit>> {
        let listed = self.results.next().await.map_err(Error::from)?.transpose()?;
        let audited = listed.map(|listed| listed.audited(&self.options));
        match &audited {
            Some(audited) => self.lock().add(audited),
            None => self.lock().end(),
        }
        Ok(audited)
    }

    fn wait(&self, scope: &Scope) -> Option<Result<UserAudit>> {
        scope.wait_for_next(self.end, self.take()).transpose()
    }

    fn lock(&self) -> MutexGuard<'_, AuditSummary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iterator for &Audit {
    type Item = Result<UserAudit>;

    fn next(&mut self) -> Option<Result<UserAudit>> {
        self.wait(&self.scope)
    }
}

impl Iterator for Audit {
    type Item = Result<UserAudit>;

    fn next(&mut self) -> Option<Result<UserAudit>> {
        self.wait(&self.scope)
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").field("summary", &self.summary()).finish_non_exhaustive()
    }
}
