//! The operations of the API: which requests each makes, and what counts as its success.

use std::sync::Arc;

use crate::answer;
use crate::endpoint::{Id, check_id, tokens_path};
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::json::Object;
use crate::reconcile;
use crate::retry::{Acted, Repeat};
use crate::token::{self, CreatedToken, NewToken, Token};
use crate::transport::{Method, Reply};
use crate::user::{User, WireUser};

const CURRENT_USER: &str = "/api/users/current";
const USERS: &str = "/api/users";

impl Call<'_> {
    pub(crate) async fn list_tokens(&self, user_id: Option<&str>) -> Result<Vec<Token>> {
        let owner = self.owner(user_id).await?;
        let reply = self.get(&tokens_path(&owner, None)).await?;
        parsed(&reply, token::parse_tokens(&reply.body, &owner))
    }

    pub(crate) async fn get_token(&self, token_id: &str, user_id: Option<&str>) -> Result<Token> {
        check_id(token_id, Id::Token)?;
        let owner = self.owner(user_id).await?;
        let reply = self.get(&tokens_path(&owner, Some(token_id))).await?;
        let token = parsed(&reply, token::parse_token(&reply.body, &owner))?;
        if token.id() != token_id {
            return Err(answer::wrong_shape(&reply, "with another token than the one asked for"));
        }
        Ok(token)
    }

    pub(crate) async fn create_token(&self, new: &NewToken, user_id: Option<&str>) -> Result<CreatedToken> {
        new.check()?;
        let owner = self.owner(user_id).await?;
        reconcile::create(self, new, &owner).await
    }

    pub(crate) async fn delete_token(&self, token_id: &str, user_id: Option<&str>) -> Result<()> {
        check_id(token_id, Id::Token)?;
        let owner = self.owner(user_id).await?;
        self.delete(token_id, &owner).await
    }

    pub(crate) async fn delete(&self, token_id: &str, owner: &str) -> Result<()> {
        let outcome = self.exchange(Method::Delete, &tokens_path(owner, Some(token_id)), None, Repeat::Harmless).await;
        let (earlier, acted) = (outcome.earlier, outcome.acted());
        let error = match outcome.result {
            // A delete that was turned into a read would bring the token instead.
            Ok(reply) if is_empty_object(&reply.body) => return Ok(()),
            Ok(reply) => answer::wrong_shape(&reply, "not as to a delete"),
            // An attempt whose answer was lost had deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound && earlier > Acted::No => return Ok(()),
            Err(error) => error,
        };
        let unknown = |error: Error, why: String| Err(error.into_outcome_unknown(why, vec![token_id.to_owned()]));
        if error.kind() == ErrorKind::Unauthorized && earlier > Acted::No {
            let why = format!(
                "the answer to revoking token {token_id} was lost, and then the server refused the credential: the token was probably the one in use, and is revoked"
            );
            unknown(error, why)
        } else if acted == Acted::Maybe {
            let why = format!(
                "token {token_id} may be revoked or not ({error}): ask for it to see, revoking it again does no harm"
            );
            unknown(error, why)
        } else {
            Err(error)
        }
    }

    /// The user that the credential belongs to, asked of the server anew.
    pub(crate) async fn current_user(&self) -> Result<User> {
        let user = match self.get(CURRENT_USER).await {
            Ok(reply) => user(&reply)?,
            // A service user is refused there, but finds itself in the list of users.
            Err(error) if error.kind() == ErrorKind::Forbidden && !is_blocked(&error) => {
                let users = self.list_users().await.map_err(|error| match error.kind() {
                    ErrorKind::Forbidden if !is_blocked(&error) => error.with_hint(PASS_THE_USER_ID),
                    _ => error,
                })?;
                let me = users.into_iter().find(User::is_current);
                me.ok_or_else(|| error.with_hint(PASS_THE_USER_ID))?
            }
            Err(error) => return Err(error),
        };
        self.identity.user_id.store(Some(Arc::new(user.id().to_owned())));
        Ok(user)
    }

    pub(crate) async fn list_users(&self) -> Result<Vec<User>> {
        let reply = self.get(USERS).await?;
        let users: Option<Vec<Object<WireUser>>> = parsed(&reply, serde_json::from_slice(&reply.body))?;
        Ok(users.unwrap_or_default().into_iter().map(|Object(wire)| User::from(wire)).collect())
    }

    /// The user whose tokens are meant: the one given, or the credential's own.
    async fn owner(&self, user_id: Option<&str>) -> Result<Arc<str>> {
        if let Some(user_id) = user_id {
            check_id(user_id, Id::User)?;
            return Ok(user_id.into());
        }
        if let Some(known) = &*self.identity.user_id.load() {
            return Ok(known.as_str().into());
        }
        Ok(self.current_user().await?.id().into())
    }
}

fn is_empty_object(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok_and(|map| map.is_empty())
}

const PASS_THE_USER_ID: &str =
    ". Whose credential this is could not be told: pass the user id, which the dashboard shows in the user's address";

fn is_blocked(error: &Error) -> bool {
    let rule = error.server_message().and_then(answer::rule);
    matches!(rule, Some(answer::Rule::Blocked | answer::Rule::PendingApproval))
}

fn user(reply: &Reply) -> Result<User> {
    let Object(wire): Object<WireUser> = parsed(reply, serde_json::from_slice(&reply.body))?;
    let user = User::from(wire);
    if user.id().is_empty() {
        return Err(answer::wrong_shape(reply, "with a user that has no id"));
    }
    Ok(user)
}

/// A result of parsing, with an error that says what did not fit but not what was there instead.
fn parsed<T>(reply: &Reply, result: serde_json::Result<T>) -> Result<T> {
    result.map_err(|error| {
        let why = format!(
            "not in NetBird's form (line {}, column {}): check the management URL and the server's version",
            error.line(),
            error.column()
        );
        answer::wrong_shape(reply, &why)
    })
}
