//! Listing a user's tokens.

use std::sync::Arc;

use crate::answer;
use crate::endpoint::tokens_path;
use crate::error::Result;
use crate::exchange::Call;
use crate::timestamp::Timestamp;
use crate::token::{self, Token};

use super::users::owner;

pub(crate) async fn list_tokens(call: &Call, user_id: Option<&str>) -> Result<Vec<Token>> {
    let owner = owner(call, user_id).await?;
    list_tokens_of(call, &owner).await.map(|(tokens, _)| tokens)
}

/// All tokens of this user, and the server's clock when it answered.
pub(super) async fn list_tokens_of(call: &Call, owner: &Arc<str>) -> Result<(Vec<Token>, Option<Timestamp>)> {
    let reply = call.get(&tokens_path(owner, None)).await?;
    match token::parse_tokens(&reply.body, owner) {
        Ok(tokens) => Ok((tokens, reply.date.as_deref().and_then(Timestamp::from_http_date))),
        // A list without the odd token would pass for a complete one; an error without the others would hide them.
        Err(error) => match token::explain_odd_tokens(&reply.body) {
            Some(odd) => Err(answer::wrong_shape(&reply, &odd)),
            None => answer::parsed(&reply, Err(error)),
        },
    }
}
