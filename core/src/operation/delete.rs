//! Deleting (revoking) a token. It may be repeated, so it is retried; the last answer alone does not tell what happened.

use serde_json::{Map, Value};

use crate::answer;
use crate::bug::{self, Bug};
use crate::endpoint::{Id, check_id, tokens_path};
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::retry::{Acted, Repeat};
use crate::transport::Method;

use super::users::owner;

pub(crate) async fn delete_token(call: &Call, token_id: &str, user_id: Option<&str>) -> Result<()> {
    check_id(token_id, Id::Token)?;
    let owner = owner(call, user_id).await?;
    delete(call, token_id, &owner).await
}

pub(super) async fn delete(call: &Call, token_id: &str, owner: &str) -> Result<()> {
    let outcome = call.exchange(Method::Delete, &tokens_path(owner, Some(token_id)), None, Repeat::Idempotent).await;
    let (earlier, acted) = (outcome.earlier, outcome.acted());
    let error = match outcome.result {
        // A delete that was turned into a read would bring the token instead.
        Ok(reply) if is_empty_object(&reply.body) || bug::is(Bug::HtmlIsSuccess) => return Ok(()),
        Ok(reply) => answer::wrong_shape(&reply, "with a body that does not belong to a DELETE"),
        // An attempt whose answer was lost had deleted it: NetBird itself says that this very token is gone.
        Err(error) if earlier == Acted::Maybe && answer::says_token_is_unknown(&error, token_id) => return Ok(()),
        Err(error) => error,
    };
    let unknown = |error: Error, why: String| {
        Err(error.into_outcome_unknown(why, vec![token_id.to_owned()]).with_advice(Advice::InspectToken))
    };
    if error.kind() == ErrorKind::Unauthorized && earlier > Acted::No {
        let why = format!(
            "the answer to revoking token {token_id} was lost, and then the server refused the credential: the token was probably the one in use, and is revoked"
        );
        unknown(error, why)
    } else if acted == Acted::Maybe {
        let why = format!(
            "token {token_id} may or may not be revoked ({error}): fetch it to check; revoking it again does no harm"
        );
        unknown(error, why)
    } else {
        Err(error)
    }
}

fn is_empty_object(body: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(body).is_ok_and(|map| map.is_empty())
}
