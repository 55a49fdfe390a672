//! A session as a text, to be kept and taken up again by another process.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::error::{Advice, Error, Result};
use crate::json::Object;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

use super::held::Held;
use super::tokens::Tokens;

const VERSION: u32 = 1;

/// The text's form.
#[derive(Deserialize, Serialize)]
pub(super) struct Record<'a> {
    version: u32,
    #[serde(borrow)]
    pub(super) management_url: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) issuer: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) client_id: Cow<'a, str>,
    #[serde(borrow)]
    token_endpoint: Cow<'a, str>,
    // Borrowed from the text, which is the caller's to protect.
    #[serde(borrow)]
    id_token: Cow<'a, str>,
    #[serde(borrow)]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    expires_at: Cow<'a, str>,
    lifetime_secs: u64,
}

/// The session as a text.
pub(super) fn write(held: &Held) -> Secret {
    let tokens = held.tokens.load();
    let record = Record {
        version: VERSION,
        management_url: held.management_url.as_str().into(),
        issuer: held.provider.issuer.as_str().into(),
        client_id: held.provider.client_id.as_str().into(),
        token_endpoint: held.token.url.as_str().into(),
        id_token: tokens.issued.jwt.expose().into(),
        refresh_token: tokens.refresh_token.as_ref().map(|secret| secret.expose().into()),
        expires_at: tokens.expires_at.to_string().into(),
        lifetime_secs: tokens.life.as_secs(),
    };
    let texts = [&record.management_url, &record.issuer, &record.client_id, &record.token_endpoint, &record.id_token];
    let known: usize =
        texts.iter().map(|text| text.len()).sum::<usize>() + record.refresh_token.as_ref().map_or(0, |text| text.len());
    // With room for every byte escaped it never grows, so no copy stays behind.
    let mut text = Zeroizing::new(Vec::with_capacity(6 * known + 512));
    // Writing texts and numbers to memory cannot fail.
    let _ = serde_json::to_writer(&mut *text, &record);
    Secret::new(String::from_utf8_lossy(&text))
}

impl<'a> Record<'a> {
    /// Reads such a text. No error shows any of it.
    pub(super) fn read(text: &'a str) -> Result<Self> {
        let Object(record): Object<Record<'_>> = serde_json::from_str(text).map_err(|error| {
            refuse(&format!("is not one that was exported (line {}, column {})", error.line(), error.column()))
        })?;
        if record.version != VERSION {
            return Err(refuse("was exported by another version of this library"));
        }
        Ok(record)
    }

    /// Where it is refreshed.
    pub(super) fn token_endpoint(&self) -> Result<Url> {
        Url::parse(&self.token_endpoint).map_err(|_| refuse("has a token endpoint that is not a URL"))
    }

    /// Its tokens, whose rest of life is known by this machine's clock alone.
    pub(super) fn tokens(&self) -> Result<Tokens> {
        let expires_at: Timestamp = self.expires_at.parse().map_err(|_| refuse("has an expiry that is not a time"))?;
        let left = u64::try_from(expires_at.nanoseconds_since(Timestamp::now())).unwrap_or(0);
        let refresh_token = self.refresh_token.as_deref().map(Secret::new);
        let life = Duration::from_secs(self.lifetime_secs);
        Tokens::new(&self.id_token, refresh_token, life, Duration::from_nanos(left))
            .map_err(|_| refuse("has a token that is not a JWT"))
    }
}

/// The text cannot be used.
pub(super) fn refuse(why: &str) -> Error {
    Error::invalid_argument(format!("the session's text {why}: log in again")).with_advice(Advice::ReplaceCredential)
}
