//! What an audit finds: each user's tokens with the state of each, and the numbers in all.

mod handle;
mod judge;
mod listed;
mod options;
mod pace;

use crate::error::Error;
use crate::timestamp::Timestamp;
use crate::token::Token;
use crate::user::User;

pub use handle::Audit;
pub(crate) use listed::Listed;
pub use options::AuditOptions;
pub(crate) use pace::Pace;

macro_rules! states {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What an audit says about a token. In the order in which the first that applies becomes a token's state.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum TokenState {
            $($(#[$doc])* $variant,)*
        }

        impl TokenState {
            /// Every state, in order.
            pub const ALL: &'static [TokenState] = &[$(TokenState::$variant,)*];

            /// The stable name, in snake case, as `never_used`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(TokenState::$variant => $name,)* }
            }
        }
    };
}

states! {
    /// The server refuses it.
    Expired = "expired";
    /// It expires within [`AuditOptions::expiring_within`].
    Expiring = "expiring";
    /// It was last used longer ago than [`AuditOptions::unused_for`], or never used and created longer ago than that.
    Unused = "unused";
    /// It was never used, and not created longer ago than [`AuditOptions::unused_for`].
    NeverUsed = "never_used";
    /// None of the others.
    Healthy = "healthy";
}

/// One user's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UserAudit {
    /// The user.
    pub user: User,
    /// The user's tokens, in no particular order. Empty when there is an error.
    pub tokens: Vec<AuditedToken>,
    /// Why the user's tokens could not be listed.
    pub error: Option<Error>,
    /// The instant at which the states hold: the server's clock when it answered, or this machine's if the answer has no
    /// date.
    pub as_of: Timestamp,
}

/// A token and what the audit says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditedToken {
    /// The token.
    pub token: Token,
    /// The first of the states that applies.
    pub state: TokenState,
    /// All states that apply, in order; empty for a healthy token.
    pub findings: Vec<TokenState>,
    /// The state in words, for people: `expires in 3 days`. Several findings are separated by semicolons.
    pub reason: String,
}

/// An audit in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditSummary {
    /// Users whose tokens are requested: the credential's own user, and every service user that it may see.
    pub users: usize,
    /// Users whose tokens were listed.
    pub audited: usize,
    /// Users whose tokens could not be listed; the result of each says why.
    pub failed: usize,
    /// Users whose result did not come before the audit ended: its time was over, or the server accepted no more requests.
    /// 0 while it goes on.
    pub not_reached: usize,
    /// Other people. The server shows a person's tokens to nobody else, so they are not requested.
    pub other_people: usize,
    /// Tokens found.
    pub tokens: usize,
    /// Tokens whose state is [`TokenState::Expired`].
    pub expired: usize,
    /// Tokens whose state is [`TokenState::Expiring`].
    pub expiring: usize,
    /// Tokens whose state is [`TokenState::Unused`].
    pub unused: usize,
    /// Tokens whose state is [`TokenState::NeverUsed`].
    pub never_used: usize,
    /// Tokens whose state is [`TokenState::Healthy`].
    pub healthy: usize,
    /// Whether the audit has ended and every user has a result.
    pub is_complete: bool,
}

impl AuditSummary {
    fn add(&mut self, audited: &UserAudit) {
        match audited.error {
            None => self.audited += 1,
            Some(_) => self.failed += 1,
        }
        self.tokens += audited.tokens.len();
        for token in &audited.tokens {
            *match token.state {
                TokenState::Expired => &mut self.expired,
                TokenState::Expiring => &mut self.expiring,
                TokenState::Unused => &mut self.unused,
                TokenState::NeverUsed => &mut self.never_used,
                TokenState::Healthy => &mut self.healthy,
            } += 1;
        }
    }

    fn end(&mut self) {
        self.not_reached = self.users - self.audited - self.failed;
        self.is_complete = self.not_reached == 0;
    }
}
