//! Users: who the credential belongs to, whose tokens are meant, and which users there are.

use std::sync::Arc;

use crate::answer::{self, Rule};
use crate::endpoint::{Id, check_id};
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::json::Object;
use crate::transport::Reply;
use crate::user::{User, WireUser};

const CURRENT_USER: &str = "/api/users/current";
const USERS: &str = "/api/users";

/// The user that the credential belongs to, as the server says now.
pub(crate) async fn current_user(call: &Call) -> Result<User> {
    let user = match call.get(CURRENT_USER).await {
        Ok(reply) => one_user(&reply)?,
        // A service user is refused there, and servers before 0.41.1 have no such path. Both have the list of users.
        Err(error) if is_refused_to_service_users(&error) || is_no_such_path(&error) => {
            let users = list_users(call).await.map_err(|error| match error.kind() {
                ErrorKind::Forbidden if !is_blocked(&error) => ask_for_the_user_id(error),
                _ => error,
            })?;
            users.into_iter().find(User::is_current).ok_or_else(|| ask_for_the_user_id(error))?
        }
        Err(error) => return Err(error),
    };
    call.identity.user_id.store(Some(Arc::new(user.id().to_owned())));
    Ok(user)
}

pub(crate) async fn list_users(call: &Call) -> Result<Vec<User>> {
    let reply = call.get(USERS).await?;
    let users: Option<Vec<Object<WireUser>>> = answer::parsed(&reply, serde_json::from_slice(&reply.body))?;
    users.unwrap_or_default().into_iter().map(|Object(wire)| usable(&reply, wire)).collect()
}

/// The user whose tokens are meant: the one given, or the credential's own.
pub(super) async fn owner(call: &Call, user_id: Option<&str>) -> Result<Arc<str>> {
    if let Some(user_id) = user_id {
        check_id(user_id, Id::User)?;
        return Ok(user_id.into());
    }
    if let Some(known) = &*call.identity.user_id.load() {
        return Ok(known.as_str().into());
    }
    Ok(current_user(call).await?.id().into())
}

fn is_refused_to_service_users(error: &Error) -> bool {
    error.kind() == ErrorKind::Forbidden && !is_blocked(error)
}

fn is_no_such_path(error: &Error) -> bool {
    error.kind() == ErrorKind::UnexpectedResponse && matches!(error.status(), Some(404 | 405))
}

fn is_blocked(error: &Error) -> bool {
    let rule = error.server_message().and_then(answer::rule);
    matches!(rule, Some(Rule::Blocked | Rule::PendingApproval))
}

fn ask_for_the_user_id(error: Error) -> Error {
    error
        .with_hint(
            ". Could not determine which user the credential belongs to: pass the user id, which the dashboard shows in the user's address",
        )
        .with_advice(Advice::PassUserId)
}

fn one_user(reply: &Reply) -> Result<User> {
    let Object(wire): Object<WireUser> = answer::parsed(reply, serde_json::from_slice(&reply.body))?;
    usable(reply, wire)
}

/// A user whose id can be requested: it may go into the path of the next request.
fn usable(reply: &Reply, wire: WireUser) -> Result<User> {
    let user = User::from(wire);
    match check_id(user.id(), Id::User) {
        Ok(()) => Ok(user),
        Err(_) => Err(answer::wrong_shape(reply, "with a user whose id is missing or cannot be one")),
    }
}
