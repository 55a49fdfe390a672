//! Listing a user's tokens.

use crate::answer;
use crate::endpoint::tokens_path;
use crate::error::Result;
use crate::exchange::Call;
use crate::token::{self, Token};

use super::users::owner;

pub(crate) async fn list_tokens(call: &Call, user_id: Option<&str>) -> Result<Vec<Token>> {
    let owner = owner(call, user_id).await?;
    let reply = call.get(&tokens_path(&owner, None)).await?;
    match token::parse_tokens(&reply.body, &owner) {
        Ok(tokens) => Ok(tokens),
        // A list without the odd token would pass for a complete one; an error without the others would hide them.
        Err(error) => match token::explain_odd_tokens(&reply.body) {
            Some(odd) => Err(answer::wrong_shape(&reply, &odd)),
            None => answer::parsed(&reply, Err(error)),
        },
    }
}
