//! A session as a text, to be kept and taken up again by another process.

use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use crate::error::{Advice, Error, Result};
use crate::secret::Secret;
use crate::timestamp::Timestamp;

use super::fields;
use super::held::Held;
use super::tokens::Tokens;

const VERSION: u64 = 1;

/// The names of its fields. After the two numbers come the texts, in the order in which they are written.
const NAMES: [&str; 9] = [
    "version",
    "lifetime_secs",
    "management_url",
    "issuer",
    "client_id",
    "token_endpoint",
    "expires_at",
    "id_token",
    "refresh_token",
];

/// What such a text holds.
pub(super) struct Record {
    pub(super) management_url: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) token_endpoint: Url,
    /// Whose rest of life is known by this machine's clock alone.
    pub(super) tokens: Tokens,
}

/// The session as a text.
pub(super) fn write(held: &Held) -> Secret {
    let tokens = held.tokens();
    let expires_at = tokens.expires_at.to_string();
    let refresh_token = tokens.refresh_token.as_ref().map_or("", Secret::expose);
    let values = [
        held.management_url.as_str(),
        &held.provider.issuer,
        &held.provider.client_id,
        held.token.url.as_str(),
        &expires_at,
        tokens.issued.jwt.expose(),
        refresh_token,
    ];
    // With room for every byte escaped it never grows, so no copy stays behind.
    let room = 6 * values.iter().map(|text| text.len()).sum::<usize>() + 512;
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    let [version, lifetime_secs, texts @ ..] = NAMES;
    let numbers = format!(r#"{{"{version}":{VERSION},"{lifetime_secs}":{}"#, tokens.life.as_secs());
    text.extend_from_slice(numbers.as_bytes());
    for (name, value) in texts.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        text.extend_from_slice(format!(r#","{name}":"#).as_bytes());
        // Writing a text to memory cannot fail.
        let _ = serde_json::to_writer(&mut *text, value);
    }
    text.push(b'}');
    Secret::new(String::from_utf8_lossy(&text))
}

/// Reads such a text. No error shows any of it, because it may be another secret.
pub(super) fn read(text: &str) -> Result<Record> {
    let not_one = |_| refuse("is not one that was exported");
    let mut fields = fields::read(text.as_bytes(), &NAMES).map_err(|_| refuse("is not one that was exported"))?;
    let [
        version,
        lifetime_secs,
        management_url,
        issuer,
        client_id,
        token_endpoint,
        expires_at,
        id_token,
        refresh_token,
    ] = NAMES;
    if fields.number(version).map_err(not_one)? != Some(VERSION) {
        return Err(refuse("is not one that was exported by this version of the library"));
    }
    let life = Duration::from_secs(fields.number(lifetime_secs).map_err(not_one)?.unwrap_or(0));
    let expires_at: Timestamp =
        fields.text(expires_at).map_err(not_one)?.parse().map_err(|_| refuse("has an expiry that is not a time"))?;
    let left = u64::try_from(expires_at.nanoseconds_since(Timestamp::now())).unwrap_or(0);
    let refresh_token = fields.optional(refresh_token).map_err(not_one)?.map(Secret::new);
    let id_token = fields.text(id_token).map_err(not_one)?;
    let client_id = fields.text(client_id).map_err(not_one)?.into_owned();
    // An export leaves out what is empty.
    if client_id.is_empty() {
        return Err(refuse("names no client"));
    }
    Ok(Record {
        management_url: fields.text(management_url).map_err(not_one)?.into_owned(),
        issuer: fields.text(issuer).map_err(not_one)?.into_owned(),
        client_id,
        token_endpoint: Url::parse(&fields.text(token_endpoint).map_err(not_one)?)
            .map_err(|_| refuse("has a token endpoint that is not a URL"))?,
        tokens: Tokens::new(&id_token, refresh_token, life, Duration::from_nanos(left))
            .map_err(|_| refuse("has a token that is not a JWT"))?,
    })
}

/// The text cannot be used.
pub(super) fn refuse(why: &str) -> Error {
    Error::invalid_argument(format!("the session's text {why}: log in again")).with_advice(Advice::ReplaceCredential)
}
