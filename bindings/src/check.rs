//! Whether a credential works.

use netbird_tokens::{CredentialCheck, CredentialState};

use crate::credential::NativeCredentialKind;
use crate::error::NativeFailure;
use crate::time::NativeTimestamp;
use crate::token::NativeToken;
use crate::user::NativeUser;

/// Whether a credential works, and why not. The core documents what each state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeCredentialState {
    /// It authenticates.
    Working,
    /// The server does not know this PAT.
    Unknown,
    /// The server refuses it.
    Refused,
    /// Its user is blocked.
    Blocked,
    /// Its user is waiting for approval.
    PendingApproval,
    /// Its user is not allowed to ask who it is.
    Forbidden,
}

impl From<CredentialState> for NativeCredentialState {
    fn from(state: CredentialState) -> Self {
        match state {
            CredentialState::Working => NativeCredentialState::Working,
            CredentialState::Unknown => NativeCredentialState::Unknown,
            CredentialState::Refused => NativeCredentialState::Refused,
            CredentialState::Blocked => NativeCredentialState::Blocked,
            CredentialState::PendingApproval => NativeCredentialState::PendingApproval,
            CredentialState::Forbidden => NativeCredentialState::Forbidden,
        }
    }
}

/// What is known about a credential.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeCredentialCheck {
    /// Whether it works, and why not.
    pub state: NativeCredentialState,
    /// Whether it is a PAT or a JWT.
    pub kind: NativeCredentialKind,
    /// Whose it is.
    pub user: Option<NativeUser>,
    /// Which of the user's tokens it is.
    pub token: Option<NativeToken>,
    /// When it stops working.
    pub expires_at: Option<NativeTimestamp>,
    /// How the server refused one that does not work.
    pub failure: Option<NativeFailure>,
}

impl From<CredentialCheck> for NativeCredentialCheck {
    fn from(check: CredentialCheck) -> Self {
        NativeCredentialCheck {
            state: check.state.into(),
            kind: check.kind.into(),
            user: check.user.map(NativeUser::from),
            token: check.token.map(NativeToken::from),
            expires_at: check.expires_at.map(NativeTimestamp::from),
            failure: check.error.as_ref().map(NativeFailure::from),
        }
    }
}
