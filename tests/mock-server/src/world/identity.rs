//! The identity provider: how people log in by the OAuth2 device flow.

use serde::{Deserialize, Serialize};

/// The embedded OAuth2 identity provider. The default behaves as the recorded one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityProvider {
    /// The public clients. Another one gets a device code too, but no login of it can be approved.
    pub clients: Vec<String>,
    /// The seconds that a client has to leave between two polls. A poll that comes earlier is told to slow down.
    pub interval_secs: u32,
    /// The seconds until a login that nobody approved expires.
    pub expires_in_secs: u32,
    /// The seconds until the tokens of a login expire.
    pub token_lifetime_secs: u32,
    /// Give out an ID token.
    pub id_token: bool,
    /// The access token is a JWT, not an opaque text.
    pub access_token_is_jwt: bool,
    /// What happens to a request to refresh.
    pub refresh: Refresh,
    /// The only audience whose JWTs the API accepts. Default: that of any client.
    pub required_audience: Option<String>,
    /// The issuer that the discovery document names, instead of the server's URL and `/oauth2`.
    pub issuer: Option<String>,
    /// What the URLs of the endpoints in the discovery document begin with, instead of the server's URL and `/oauth2`.
    pub endpoints: Option<String>,
    /// What happens to every login without a further call. Default: it waits for somebody to decide.
    pub verdict: Option<Verdict>,
}

impl Default for IdentityProvider {
    fn default() -> Self {
        Self {
            clients: vec!["netbird-cli".to_owned()],
            interval_secs: 5,
            expires_in_secs: 300,
            token_lifetime_secs: 86_399,
            id_token: true,
            access_token_is_jwt: true,
            refresh: Refresh::default(),
            required_audience: None,
            issuer: None,
            endpoints: None,
            verdict: None,
        }
    }
}

/// What happens to a request to refresh.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refresh {
    /// As recorded: it gets no answer, and from then on the token endpoint answers nothing until it is restarted.
    #[default]
    Hangs,
    /// It gets new tokens, and the refresh token that was used is no longer valid.
    Works,
    /// It is refused with `invalid_grant`.
    Fails,
}

/// Who decides about a login, and when.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// This user approves it.
    Approve {
        /// The user's id.
        user_id: String,
        /// How many polls are answered before.
        #[serde(default)]
        after_polls: u32,
    },
    /// Somebody denies it.
    Deny {
        /// How many polls are answered before.
        #[serde(default)]
        after_polls: u32,
    },
}

/// A part of the identity provider that can stop answering.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginEndpoint {
    /// The discovery document.
    Discovery,
    /// Where a login begins.
    Device,
    /// Where a client polls and refreshes.
    Token,
}

/// A login that a client began.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StartedLogin {
    /// What the person types, or finds in the address.
    pub user_code: String,
    /// The client that began it.
    pub client_id: String,
    /// The scope that it asked for.
    pub scope: String,
    /// The audience that it asked for.
    pub audience: Option<String>,
    /// What was decided: `pending`, `approved`, `denied` or `expired`.
    pub state: LoginState,
}

/// What was decided about a login.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginState {
    /// Nothing yet.
    Pending,
    /// A user approved it.
    Approved,
    /// A user denied it.
    Denied,
    /// Nobody decided in time.
    Expired,
}
