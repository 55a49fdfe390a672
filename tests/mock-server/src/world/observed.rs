//! What a test sees of the server: requests that arrived and tokens that exist.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::REDACTED;

/// A request that arrived, as the control API reports it.
#[derive(Clone, Deserialize, Serialize)]
pub struct SeenRequest {
    /// As sent.
    pub method: String,
    /// The request target as sent, still percent-encoded.
    pub target: String,
    /// Header fields in order, names in lower case, values as sent, credentials included.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
    /// The status of the answer. Absent if the connection was closed without one, or if no answer was sent yet.
    pub status: Option<u16>,
    /// The number of the connection that it arrived on, counted from 0.
    pub connection: u64,
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let secret = name == "authorization";
                (name.as_str(), if secret { REDACTED } else { value.as_str() })
            })
            .collect();
        f.debug_struct("SeenRequest")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("status", &self.status)
            .field("connection", &self.connection)
            .finish()
    }
}

/// A token that a test added to the server, with its plain text.
#[derive(Clone, Deserialize, PartialEq, Eq, Serialize)]
pub struct SeededToken {
    /// Its owner.
    pub user_id: String,
    /// The token's id.
    #[serde(rename = "token_id")]
    pub id: String,
    /// The secret text that authenticates.
    pub plain: String,
}

impl fmt::Debug for SeededToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededToken")
            .field("user_id", &self.user_id)
            .field("id", &self.id)
            .field("plain", &REDACTED)
            .finish()
    }
}

/// A token as the server stores it, without its plain text.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StoredToken {
    /// The token's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of the user who created it, which is not always the owner.
    pub created_by: String,
    /// As the API writes it.
    pub created_at: String,
    /// As the API writes it.
    pub expiration_date: String,
    /// When it last authenticated, as the API writes it. Absent: never.
    pub last_used: Option<String>,
    /// SHA-256 of the plain text, in base64.
    pub hash: String,
}
