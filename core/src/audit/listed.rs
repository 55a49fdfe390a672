//! A user's list as it came, to be read by whoever takes the result.
//!
//! The engine has one thread for all connections. Reading a list there would hold up the next requests, and other calls.

use std::sync::Arc;

use super::judge::judge;
use super::{AuditOptions, UserAudit};
use crate::error::Result;
use crate::operation::list::read_tokens;
use crate::timestamp::Timestamp;
use crate::transport::Reply;
use crate::user::User;

/// The answer to the request for a user's tokens.
pub(crate) struct Listed {
    pub(crate) user: User,
    pub(crate) reply: Result<Reply>,
    /// The server's clock when it answered, or ours.
    pub(crate) as_of: Timestamp,
}

impl Listed {
    pub(crate) fn new(user: User, reply: Result<Reply>) -> Self {
        let date = reply.as_ref().ok().and_then(|reply| reply.date.as_deref()).and_then(Timestamp::from_http_date);
        Listed { user, reply, as_of: date.unwrap_or_else(Timestamp::now) }
    }

    /// Reads the tokens, and judges each.
    pub(crate) fn audited(self, options: &AuditOptions) -> UserAudit {
        let Listed { user, reply, as_of } = self;
        let owner: Arc<str> = user.id().into();
        match reply.and_then(|reply| read_tokens(&reply, &owner)) {
            Ok(tokens) => {
                let tokens = tokens.into_iter().map(|token| judge(token, as_of, options)).collect();
                UserAudit { user, tokens, error: None, as_of }
            }
            Err(error) => UserAudit { user, tokens: Vec::new(), error: Some(error), as_of },
        }
    }
}
