//! Audits: the options, the results as they come, and the numbers.

use std::sync::Arc;

use netbird_tokens::{
    Audit, AuditOptions, AuditSummary, AuditedToken, Operation, Result as CoreResult, TokenState, UserAudit,
};

use crate::cancel::{NativeCancel, awaited};
use crate::client::NativeClient;
use crate::error::{NativeError, NativeFailure};
use crate::guard::guarded;
use crate::options::{duration, number, optional};
use crate::time::NativeTimestamp;
use crate::token::NativeToken;
use crate::user::NativeUser;

/// An audit's options, as the core's `AuditOptions` describes them. Durations are whole nanoseconds; each is absent unless given.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct NativeAuditOptions {
    /// A token that expires within this time is `expiring`.
    #[uniffi(default = None)]
    pub expiring_within: Option<i64>,
    /// A token that was not used for longer than this is `unused`.
    #[uniffi(default = None)]
    pub unused_for: Option<i64>,
    /// Maximum number of requests at a time.
    #[uniffi(default = None)]
    pub concurrency: Option<i64>,
    /// How long the whole audit may take.
    #[uniffi(default = None)]
    pub time_limit: Option<i64>,
}

impl NativeAuditOptions {
    fn fill(self) -> CoreResult<AuditOptions> {
        Ok(AuditOptions::default()
            .expiring_within(optional("expiring_within", self.expiring_within, duration)?)
            .unused_for(optional("unused_for", self.unused_for, duration)?)
            .concurrency(optional("concurrency", self.concurrency, number)?)
            .time_limit(optional("time_limit", self.time_limit, duration)?))
    }
}

/// What an audit says about a token. The core documents what each state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeTokenState {
    /// The server refuses it.
    Expired,
    /// It expires soon.
    Expiring,
    /// It was not used for long.
    Unused,
    /// It was never used, and is not old.
    NeverUsed,
    /// None of the others.
    Healthy,
}

impl From<TokenState> for NativeTokenState {
    fn from(state: TokenState) -> Self {
        match state {
            TokenState::Expired => NativeTokenState::Expired,
            TokenState::Expiring => NativeTokenState::Expiring,
            TokenState::Unused => NativeTokenState::Unused,
            TokenState::NeverUsed => NativeTokenState::NeverUsed,
            TokenState::Healthy => NativeTokenState::Healthy,
        }
    }
}

/// A token and what the audit says about it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeAuditedToken {
    /// The token.
    pub token: NativeToken,
    /// The first of the states that applies.
    pub state: NativeTokenState,
    /// All states that apply; empty for a healthy token.
    pub findings: Vec<NativeTokenState>,
    /// The state in words.
    pub reason: String,
}

impl From<AuditedToken> for NativeAuditedToken {
    fn from(audited: AuditedToken) -> Self {
        NativeAuditedToken {
            token: audited.token.into(),
            state: audited.state.into(),
            findings: audited.findings.into_iter().map(NativeTokenState::from).collect(),
            reason: audited.reason,
        }
    }
}

/// One user's tokens.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeUserAudit {
    /// The user.
    pub user: NativeUser,
    /// The user's tokens.
    pub tokens: Vec<NativeAuditedToken>,
    /// Why the user's tokens could not be listed.
    pub failure: Option<NativeFailure>,
    /// The instant at which the states hold.
    pub as_of: NativeTimestamp,
}

impl From<UserAudit> for NativeUserAudit {
    fn from(audited: UserAudit) -> Self {
        NativeUserAudit {
            user: audited.user.into(),
            tokens: audited.tokens.into_iter().map(NativeAuditedToken::from).collect(),
            failure: audited.error.as_ref().map(NativeFailure::from),
            as_of: audited.as_of.into(),
        }
    }
}

/// An audit in numbers. The core documents what each counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeAuditSummary {
    /// Users whose tokens are requested.
    pub users: u64,
    /// Users whose tokens were listed.
    pub audited: u64,
    /// Users whose tokens could not be listed.
    pub failed: u64,
    /// Users without a result when the audit ended.
    pub not_reached: u64,
    /// Other people, whose tokens are not requested.
    pub other_people: u64,
    /// Tokens found.
    pub tokens: u64,
    /// Tokens that have expired.
    pub expired: u64,
    /// Tokens that expire soon.
    pub expiring: u64,
    /// Tokens that were not used for long.
    pub unused: u64,
    /// Tokens that were never used.
    pub never_used: u64,
    /// Tokens without a finding.
    pub healthy: u64,
    /// Whether the audit has ended and every user has a result.
    pub is_complete: bool,
}

impl From<AuditSummary> for NativeAuditSummary {
    fn from(summary: AuditSummary) -> Self {
        NativeAuditSummary {
            users: summary.users as u64,
            audited: summary.audited as u64,
            failed: summary.failed as u64,
            not_reached: summary.not_reached as u64,
            other_people: summary.other_people as u64,
            tokens: summary.tokens as u64,
            expired: summary.expired as u64,
            expiring: summary.expiring as u64,
            unused: summary.unused as u64,
            never_used: summary.never_used as u64,
            healthy: summary.healthy as u64,
            is_complete: summary.is_complete,
        }
    }
}

/// An audit that goes on in the background. Freeing it ends it.
#[derive(uniffi::Object)]
pub struct NativeAudit(Audit);

#[uniffi::export]
impl NativeAudit {
    /// The next user's result; absent at the end. After an error the audit goes on. Where a cancelled call may lose a result
    /// that was ready, its caller is about to end the audit.
    pub async fn next(&self, cancel: Arc<NativeCancel>) -> Result<Option<NativeUserAudit>, NativeError> {
        let next = async { self.0.next_async().await.transpose() };
        Ok(awaited(Operation::AuditTokens, cancel, next).await?.map(NativeUserAudit::from))
    }

    /// [`NativeAudit::next`], waiting on this thread.
    pub fn next_blocking(&self, cancel: Arc<NativeCancel>) -> Result<Option<NativeUserAudit>, NativeError> {
        guarded(|| Ok(self.0.next_with_cancel(&cancel.token).transpose()?.map(NativeUserAudit::from)))
    }

    /// The number of users whose tokens are requested.
    pub fn user_count(&self) -> Result<u64, NativeError> {
        guarded(|| Ok(self.0.user_count() as u64))
    }

    /// The numbers of the results so far; complete after the last.
    pub fn summary(&self) -> Result<NativeAuditSummary, NativeError> {
        guarded(|| Ok(self.0.summary().into()))
    }
}

#[uniffi::export]
impl NativeClient {
    /// Lists the users, and begins to audit their tokens.
    pub async fn audit_tokens(
        &self,
        options: NativeAuditOptions,
        cancel: Arc<NativeCancel>,
    ) -> Result<Arc<NativeAudit>, NativeError> {
        let call = async { self.0.audit_tokens_async(&options.fill()?).await };
        awaited(Operation::AuditTokens, cancel, call).await.map(|audit| Arc::new(NativeAudit(audit)))
    }

    /// [`NativeClient::audit_tokens`], waiting on this thread.
    pub fn audit_tokens_blocking(
        &self,
        options: NativeAuditOptions,
        cancel: Arc<NativeCancel>,
    ) -> Result<Arc<NativeAudit>, NativeError> {
        guarded(|| Ok(Arc::new(NativeAudit(self.handle(&cancel).audit_tokens(&options.fill()?)?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let refused = |options: NativeAuditOptions| options.fill().unwrap_err().message().to_owned();
        assert_eq!(
            refused(NativeAuditOptions { unused_for: Some(-1), ..NativeAuditOptions::default() }),
            "unused_for is negative: give 0 or more"
        );
        assert_eq!(
            refused(NativeAuditOptions { concurrency: Some(-8), ..NativeAuditOptions::default() }),
            "concurrency is negative: give 0 or more"
        );
    }
}
