//! The requests that rotating and resuming share.

use std::sync::Arc;

use crate::answer::{self, Rule};
use crate::credential::Credential;
use crate::endpoint::tokens_path;
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::identity::Identity;
use crate::rotation::RotationRecord;
use crate::secret::Secret;
use crate::token::{self, Token};

use super::super::delete::delete;
use super::super::get::get_token;

/// A call of the successor itself.
pub(super) fn as_successor(call: &Call, plain_token: &Secret, owner: &str) -> Result<Call> {
    // Where the client adopts it, a token file is followed as before.
    let from_file = call.identity.from_file;
    let identity = Identity { from_file, ..Identity::new(&Credential::issued(plain_token))? };
    identity.user_id.store(Some(Arc::new(owner.to_owned())));
    Ok(call.with_identity(Arc::new(identity)))
}

/// What the successor sees of itself, which proves that it authenticates. `None` if it authenticates but may not look.
pub(super) async fn prove(successor: &Call, token_id: &str, owner: &str) -> Result<Option<Token>> {
    let reply = match successor.get(&tokens_path(owner, Some(token_id))).await {
        Ok(reply) => reply,
        Err(error) if authenticates(&error) => return Ok(None),
        Err(error) => {
            let hint = format!(
                ". So the new token {token_id} is not proved to work, and nothing was revoked: commit again, or abort"
            );
            return Err(error.with_hint(&hint));
        }
    };
    let token = answer::parsed(&reply, token::parse_token(&reply.body, &Arc::from(owner)))?;
    if token.id() != token_id {
        return Err(answer::wrong_shape(&reply, "with another token than the one that was requested"));
    }
    Ok(Some(token))
}

/// Whether the server refuses what was asked, knowing who asks. Only a rule of NetBird's shows that: a gateway may answer 403 in
/// the same form, before anything has looked at the credential.
fn authenticates(error: &Error) -> bool {
    let rule = error.server_message().and_then(answer::rule);
    error.kind() == ErrorKind::Forbidden && matches!(rule, Some(Rule::AdminRole | Rule::UnknownRole | Rule::Permission))
}

/// Revokes a token that may be gone already.
pub(super) async fn revoke(call: &Call, token_id: &str, owner: &str) -> Result<()> {
    match delete(call, token_id, owner).await {
        Err(error) if answer::says_token_is_unknown(&error, token_id) => Ok(()),
        other => other,
    }
}

/// Whether a token exists.
pub(super) async fn exists(call: &Call, token_id: &str, owner: &str) -> Result<bool> {
    match get_token(call, token_id, Some(owner)).await {
        Ok(_) => Ok(true),
        Err(error) if answer::says_token_is_unknown(&error, token_id) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The tokens that bear the successor's name. Its tag makes that name the only one of its kind.
pub(super) async fn bearers(call: &Call, name: &str, owner: &str) -> Result<Vec<String>> {
    let reply = call.get(&tokens_path(owner, None)).await?;
    let tokens = answer::parsed(&reply, token::parse_listed(&reply.body))?;
    Ok(tokens.into_iter().filter(|token| token.name == name).map(|token| token.id).collect())
}

/// Revokes what bears the successor's name.
pub(super) async fn revoke_by_name(call: &Call, record: &RotationRecord) -> Result<()> {
    if !record.is_tagged {
        return Err(Error::invalid_argument(format!(
            "the new token was to be named {:?}, without a tag, so nothing proves which token of that name it is: list the tokens, and inspect before you revoke one",
            record.token_name
        ))
        .with_token_name(&record.token_name));
    }
    for token_id in bearers(call, &record.token_name, &record.user_id).await? {
        revoke(call, &token_id, &record.user_id).await?;
    }
    Ok(())
}
