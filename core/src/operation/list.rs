//! Listing a user's tokens.

use std::sync::Arc;

use crate::answer;
use crate::endpoint::tokens_path;
use crate::error::Result;
use crate::exchange::Call;
use crate::token::{self, Token};
use crate::transport::Reply;

use super::users::owner;

pub(crate) async fn list_tokens(call: &Call, user_id: Option<&str>) -> Result<Vec<Token>> {
    let owner = owner(call, user_id).await?;
    read_tokens(&request_tokens(call, &owner).await?, &owner)
}

/// Requests the tokens of this user.
pub(super) async fn request_tokens(call: &Call, owner: &str) -> Result<Reply> {
    call.get(&tokens_path(owner, None)).await
}

/// Reads the tokens of this user from the answer.
pub(crate) fn read_tokens(reply: &Reply, owner: &Arc<str>) -> Result<Vec<Token>> {
    match token::parse_tokens(&reply.body, owner) {
        Ok(tokens) => Ok(tokens),
        // A list without the odd token would pass for a complete one; an error without the others would hide them.
        Err(error) => match token::explain_odd_tokens(&reply.body) {
            Some(odd) => Err(answer::wrong_shape(reply, &odd)),
            None => answer::parsed(reply, Err(error)),
        },
    }
}
