//! A personal access token (PAT) as the API describes it, and what creating one takes and gives.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::json::Object;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

const NANOSECONDS_PER_DAY: i128 = 86_400 * 1_000_000_000;

/// What the server tells of a token. The plain text is not among it: that comes once, in [`CreatedToken`].
///
/// Names are the API's own, but for [`Token::user_id`], which the API leaves out.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token {
    // Boxed texts and a shared owner: a list of 100 000 tokens stays below the size of the body it came in.
    id: Box<str>,
    name: Box<str>,
    created_by: Box<str>,
    user_id: Arc<str>,
    created_at: Timestamp,
    expiration_date: Timestamp,
    last_used: Option<Timestamp>,
}

impl Token {
    /// The token's id, 20 characters that the server chose. Not a secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name it was given; not unique.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it stops working. The zero time where the server keeps none, which it treats as expired.
    #[must_use]
    pub fn expiration_date(&self) -> Timestamp {
        self.expiration_date
    }

    /// When it was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The id of the user who created it, which need not be the one who owns it.
    #[must_use]
    pub fn created_by(&self) -> &str {
        &self.created_by
    }

    /// When it last authenticated a request; `None` for never. Reading a token with that same token counts as a use.
    #[must_use]
    pub fn last_used(&self) -> Option<Timestamp> {
        self.last_used
    }

    /// The id of the user who owns it: the one whose tokens were asked for.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Whether the server refuses it at the instant `now` (it does so after the expiration date, not at it).
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now > self.expiration_date
    }

    /// Whole days of 24 hours from `now` to the expiration date, rounded down: 0 on the last day, negative once expired.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        let days = self.expiration_date.nanoseconds_since(now).div_euclid(NANOSECONDS_PER_DAY);
        i64::try_from(days).expect("years -9999 to 9999 are fewer than 2^63 days")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("user_id", &self.user_id)
            .field("created_at", &self.created_at)
            .field("created_by", &self.created_by)
            .field("expiration_date", &self.expiration_date)
            .field("last_used", &self.last_used)
            .finish()
    }
}

/// The tokens' wire form.
#[derive(Deserialize)]
struct WireToken {
    id: Box<str>,
    name: Box<str>,
    created_by: Box<str>,
    created_at: Timestamp,
    expiration_date: Timestamp,
    #[serde(default)]
    last_used: Option<Timestamp>,
}

impl WireToken {
    fn owned_by(self, user_id: Arc<str>) -> Token {
        Token {
            id: self.id,
            name: self.name,
            created_by: self.created_by,
            user_id,
            created_at: self.created_at,
            expiration_date: self.expiration_date,
            last_used: self.last_used.and_then(Timestamp::or_never),
        }
    }
}

/// Reads one token and adds its owner.
pub(crate) fn parse_token(body: &[u8], user_id: &Arc<str>) -> Result<Token, serde_json::Error> {
    serde_json::from_slice::<Object<WireToken>>(body).map(|wire| wire.0.owned_by(Arc::clone(user_id)))
}

/// Reads a list of tokens, or the `null` by which the server says that there are none, and adds their owner.
pub(crate) fn parse_tokens(body: &[u8], user_id: &Arc<str>) -> Result<Vec<Token>, serde_json::Error> {
    struct List<'a>(&'a Arc<str>);

    impl<'de> DeserializeSeed<'de> for List<'_> {
        type Value = Vec<Token>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Token>, D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    impl<'de> Visitor<'de> for List<'_> {
        type Value = Vec<Token>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of tokens or null")
        }

        fn visit_unit<E>(self) -> Result<Vec<Token>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Token>, A::Error> {
            let mut tokens = Vec::new();
            while let Some(Object(wire)) = seq.next_element::<Object<WireToken>>()? {
                tokens.push(wire.owned_by(Arc::clone(self.0)));
            }
            Ok(tokens)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let tokens = List(user_id).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(tokens)
}

/// What a token to create shall be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewToken {
    name: String,
    expires_in_days: i64,
}

impl NewToken {
    /// The lifetime that a token gets when none is said, in days.
    pub const DEFAULT_EXPIRES_IN_DAYS: i64 = 90;

    /// A token of this name, which need not be unique but must not be empty, with a lifetime of 90 days.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        NewToken { name: name.into(), expires_in_days: Self::DEFAULT_EXPIRES_IN_DAYS }
    }

    /// The lifetime in days of the server's calendar, 1 to 365.
    #[must_use]
    pub fn expires_in_days(mut self, days: i64) -> Self {
        self.expires_in_days = days;
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Refuses what the server would refuse, before anything is sent.
    pub(crate) fn check(&self) -> Result<()> {
        if self.name.is_empty() {
            return Err(Error::invalid_argument(
                "the token's name is empty: give it one, by which to recognise it later",
            ));
        }
        if !(1..=365).contains(&self.expires_in_days) {
            return Err(Error::invalid_argument(format!(
                "a lifetime of {} days is not possible: give a whole number of days from 1 to 365",
                self.expires_in_days
            )));
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Wire<'a> {
            name: &'a str,
            expires_in: i64,
        }
        serde_json::to_vec(&Wire { name: &self.name, expires_in: self.expires_in_days })
            .expect("a text and a number always serialise")
    }
}

/// A token that was just created. The server never shows its plain text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedToken {
    /// What the server tells of it.
    pub token: Token,
    /// The text that authenticates: keep it safe, it cannot be had again.
    pub plain_token: Secret,
}

/// Reads the answer to a create and adds the owner.
pub(crate) fn parse_created(body: &[u8], user_id: &Arc<str>) -> Result<CreatedToken, serde_json::Error> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        personal_access_token: Object<WireToken>,
        // Borrowed from the body, which is wiped; owned only if the server ever escaped a character of it.
        #[serde(borrow)]
        plain_token: Cow<'a, str>,
    }
    let Object(wire): Object<Wire<'_>> = serde_json::from_slice(body)?;
    Ok(CreatedToken {
        plain_token: Secret::new(wire.plain_token),
        token: wire.personal_access_token.0.owned_by(Arc::clone(user_id)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"created_at":"2023-05-02T14:48:20.465209Z","created_by":"google-oauth2|277474792786460067937",
        "expiration_date":"2023-05-05T14:38:28.977616Z","id":"ch8i54g6lnn4g9hqv7n0","name":"My first token"}"#;

    fn one() -> Token {
        parse_token(ONE.as_bytes(), &"me".into()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn expiry_is_after_the_date_not_at_it() {
        assert!(!one().is_expired(at("2023-05-05T14:38:28.977616Z")));
        assert!(one().is_expired(at("2023-05-05T14:38:28.977617Z")));
    }

    #[test]
    fn days_left_round_down() {
        assert_eq!(one().days_left(at("2023-05-02T14:38:28.977616Z")), 3);
        assert_eq!(one().days_left(at("2023-05-02T14:38:28.977617Z")), 2);
        assert_eq!(one().days_left(at("2023-05-05T14:38:28Z")), 0);
        assert_eq!(one().days_left(at("2023-05-05T14:38:29Z")), -1);
    }

    #[test]
    fn null_is_an_empty_list_and_anything_else_is_refused() {
        let owner = "me".into();
        assert_eq!(parse_tokens(b"null\n", &owner).unwrap(), []);
        assert_eq!(parse_tokens(format!("[{ONE}]").as_bytes(), &owner).unwrap(), [one()]);
        for body in ["{}", "1", "[1]", "[[]]", "[] []", "", "<html>"] {
            assert!(parse_tokens(body.as_bytes(), &owner).is_err(), "{body}");
        }
    }

    #[test]
    fn a_token_in_a_list_is_small() {
        assert!(size_of::<Token>() <= 128, "{} bytes", size_of::<Token>());
    }
}
