//! What a test tells the mock and what it gets back: the users and tokens that exist, the server's settings, faults,
//! and the requests that arrived.
//!
//! These types are the JSON of the control API and, unchanged, the `server:` part of a scenario.

mod fault;
mod identity;
mod observed;
mod version;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use fault::{Action, Fault};
pub use identity::{IdentityProvider, LoginEndpoint, LoginState, Refresh, StartedLogin, Verdict};
pub use observed::{SeededToken, SeenRequest, StoredToken};
pub use version::{ServerVersion, UnknownVersion};

/// Everything that exists on the server when a test begins.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// Which release of the NetBird server to behave like. Default: the current one.
    pub server_version: ServerVersion,
    /// The people and service users, in the order in which the API lists them.
    pub users: Vec<UserSeed>,
    /// Where the server's clock starts, RFC 3339. It keeps running from there. Default: the real time.
    pub clock: Option<String>,
    /// The server stamps `created_at` and `last_used` only in whole multiples of this many seconds, as a store with a
    /// coarse clock does. The `Date` header and expiry checks use the exact time. Default: no rounding.
    pub clock_step_secs: Option<u32>,
    /// The zone in which the server writes `created_at` and `expiration_date`, as `+01:00`. Default: `Z`.
    pub zone: Option<String>,
    /// How many fraction digits the server's clock and store keep, 0 to 9. Default: 9. Trailing zeros are not printed.
    pub digits: Option<u8>,
    /// The per-PAT rate limiter. Default: off, as on a real server.
    pub rate_limit: Option<RateLimit>,
    /// The identity provider under `/oauth2`. Default: the server has none.
    pub identity_provider: Option<IdentityProvider>,
    /// Serve HTTPS. Default: HTTP.
    pub tls: Option<Tls>,
    /// Which requests fail, and how. For each request the first matching fault that is not used up applies.
    pub faults: Vec<Fault>,
}

/// A user and the tokens it owns.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserSeed {
    /// Any text: `google-oauth2|123`, a UUID, base64.
    pub id: String,
    /// The display name.
    pub name: String,
    /// Empty for a service user.
    pub email: String,
    /// `owner`, `admin`, `network_admin`, `auditor`, `user` or `billing_admin`.
    pub role: String,
    /// A service user, not a person.
    pub is_service_user: bool,
    /// Blocked by an administrator.
    pub is_blocked: bool,
    /// Waiting for an administrator's approval.
    pub pending_approval: bool,
    /// RFC 3339. Default: never, which the server writes as the zero time.
    pub last_login: Option<String>,
    /// The account it belongs to. Default: one account that all such users share.
    pub account: Option<String>,
    /// The tokens it owns.
    pub tokens: Vec<TokenSeed>,
}

/// A token that exists.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSeed {
    /// Default: a new xid.
    pub id: Option<String>,
    /// The name; need not be unique.
    pub name: String,
    /// The plain text. Default: a new PAT with a valid checksum.
    pub plain: Option<String>,
    /// RFC 3339. Default: the server's current time.
    pub created_at: Option<String>,
    /// RFC 3339. Default: 30 days after `created_at`. A time that the server's clock cannot reach, such as
    /// `9999-12-31T23:59:59Z`, is kept and sent exactly as given; the token then never expires.
    pub expiration_date: Option<String>,
    /// RFC 3339. Default: never used.
    pub last_used: Option<String>,
    /// The id of the user who created it. Default: the owner.
    pub created_by: Option<String>,
    /// Fields of the JSON object to replace or add, written exactly as given: a timestamp with unusual digits, an
    /// unknown field, the zero time. The server itself does not act on these values.
    pub raw: serde_json::Map<String, serde_json::Value>,
    /// Fields to leave out of the JSON object.
    pub omit: Vec<String>,
}

impl fmt::Debug for TokenSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSeed")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("plain", &self.plain.as_ref().map(|_| REDACTED))
            .field("created_at", &self.created_at)
            .field("expiration_date", &self.expiration_date)
            .field("last_used", &self.last_used)
            .field("created_by", &self.created_by)
            .field("raw", &self.raw)
            .field("omit", &self.omit)
            .finish()
    }
}

/// The limiter's token bucket.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests that become available again per minute.
    pub rpm: u32,
    /// The size of the bucket.
    pub burst: u32,
}

/// Which certificate HTTPS is served with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// For `localhost`, `127.0.0.1` and `::1`, signed by the test CA.
    Valid,
    /// Signed by the test CA, for another host name.
    WrongHost,
    /// Signed by the test CA, expired.
    Expired,
    /// Self-signed.
    SelfSigned,
}

/// Replaces a secret in debug output.
const REDACTED: &str = "nbp_****";

/// The server could not be put into the state that a test asked for.
///
/// The message names what is wrong and never contains the text of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WorldError(String);

impl WorldError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl From<WorldError> for std::io::Error {
    fn from(error: WorldError) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, error)
    }
}
