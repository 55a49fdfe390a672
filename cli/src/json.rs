//! What `--output json` prints. Field names are the API's own, times are RFC 3339 in UTC.

use netbird_tokens::{CredentialCheck, CredentialKind, Timestamp, Token, User};
use serde::Serialize;

use crate::arguments::LoginStore;
use crate::credential_origin::{CredentialOrigin, CredentialOriginJson};

/// A token. The API does not have `user_id`, `is_expired` and `days_left`.
#[derive(Serialize)]
pub(crate) struct TokenJson<'a> {
    id: &'a str,
    name: &'a str,
    expiration_date: String,
    created_at: String,
    created_by: &'a str,
    last_used: Option<String>,
    user_id: &'a str,
    is_expired: bool,
    days_left: i64,
}

impl<'a> TokenJson<'a> {
    pub(crate) fn new(token: &'a Token, now: Timestamp) -> Self {
        TokenJson {
            id: token.id(),
            name: token.name(),
            expiration_date: token.expiration_date().to_string(),
            created_at: token.created_at().to_string(),
            created_by: token.created_by(),
            last_used: text(token.last_used()),
            user_id: token.user_id(),
            is_expired: token.is_expired(now),
            days_left: token.days_left(now),
        }
    }
}

/// A user.
#[derive(Serialize)]
pub(crate) struct UserJson<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
    role: &'a str,
    status: &'a str,
    is_current: bool,
    is_service_user: bool,
    is_blocked: bool,
    pending_approval: bool,
    last_login: Option<String>,
    /// Only in `whoami`.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_source: Option<CredentialOriginJson>,
}

impl<'a> UserJson<'a> {
    pub(crate) fn with_source(self, origin: Option<CredentialOrigin>) -> Self {
        UserJson { credential_source: origin.map(CredentialOriginJson::from), ..self }
    }
}

impl<'a> From<&'a User> for UserJson<'a> {
    fn from(user: &'a User) -> Self {
        UserJson {
            id: user.id(),
            name: user.name(),
            email: user.email(),
            role: user.role(),
            status: user.status(),
            is_current: user.is_current(),
            is_service_user: user.is_service_user(),
            is_blocked: user.is_blocked(),
            pending_approval: user.pending_approval(),
            last_login: text(user.last_login()),
            credential_source: None,
        }
    }
}

/// A token just created. `plain_token` is the secret, or its mask if the secret went to a file.
#[derive(Serialize)]
pub(crate) struct CreatedJson<'a> {
    pub(crate) token: TokenJson<'a>,
    pub(crate) plain_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_file: Option<&'a str>,
}

/// A revoked token.
#[derive(Serialize)]
pub(crate) struct RevokedJson<'a> {
    pub(crate) id: &'a str,
    pub(crate) revoked: bool,
}

/// The result of `login`, without `--create`.
#[derive(Serialize)]
pub(crate) struct LoginJson<'a> {
    pub(crate) management_url: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) user: UserJson<'a>,
    pub(crate) expires_at: String,
    /// `null` if it is not kept.
    pub(crate) store: Option<LoginStore>,
}

/// The result of `logout`.
#[derive(Serialize)]
pub(crate) struct LogoutJson<'a> {
    pub(crate) management_url: &'a str,
    /// Where the login was. Empty if there was none.
    pub(crate) removed: &'a [LoginStore],
}

/// The result of `check`.
#[derive(Serialize)]
pub(crate) struct CheckJson<'a> {
    /// One of the library's states, `malformed`, or `well_formed` if the server was not asked.
    pub(crate) state: &'a str,
    pub(crate) works: bool,
    /// `pat` or `bearer`.
    pub(crate) kind: Option<&'a str>,
    pub(crate) credential_source: Option<CredentialOriginJson>,
    pub(crate) management_url: Option<&'a str>,
    pub(crate) user: Option<UserJson<'a>>,
    pub(crate) token: Option<TokenJson<'a>>,
    pub(crate) expires_at: Option<String>,
    pub(crate) last_used: Option<String>,
}

impl<'a> CheckJson<'a> {
    /// A state about which nothing more is known.
    pub(crate) fn bare(state: &'a str, origin: Option<CredentialOrigin>) -> Self {
        CheckJson {
            state,
            works: false,
            kind: None,
            credential_source: origin.map(CredentialOriginJson::from),
            management_url: None,
            user: None,
            token: None,
            expires_at: None,
            last_used: None,
        }
    }

    pub(crate) fn new(
        check: &'a CredentialCheck,
        origin: Option<CredentialOrigin>,
        management_url: &'a str,
        now: Timestamp,
    ) -> Self {
        CheckJson {
            state: check.state.name(),
            works: check.error.is_none(),
            kind: Some(kind_name(check.kind)),
            credential_source: origin.map(CredentialOriginJson::from),
            management_url: Some(management_url),
            user: check.user.as_ref().map(UserJson::from),
            token: check.token.as_ref().map(|token| TokenJson::new(token, now)),
            expires_at: text(check.expires_at),
            last_used: text(check.token.as_ref().and_then(Token::last_used)),
        }
    }
}

pub(crate) fn kind_name(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Pat => "pat",
        CredentialKind::Bearer => "bearer",
    }
}

fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
