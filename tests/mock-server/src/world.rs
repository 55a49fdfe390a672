//! What a test says to the mock: the users and tokens that exist, the server's settings, and what goes wrong.
//!
//! These types are the control API's JSON and, unchanged, the `server:` part of a scenario.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Everything that exists on the server when a test begins.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// The people and service users, in the order in which lists name them.
    pub users: Vec<UserSeed>,
    /// The server's clock, RFC 3339. It runs on from there. Absent: the real time.
    pub clock: Option<String>,
    /// The zone in which the server writes `created_at` and `expiration_date`, as `+01:00`. Absent: `Z`.
    pub zone: Option<String>,
    /// How many fraction digits the server's clock and store keep, 0 to 9. Absent: 9. Trailing zeros are cut when printed.
    pub digits: Option<u8>,
    /// The limiter of requests per PAT. Absent: off, as the server's default.
    pub rate_limit: Option<RateLimit>,
    /// Serve HTTPS instead of HTTP. Absent: HTTP.
    pub tls: Option<Tls>,
    /// What goes wrong. The first fault that matches a request and is not used up applies; all others are left.
    pub faults: Vec<Fault>,
}

/// A user with the tokens it owns.
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
    /// A service user rather than a person.
    pub is_service_user: bool,
    /// Blocked by an administrator.
    pub is_blocked: bool,
    /// Waiting for an administrator's approval.
    pub pending_approval: bool,
    /// RFC 3339; absent: never, which the server writes as the zero time.
    pub last_login: Option<String>,
    /// The account it belongs to. Absent: the one account that everybody shares.
    pub account: Option<String>,
    /// The tokens it owns.
    pub tokens: Vec<TokenSeed>,
}

/// A token that exists.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSeed {
    /// Absent: a new xid.
    pub id: Option<String>,
    /// The name; need not be unique.
    pub name: String,
    /// The plain text. Absent: a new PAT with a right checksum.
    pub plain: Option<String>,
    /// RFC 3339. Absent: the server's now.
    pub created_at: Option<String>,
    /// RFC 3339. Absent: 30 days after `created_at`.
    pub expiration_date: Option<String>,
    /// RFC 3339. Absent: never used.
    pub last_used: Option<String>,
    /// Absent: the owner.
    pub created_by: Option<String>,
    /// Fields of the answer replaced or added literally: a timestamp with odd digits, an unknown field, the zero time.
    pub raw: serde_json::Map<String, serde_json::Value>,
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
            .finish()
    }
}

/// The limiter's bucket.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Tokens that come back a minute.
    pub rpm: u32,
    /// The bucket's size.
    pub burst: u32,
}

/// How HTTPS is served.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// A certificate for `localhost`, `127.0.0.1` and `::1`, signed by the test CA.
    Valid,
    /// A certificate of the test CA for another name.
    WrongHost,
    /// A certificate of the test CA that has expired.
    Expired,
    /// A certificate that nobody signed but itself.
    SelfSigned,
}

/// Something that goes wrong with some requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method. Absent: any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose target (as on the wire, still encoded) contains this. Absent: any.
    #[serde(default)]
    pub target_contains: Option<String>,
    /// Leave alone the first N requests that match.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it hits; then it is used up. Absent: 1. 0: for ever.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// What happens to a request that a fault hits.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Wait, then act and answer as ever.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Act at once, but answer only after the wait.
    DelayAnswer {
        /// Milliseconds.
        ms: u64,
    },
    /// Wait until the test releases it, then act and answer.
    Hold {},
    /// Act at once, but answer only when the test releases it.
    HoldAnswer {},
    /// Read the request, then close the connection without acting.
    DropBefore {
        /// End with RST instead of FIN.
        #[serde(default)]
        reset: bool,
    },
    /// Act, then close the connection without an answer.
    DropAfter {
        /// End with RST instead of FIN.
        #[serde(default)]
        reset: bool,
    },
    /// Act, send the head and the first bytes of the body as if all came, then close.
    CutBody {
        /// How many bytes of the body arrive.
        at: usize,
    },
    /// Answer this instead.
    Answer {
        /// The status.
        status: u16,
        /// Header fields besides `Date` and the length.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body's text.
        #[serde(default)]
        body: String,
        /// Act on the request first (and throw its own answer away).
        #[serde(default)]
        act: bool,
    },
    /// Answer with a redirect instead of acting.
    Redirect {
        /// The status, as 301, 307 or 308.
        status: u16,
        /// Where to: a path, or a whole URL.
        location: String,
    },
    /// Act, then send the body a few bytes at a time.
    Drip {
        /// Bytes at a time.
        bytes: usize,
        /// Milliseconds between.
        every_ms: u64,
    },
    /// Act and answer as ever, then close the connection without having said so.
    CloseAfter {},
    /// Act, and answer with a body of this many bytes: valid JSON, padded with white space.
    Pad {
        /// The body's length in bytes.
        to: usize,
    },
}

/// A request that arrived, as the control API reports it.
#[derive(Clone, Deserialize, Serialize)]
pub struct SeenRequest {
    /// As sent.
    pub method: String,
    /// The request target as it stood on the wire, still encoded.
    pub target: String,
    /// Header fields in order, names in lower case, values as sent. Credentials included: this is a test server.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
    /// The status it was answered with; absent where the connection was dropped without an answer.
    pub status: Option<u16>,
    /// Which connection it came over, counted from 0.
    pub connection: u64,
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let secret = name == "authorization";
                (name.as_str(), if secret { REDACTED } else { value.as_str() })
            })
            .collect();
        f.debug_struct("SeenRequest")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("status", &self.status)
            .field("connection", &self.connection)
            .finish()
    }
}

/// A token that a test put on the server, with its plain text.
#[derive(Clone, Deserialize, PartialEq, Eq, Serialize)]
pub struct SeededToken {
    /// Whose it is.
    pub user_id: String,
    /// The token's id.
    #[serde(rename = "token_id")]
    pub id: String,
    /// The text that authenticates.
    pub plain: String,
}

impl fmt::Debug for SeededToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededToken")
            .field("user_id", &self.user_id)
            .field("id", &self.id)
            .field("plain", &REDACTED)
            .finish()
    }
}

/// A token as the server keeps it: the plain text is not there.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StoredToken {
    /// The token's id.
    pub id: String,
    /// The name given to it.
    pub name: String,
    /// The user who made it, not the one who owns it.
    pub created_by: String,
    /// When it was made, as the API writes it.
    pub created_at: String,
    /// When it ends, as the API writes it.
    pub expiration_date: String,
    /// When it last authenticated, as the API writes it. Absent: never.
    pub last_used: Option<String>,
    /// SHA-256 of the plain text, in base64.
    pub hash: String,
}

/// What a secret looks like in debug output.
const REDACTED: &str = "nbp_****";

/// Why the server could not become what a test asked for.
///
/// Names the thing that is wrong, never a token's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldError(String);

impl WorldError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WorldError {}

impl From<WorldError> for std::io::Error {
    fn from(error: WorldError) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, error)
    }
}
