//! Whether a credential works, whose it is, and which of that user's tokens it is.

use crate::answer::{self, Rule};
use crate::boxed::Boxed;
use crate::credential::CredentialKind;
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::timestamp::Timestamp;
use crate::token::Token;
use crate::user::User;

use super::list::list_tokens;
use super::users::current_user;

/// How the server treats a credential. A malformed one never gets that far: [`Credential`](crate::Credential) refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    /// It authenticates, and its user may use the API.
    Working,
    /// The server does not know this PAT: it was revoked, or belongs to another server.
    Unknown,
    /// The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than that
    /// it is not accepted.
    Refused,
    /// It authenticates, but an administrator has blocked its user.
    Blocked,
    /// It authenticates, but its user is waiting for an administrator's approval.
    PendingApproval,
    /// It authenticates, but the role of its user may not even request who it is.
    Forbidden,
}

impl CredentialState {
    /// Every state.
    pub const ALL: &'static [CredentialState] = &[
        CredentialState::Working,
        CredentialState::Unknown,
        CredentialState::Refused,
        CredentialState::Blocked,
        CredentialState::PendingApproval,
        CredentialState::Forbidden,
    ];

    /// The stable name, in snake case, as `pending_approval`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CredentialState::Working => "working",
            CredentialState::Unknown => "unknown",
            CredentialState::Refused => "refused",
            CredentialState::Blocked => "blocked",
            CredentialState::PendingApproval => "pending_approval",
            CredentialState::Forbidden => "forbidden",
        }
    }
}

/// What is known about a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CredentialCheck {
    /// Whether it works, and why not.
    pub state: CredentialState,
    /// Whether it is a PAT or a JWT.
    pub kind: CredentialKind,
    /// Whose it is. Known if it works.
    pub user: Option<User>,
    /// Which of the user's tokens it is. `None` for a JWT, for a role that may not list its own tokens, and where nothing
    /// proves it: another token was used at the same time, or the server's clock is too coarse. Its `last_used` is the check
    /// itself: the server counts a request as a use before it answers it.
    pub token: Option<Token>,
    /// When it stops working: for a PAT if `token` is known, for a JWT if it says so.
    pub expires_at: Option<Timestamp>,
    /// What the server said about one that does not work.
    pub error: Option<Error>,
}

pub(crate) fn check_credential(call: &Call) -> Boxed<'_, Result<CredentialCheck>> {
    Box::pin(look_and_follow(call))
}

async fn look_and_follow(call: &Call) -> Result<CredentialCheck> {
    let mut check = look(call).await?;
    // That the credential is refused is a result here. So a token file is followed here too.
    if let Some(error) = check.error.take() {
        match call.follow(error) {
            Ok(again) => return look(&again).await,
            Err(error) => check.error = Some(error),
        }
    }
    Ok(check)
}

async fn look(call: &Call) -> Result<CredentialCheck> {
    let mut check = CredentialCheck {
        state: CredentialState::Working,
        kind: call.identity.kind,
        user: None,
        token: None,
        expires_at: call.identity.expires_at,
        error: None,
    };
    let found = match current_user(call).await {
        Ok(user) => {
            let id = user.id().to_owned();
            check.user = Some(user);
            own_token(call, &id).await
        }
        Err(error) => Err(error),
    };
    match found {
        Ok(token) => {
            if let Some(token) = &token {
                check.expires_at = Some(token.expiration_date());
            }
            check.token = token;
        }
        // The server said who it is, so it works; its role keeps it from listing its tokens.
        Err(error) if check.user.is_some() && state(&error) == Some(CredentialState::Forbidden) => {}
        Err(error) => {
            check.state = state(&error).ok_or_else(|| error.clone())?;
            check.user = None;
            check.error = Some(error);
        }
    }
    Ok(check)
}

/// The token that this call authenticates with. The API does not say, but each request updates its `last_used`.
async fn own_token(call: &Call, user_id: &str) -> Result<Option<Token>> {
    if call.identity.kind != CredentialKind::Pat {
        return Ok(None);
    }
    let before = list_tokens(call, Some(user_id)).await?;
    let after = list_tokens(call, Some(user_id)).await?;
    Ok(used_between(&before, after))
}

/// The token that both lists were requested with, or `None` where they do not prove which one it is.
///
/// A request counts as a use before it is answered. So the token was used at or before the first list, and again, not
/// earlier, at the second. If another token X was the most recently used in the first list, then ours was used later than
/// that X's use, in the second, and has changed too. Hence the one token that changed, if it alone was the most recent in both
/// lists, is ours, however coarse the server's clock is.
fn used_between(before: &[Token], after: Vec<Token>) -> Option<Token> {
    let most_recent = most_recently_used(before)?.id().to_owned();
    if most_recently_used(&after)?.id() != most_recent {
        return None;
    }
    let was_used = |token: &Token| {
        let earlier = before.iter().find(|earlier| earlier.id() == token.id()).and_then(Token::last_used);
        token.last_used() > earlier
    };
    let mut used = after.into_iter().filter(was_used);
    match (used.next(), used.next()) {
        (Some(token), None) if token.id() == most_recent => Some(token),
        _ => None,
    }
}

/// The token that was used last, if no other was used at the same instant.
fn most_recently_used(tokens: &[Token]) -> Option<&Token> {
    let newest = tokens.iter().filter(|token| token.last_used().is_some()).max_by_key(|token| token.last_used())?;
    let is_alone = tokens.iter().filter(|token| token.last_used() == newest.last_used()).count() == 1;
    is_alone.then_some(newest)
}

/// What an error says about the credential; `None` if it says nothing about it.
fn state(error: &Error) -> Option<CredentialState> {
    match error.kind() {
        // An `unauthorized` with 404 is the server's "no such PAT"; see `answer::judge`.
        ErrorKind::Unauthorized if error.status() == Some(404) => Some(CredentialState::Unknown),
        ErrorKind::Unauthorized => Some(CredentialState::Refused),
        ErrorKind::Forbidden => Some(match error.server_message().and_then(answer::rule) {
            Some(Rule::Blocked) => CredentialState::Blocked,
            Some(Rule::PendingApproval) => CredentialState::PendingApproval,
            Some(Rule::AdminRole | Rule::UnknownRole | Rule::Permission) | None => CredentialState::Forbidden,
        }),
        ErrorKind::InvalidArgument
        | ErrorKind::InvalidCredential
        | ErrorKind::Configuration
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::Rejected
        | ErrorKind::RateLimited
        | ErrorKind::ServerError
        | ErrorKind::Connect
        | ErrorKind::Tls
        | ErrorKind::Timeout
        | ErrorKind::Transport
        | ErrorKind::UnexpectedResponse
        | ErrorKind::OutcomeUnknown
        | ErrorKind::Cancelled
        | ErrorKind::Internal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::parse_tokens;

    fn tokens(list: &[(&str, Option<&str>)]) -> Vec<Token> {
        let objects: Vec<String> = list
            .iter()
            .map(|(id, last_used)| {
                let last_used = last_used.map(|time| format!(r#","last_used":"{time}""#)).unwrap_or_default();
                format!(
                    r#"{{"id":"{id}","name":"n","created_by":"u","created_at":"2026-01-01T00:00:00Z",
                        "expiration_date":"2027-01-01T00:00:00Z"{last_used}}}"#
                )
            })
            .collect();
        parse_tokens(format!("[{}]", objects.join(",")).as_bytes(), &"u".into()).unwrap()
    }

    fn found(before: &[(&str, Option<&str>)], after: &[(&str, Option<&str>)]) -> Option<String> {
        used_between(&tokens(before), tokens(after)).map(|token| token.id().to_owned())
    }

    const T1: Option<&str> = Some("2026-11-22T14:00:01Z");
    const T2: Option<&str> = Some("2026-11-22T14:00:02Z");
    const T3: Option<&str> = Some("2026-11-22T14:00:03Z");

    #[test]
    fn the_token_that_alone_was_used_last_both_times_is_the_one_in_use() {
        assert_eq!(found(&[("a", None), ("b", T1)], &[("b", T2), ("a", None)]).as_deref(), Some("b"));
        assert_eq!(found(&[("a", T1), ("b", T2)], &[("a", T1), ("b", T3)]).as_deref(), Some("b"));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(found(&[("a", T1), ("b", T1)], &[("a", T2), ("b", T3)]), None, "two were used");
        assert_eq!(found(&[("a", T1), ("b", T1)], &[("a", T1), ("b", T1)]), None, "the clock is too coarse");
        assert_eq!(found(&[("a", T1), ("b", T3)], &[("a", T2), ("b", T3)]), None, "another was used later");
        assert_eq!(found(&[("a", T1)], &[("a", T2), ("new", T2)]), None, "another was made and used meanwhile");
        assert_eq!(found(&[], &[]), None);
        assert_eq!(found(&[("a", None)], &[("a", T1)]), None, "it was not used for the first list, so it is not ours");
    }

    #[test]
    fn a_coarse_clock_never_gives_a_wrong_token() {
        // "a" is in use; "b" is used in between, and the clock counts whole seconds.
        assert_eq!(found(&[("a", T1), ("b", None)], &[("a", T1), ("b", T1)]), None, "all in one second");
        assert_eq!(found(&[("a", T1), ("b", None)], &[("a", T1), ("b", T2)]), None, "b a second later");
        assert_eq!(found(&[("a", T1), ("b", T1)], &[("a", T1), ("b", T2)]), None, "two used in the same second");
    }

    #[test]
    fn only_an_answer_about_the_credential_gives_a_state() {
        let said = |status, message: &str| {
            let kind = if status == 403 { ErrorKind::Forbidden } else { ErrorKind::Unauthorized };
            state(&Error::new(kind, "").with_status(status).with_server_message(Some(message.to_owned())))
        };
        assert_eq!(said(404, "invalid token: pat: [redacted] not found"), Some(CredentialState::Unknown));
        assert_eq!(said(401, "token invalid"), Some(CredentialState::Refused));
        assert_eq!(said(403, "user is blocked"), Some(CredentialState::Blocked));
        assert_eq!(said(403, "user is pending approval"), Some(CredentialState::PendingApproval));
        assert_eq!(said(403, "permission denied"), Some(CredentialState::Forbidden));
        assert_eq!(state(&Error::new(ErrorKind::Connect, "")), None);
    }
}
