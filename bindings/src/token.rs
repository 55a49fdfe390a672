//! Tokens, and what creating one takes and gives.

use std::sync::Arc;

use netbird_tokens::{CreatedToken, NewToken, Token};

use crate::secret::NativeSecret;
use crate::time::NativeTimestamp;

/// What the server says about a token. The secret is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeToken {
    /// The token's id.
    pub id: String,
    /// Its name; not unique.
    pub name: String,
    /// When it stops working.
    pub expiration_date: NativeTimestamp,
    /// When it was created.
    pub created_at: NativeTimestamp,
    /// The id of the user who created it.
    pub created_by: String,
    /// When it last authenticated a request; absent for never.
    pub last_used: Option<NativeTimestamp>,
    /// The id of the user who owns it.
    pub user_id: String,
}

impl From<Token> for NativeToken {
    fn from(token: Token) -> Self {
        NativeToken {
            id: token.id().to_owned(),
            name: token.name().to_owned(),
            expiration_date: token.expiration_date().into(),
            created_at: token.created_at().into(),
            created_by: token.created_by().to_owned(),
            last_used: token.last_used().map(NativeTimestamp::from),
            user_id: token.user_id().to_owned(),
        }
    }
}

/// The token to create.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeNewToken {
    /// Its name; not empty, need not be unique.
    pub name: String,
    /// Its lifetime in days; absent for the core's default.
    pub expires_in_days: Option<i64>,
    /// Whether the name is sent as `NAME #TAG`.
    pub tag: bool,
}

impl From<NativeNewToken> for NewToken {
    fn from(new: NativeNewToken) -> Self {
        let token = NewToken::new(new.name).tag(new.tag);
        match new.expires_in_days {
            Some(days) => token.expires_in_days(days),
            None => token,
        }
    }
}

/// A token that was just created.
#[derive(uniffi::Record)]
pub struct NativeCreatedToken {
    /// What the server says about it.
    pub token: NativeToken,
    /// The secret that authenticates.
    pub plain_token: Arc<NativeSecret>,
}

impl From<CreatedToken> for NativeCreatedToken {
    fn from(created: CreatedToken) -> Self {
        NativeCreatedToken { token: created.token.into(), plain_token: NativeSecret::new(created.plain_token) }
    }
}
