//! Whether a credential works, whose it is, and which of that user's tokens it is.

use crate::answer::{self, Rule};
use crate::credential::CredentialKind;
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::timestamp::Timestamp;
use crate::token::Token;
use crate::user::User;

/// What the server makes of a credential. A malformed one never gets that far: [`Credential`](crate::Credential) refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    /// It authenticates, and its user may use the API.
    Working,
    /// The server does not know this PAT: it was revoked, or belongs to another server.
    Unknown,
    /// The server knows it but refuses it: it has expired. Of a JWT, and by servers before 0.59.13 of a PAT too, this says no
    /// more than that it is not accepted.
    Refused,
    /// It authenticates, but an administrator has blocked its user.
    Blocked,
    /// It authenticates, but its user still waits for an administrator's approval.
    PendingApproval,
    /// It authenticates, but the role of its user may not even ask who it is.
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

/// What there is to know about a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialCheck {
    /// Whether it works, and why not.
    pub state: CredentialState,
    /// Whether it is a PAT or a JWT.
    pub kind: CredentialKind,
    /// Whose it is. Known of a working one.
    pub user: Option<User>,
    /// Which of the user's tokens it is. `None` for a JWT, for a role that may not list its own tokens, and where it could not
    /// be told from another token that was used at the same time. Its `last_used` is the check itself: the server counts a
    /// request as a use before it answers it, so that no token can be asked about with that same token.
    pub token: Option<Token>,
    /// When it stops working: of a PAT where `token` is known, of a JWT where it says so.
    pub expires_at: Option<Timestamp>,
    /// What the server said of one that does not work.
    pub error: Option<Error>,
}

impl Call<'_> {
    pub(crate) async fn check_credential(&self) -> Result<CredentialCheck> {
        let mut check = CredentialCheck {
            state: CredentialState::Working,
            kind: self.identity.kind,
            user: None,
            token: None,
            expires_at: self.identity.expires_at,
            error: None,
        };
        let found = match self.current_user().await {
            Ok(user) => {
                let id = user.id().to_owned();
                check.user = Some(user);
                self.own_token(&id).await
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
            // Who it is was told, so it works; its role keeps it from listing its tokens.
            Err(error) if check.user.is_some() && state(&error) == Some(CredentialState::Forbidden) => {}
            Err(error) => {
                check.state = state(&error).ok_or_else(|| error.clone())?;
                check.user = None;
                check.error = Some(error);
            }
        }
        Ok(check)
    }

    /// The token that this call authenticates with. The API does not say, but each request moves its `last_used` on.
    async fn own_token(&self, user_id: &str) -> Result<Option<Token>> {
        if self.identity.kind != CredentialKind::Pat {
            return Ok(None);
        }
        let before = self.list_tokens(Some(user_id)).await?;
        let after = self.list_tokens(Some(user_id)).await?;
        Ok(used_between(&before, after))
    }
}

/// The one token that was used between two lists, if only one was and none was used later.
fn used_between(before: &[Token], after: Vec<Token>) -> Option<Token> {
    let was_used = |token: &Token| {
        let earlier = before.iter().find(|earlier| earlier.id() == token.id()).and_then(Token::last_used);
        token.last_used() > earlier
    };
    let newest = after.iter().map(Token::last_used).max()?;
    let mut used = after.into_iter().filter(was_used);
    match (used.next(), used.next()) {
        (Some(token), None) if token.last_used() == newest => Some(token),
        _ => None,
    }
}

/// What an error says of the credential; `None` when it says nothing of it.
fn state(error: &Error) -> Option<CredentialState> {
    match error.kind() {
        // A 404 here is the server's "no such PAT"; see `answer::judge`.
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
    fn the_token_that_moved_on_is_the_one_in_use() {
        assert_eq!(found(&[("a", None), ("b", T1)], &[("b", T2), ("a", None)]).as_deref(), Some("b"));
        assert_eq!(found(&[("a", None)], &[("a", T1)]).as_deref(), Some("a"));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(found(&[("a", T1), ("b", T1)], &[("a", T2), ("b", T3)]), None, "two were used");
        assert_eq!(found(&[("a", T1), ("b", T1)], &[("a", T1), ("b", T1)]), None, "the clock is too coarse");
        assert_eq!(found(&[("a", T1), ("b", T3)], &[("a", T2), ("b", T3)]), None, "another was used later");
        assert_eq!(found(&[("a", T1)], &[("a", T2), ("new", T2)]), None, "another was made and used meanwhile");
        assert_eq!(found(&[], &[]), None);
    }

    #[test]
    fn only_an_answer_about_the_credential_is_a_state() {
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
