//! What the server tells of tokens.

use std::sync::Arc;

use netbird_tokens::{CreatedToken, Token};

use crate::secret::NativeSecret;
use crate::time::NativeTimestamp;

/// What the server tells of a token; no secret is among it.
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
    /// When it last authenticated a request; none for never.
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

/// A token that was just created.
#[derive(uniffi::Record)]
pub struct NativeCreatedToken {
    /// What the server tells of it.
    pub token: NativeToken,
    /// The text that authenticates.
    pub plain_token: Arc<NativeSecret>,
}

impl From<CreatedToken> for NativeCreatedToken {
    fn from(created: CreatedToken) -> Self {
        NativeCreatedToken { token: created.token.into(), plain_token: NativeSecret::new(created.plain_token) }
    }
}
