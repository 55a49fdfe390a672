//! Retrieving one token.

use crate::answer;
use crate::endpoint::{Id, check_id, tokens_path};
use crate::error::Result;
use crate::exchange::Call;
use crate::token::{self, Token};

use super::users::owner;

pub(crate) async fn get_token(call: &Call, token_id: &str, user_id: Option<&str>) -> Result<Token> {
    check_id(token_id, Id::Token)?;
    let owner = owner(call, user_id).await?;
    let reply = call.get(&tokens_path(&owner, Some(token_id))).await?;
    let token = answer::parsed(&reply, token::parse_token(&reply.body, &owner))?;
    if token.id() != token_id {
        return Err(answer::wrong_shape(&reply, "with another token than the one that was requested"));
    }
    Ok(token)
}
