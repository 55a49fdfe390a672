//! A token built from its fields.

use std::sync::Arc;

use super::Token;
use crate::timestamp::Timestamp;

/// The fields of a [`Token`], to build one without a server: in a test, or from what another process sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TokenFields {
    /// See [`Token::id`].
    pub id: String,
    /// See [`Token::name`].
    pub name: String,
    /// See [`Token::expiration_date`].
    pub expiration_date: Timestamp,
    /// See [`Token::created_at`].
    pub created_at: Timestamp,
    /// See [`Token::created_by`].
    pub created_by: String,
    /// See [`Token::last_used`].
    pub last_used: Option<Timestamp>,
    /// See [`Token::user_id`]. Shared, because the tokens of a list have one owner.
    pub user_id: Arc<str>,
}

impl From<TokenFields> for Token {
    fn from(fields: TokenFields) -> Self {
        let TokenFields { id, name, expiration_date, created_at, created_by, last_used, user_id } = fields;
        Token {
            id: id.into(),
            name: name.into(),
            created_by: created_by.into(),
            user_id,
            created_at,
            expiration_date,
            last_used,
        }
    }
}

impl From<&Token> for TokenFields {
    fn from(token: &Token) -> Self {
        TokenFields {
            id: token.id().to_owned(),
            name: token.name().to_owned(),
            expiration_date: token.expiration_date(),
            created_at: token.created_at(),
            created_by: token.created_by().to_owned(),
            last_used: token.last_used(),
            user_id: Arc::clone(&token.user_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_kept() {
        let fields = TokenFields {
            id: "id".to_owned(),
            name: "name".to_owned(),
            expiration_date: "2027-01-01T00:00:00.000000001Z".parse().unwrap(),
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            created_by: "creator".to_owned(),
            last_used: Some("2026-06-01T00:00:00Z".parse().unwrap()),
            user_id: "owner".into(),
        };
        let token = Token::from(fields.clone());
        assert_eq!(TokenFields::from(&token), fields);
    }
}
