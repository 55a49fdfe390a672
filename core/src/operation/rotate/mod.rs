//! Rotating a token in two phases: a successor is created, the caller stores its secret, and only when the successor is proved
//! to work is the old token revoked. Whatever happens in between, one token that the caller holds works.

mod handle;
mod interrupted;
mod resume;
mod steps;

use crate::boxed::Boxed;
use crate::credential::looks_like_credential;
use crate::endpoint::{Id, check_id};
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::quoted::quoted;
use crate::rotation::{RotateToken, Which};
use crate::tag;
use crate::token::{NewToken, Token, Wanted};

use super::get::get_token;
use super::list::list_tokens;
use super::users::owner;

pub use handle::Rotation;
pub use interrupted::RotationStep;
pub(crate) use resume::resume_rotation;

/// Plans the rotation, and creates the successor unless that is to wait.
pub(crate) fn rotate_token<'a>(
    call: &'a Call,
    rotate: &'a RotateToken,
    user_id: Option<&'a str>,
) -> Boxed<'a, Result<Rotation>> {
    Box::pin(start(call, rotate, user_id))
}

async fn start(call: &Call, rotate: &RotateToken, user_id: Option<&str>) -> Result<Rotation> {
    check(rotate)?;
    let owner = owner(call, user_id).await?;
    let old = match &rotate.which {
        Which::Id(token_id) => get_token(call, token_id, Some(&owner)).await?,
        Which::Name(name) => the_one_of_that_name(list_tokens(call, Some(&owner)).await?, name)?,
    };
    let wanted = wanted(rotate, &old)?;
    let rotation = Rotation::new(call, rotate, old, wanted);
    if !rotate.prepare_only {
        rotation.begin(call).await?;
    }
    Ok(rotation)
}

/// Refuses what cannot be meant, before anything is sent.
fn check(rotate: &RotateToken) -> Result<()> {
    match &rotate.which {
        Which::Id(token_id) => check_id(token_id, Id::Token)?,
        Which::Name(name) if looks_like_credential(name) => {
            return Err(Error::invalid_argument("the name looks like a credential: give the name that a list shows"));
        }
        Which::Name(_) => {}
    }
    let name = rotate.new_name.as_deref().unwrap_or("the old name");
    NewToken::new(name).expires_in_days(rotate.expires_in_days.unwrap_or(NewToken::DEFAULT_EXPIRES_IN_DAYS)).check()
}

/// The token of that name; the tags at the ends of names do not count, unless the name that is looked for has one.
fn the_one_of_that_name(tokens: Vec<Token>, name: &str) -> Result<Token> {
    let is_exact = tag::without_tag(name) != name;
    let has_name = |token: &Token| token.name() == name || (!is_exact && tag::without_tag(token.name()) == name);
    let mut found: Vec<Token> = tokens.into_iter().filter(has_name).collect();
    match found.len() {
        0 => Err(Error::new(
            ErrorKind::NotFound,
            format!("the user has no token named {}: give the name that a list shows, or the token's id", quoted(name)),
        )
        .with_advice(Advice::ListTokens)),
        1 => Ok(found.remove(0)),
        several => {
            found.sort_by_key(Token::created_at);
            let each = found.iter().map(|token| {
                let last_used = token.last_used().map_or_else(|| "never".to_owned(), |at| at.to_string());
                format!("{} (created {}, last used {last_used})", token.id(), token.created_at())
            });
            let list = each.collect::<Vec<_>>().join(", ");
            let ids = found.iter().map(|token| token.id().to_owned()).collect();
            Err(Error::new(
                ErrorKind::Conflict,
                format!("{several} tokens are named {}: {list}. Give the id of the one to rotate", quoted(name)),
            )
            .with_candidate_token_ids(ids))
        }
    }
}

/// What the successor is created with.
fn wanted(rotate: &RotateToken, old: &Token) -> Result<Wanted> {
    let name = rotate.new_name.as_deref().unwrap_or_else(|| tag::without_tag(old.name()));
    let days = rotate.expires_in_days.unwrap_or_else(|| old.lifetime_in_days());
    let new = NewToken::new(name).expires_in_days(days).tag(rotate.tag);
    new.check()?;
    new.wanted()
}
