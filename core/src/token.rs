//! A personal access token (PAT) as the API describes it, and what creating one takes and gives.

mod fields;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::credential::looks_like_credential;
use crate::endpoint::{Id, check_id};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::secret::Secret;
use crate::tag::Tag;
use crate::timestamp::Timestamp;

pub use fields::TokenFields;

const NANOSECONDS_PER_DAY: i128 = 86_400 * 1_000_000_000;

/// What the server says about a token. The secret is not part of it: that comes once, in [`CreatedToken`].
///
/// Names are the API's own, except [`Token::user_id`], which the API leaves out.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token {
    // Boxed texts, and an owner and a creator that are shared: a list of 100 000 tokens stays below the size of the body it came
    // in.
    id: Box<str>,
    name: Box<str>,
    created_by: Arc<str>,
    user_id: Arc<str>,
    created_at: Timestamp,
    expiration_date: Timestamp,
    last_used: Option<Timestamp>,
}

impl Token {
    /// The token's id, 20 characters chosen by the server. Not a secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name it was given; not unique.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it stops working. The zero time if the server keeps none; it treats such a token as expired.
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

    /// The id of the user who owns it: the one whose tokens were requested.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Whether the server refuses it at the instant `now` (it does so after the expiration date, not at it).
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expiration_date.is_expired(now)
    }

    /// Whole days of 24 hours from `now` to the expiration date, rounded down: 0 on the last day, negative once expired.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.expiration_date.days_left(now)
    }
}

impl Token {
    /// The lifetime that it was created with, in days of 24 hours, to the nearest one that can be asked for. The server counts
    /// days of its own calendar, so it may be an hour more or less. The default where the server knows no expiry.
    pub(crate) fn lifetime_in_days(&self) -> i64 {
        if self.expiration_date.is_zero() {
            return NewToken::DEFAULT_EXPIRES_IN_DAYS;
        }
        let half_a_day = NANOSECONDS_PER_DAY / 2;
        let nanoseconds = self.expiration_date.nanoseconds_since(self.created_at);
        let days = (nanoseconds + half_a_day).div_euclid(NANOSECONDS_PER_DAY);
        i64::try_from(days).unwrap_or(i64::MAX).clamp(1, 365)
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
struct WireToken<'a> {
    id: Box<str>,
    name: Box<str>,
    #[serde(borrow)]
    created_by: Cow<'a, str>,
    created_at: Timestamp,
    expiration_date: Timestamp,
    #[serde(default)]
    last_used: Option<Timestamp>,
}

impl WireToken<'_> {
    /// `creator` is that of the token before, which often made this one too.
    fn owned_by(self, user_id: &Arc<str>, creator: &mut Arc<str>) -> Token {
        if **creator != *self.created_by {
            *creator = Arc::from(self.created_by);
        }
        Token {
            id: self.id,
            name: self.name,
            created_by: Arc::clone(creator),
            user_id: Arc::clone(user_id),
            created_at: self.created_at,
            expiration_date: self.expiration_date,
            last_used: self.last_used.and_then(Timestamp::or_never),
        }
    }
}

/// Reads one token and adds its owner.
pub(crate) fn parse_token(body: &[u8], user_id: &Arc<str>) -> Result<Token, serde_json::Error> {
    let Object(wire) = serde_json::from_slice::<Object<WireToken<'_>>>(body)?;
    Ok(wire.owned_by(user_id, &mut Arc::clone(user_id)))
}

/// Reads a list of tokens, or the `null` by which the server says that there are none, and adds their owner.
pub(crate) fn parse_tokens(body: &[u8], user_id: &Arc<str>) -> Result<Vec<Token>, serde_json::Error> {
    let mut creator = Arc::clone(user_id);
    parse_list(body, |Object(wire): Object<WireToken<'_>>| wire.owned_by(user_id, &mut creator))
}

/// Which tokens of a list cannot be read, and which can; `None` if it is not a list of objects that have an id.
pub(crate) fn explain_odd_tokens(body: &[u8]) -> Option<String> {
    let list: Vec<Map<String, Value>> = serde_json::from_slice(body).ok()?;
    let mut odd = Vec::new();
    let mut good = Vec::new();
    for (at, token) in list.iter().enumerate() {
        let id = token.get("id").and_then(Value::as_str).filter(|id| check_id(id, Id::Token).is_ok())?;
        match what_is_odd(token) {
            Some((field, why)) => odd.push(format!("token {id} (number {} of {}): {field} {why}", at + 1, list.len())),
            None => good.push(id),
        }
    }
    if odd.is_empty() {
        return None;
    }
    let good = if good.is_empty() { "none".to_owned() } else { good.join(", ") };
    Some(format!("{}. Tokens that can be read, each by its id: {good}", odd.join("; ")))
}

fn what_is_odd(token: &Map<String, Value>) -> Option<(&'static str, &'static str)> {
    let text = |name: &str| token.get(name).and_then(Value::as_str);
    let is_time = |name: &str| text(name).is_some_and(|text| text.parse::<Timestamp>().is_ok());
    let texts = ["name", "created_by"].into_iter().find(|name| text(name).is_none());
    let times = ["created_at", "expiration_date"].into_iter().find(|name| !is_time(name));
    let last_used = token.get("last_used").is_some_and(|value| !value.is_null()) && !is_time("last_used");
    texts
        .map(|name| (name, "is missing or not a text"))
        .or(times.map(|name| (name, "is missing or not an RFC 3339 time")))
        .or(last_used.then_some(("last_used", "is not an RFC 3339 time")))
}

/// What is read of a token to tell whether a lost create made it. A field that cannot be read is `None`: such a token must not
/// hide the others, and may itself be the one.
pub(crate) struct ListedToken {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_by: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) expiration_date: Option<Timestamp>,
    pub(crate) used: bool,
}

/// Reads a list of tokens as far as it can be read.
pub(crate) fn parse_listed(body: &[u8]) -> Result<Vec<ListedToken>, serde_json::Error> {
    let listed = parse_list(body, |token: Map<String, Value>| {
        let text = |name: &str| token.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| text(name).and_then(|text| text.parse().ok());
        Some(ListedToken {
            id: text("id").filter(|id| check_id(id, Id::Token).is_ok())?,
            name: text("name")?,
            created_by: text("created_by"),
            created_at: time("created_at"),
            expiration_date: time("expiration_date"),
            used: time("last_used").and_then(Timestamp::or_never).is_some(),
        })
    })?;
    Ok(listed.into_iter().flatten().collect())
}

/// Reads a list, or `null` for an empty one, one element at a time.
fn parse_list<'de, T: Deserialize<'de>, U>(
    body: &'de [u8],
    each: impl FnMut(T) -> U,
) -> Result<Vec<U>, serde_json::Error> {
    struct List<T, F>(F, PhantomData<T>);

    impl<'de, T: Deserialize<'de>, U, F: FnMut(T) -> U> DeserializeSeed<'de> for List<T, F> {
        type Value = Vec<U>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<U>, D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    impl<'de, T: Deserialize<'de>, U, F: FnMut(T) -> U> Visitor<'de> for List<T, F> {
        type Value = Vec<U>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of tokens or null")
        }

        fn visit_unit<E>(self) -> Result<Vec<U>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Vec<U>, A::Error> {
            let mut list = Vec::new();
            while let Some(element) = seq.next_element::<T>()? {
                list.push(self.0(element));
            }
            Ok(list)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let list = List(each, PhantomData).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(list)
}

/// The token to create.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewToken {
    name: String,
    expires_in_days: i64,
    tag: bool,
}

impl NewToken {
    /// The default lifetime in days.
    pub const DEFAULT_EXPIRES_IN_DAYS: i64 = 90;

    /// A token of this name, which need not be unique but must not be empty, with a lifetime of 90 days.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        NewToken { name: name.into(), expires_in_days: Self::DEFAULT_EXPIRES_IN_DAYS, tag: false }
    }

    /// The lifetime in days of the server's calendar, 1 to 365.
    #[must_use]
    pub fn expires_in_days(mut self, days: i64) -> Self {
        self.expires_in_days = days;
        self
    }

    /// Whether the name is sent as `NAME #TAG`, with ten random characters. No other token has such a name, so if the answer
    /// to the create is lost, the token that it made can be found with certainty; see
    /// [`OnUnknown::RevokeAndRetry`](crate::OnUnknown). Default: no.
    #[must_use]
    pub fn tag(mut self, tag: bool) -> Self {
        self.tag = tag;
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_tagged(&self) -> bool {
        self.tag
    }

    /// Refuses what the server would refuse, before anything is sent.
    pub(crate) fn check(&self) -> Result<()> {
        if self.name.is_empty() {
            return Err(Error::invalid_argument(
                "the token's name is empty: give it one by which you will recognise it",
            ));
        }
        if looks_like_credential(&self.name) {
            return Err(Error::invalid_argument(
                "the token's name looks like a credential, which everybody who lists the tokens would see: give another name",
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

    /// What one create sends: the name, with a new tag if one was asked for, and the lifetime.
    pub(crate) fn wanted(&self) -> Result<Wanted> {
        let name = if self.tag {
            let tag = Tag::random().map_err(|error| {
                Error::configuration(format!(
                    "the system gives no random numbers for a tag ({error}): create without one"
                ))
            })?;
            tag.apply(&self.name)
        } else {
            self.name.clone()
        };
        Ok(Wanted { name, expires_in_days: self.expires_in_days })
    }
}

/// What one create sends.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) expires_in_days: i64,
}

impl Wanted {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Wire<'a> {
            name: &'a str,
            expires_in: i64,
        }
        serde_json::to_vec(&Wire { name: &self.name, expires_in: self.expires_in_days })
            .expect("a text and a number always serialise")
    }

    /// Whether a token that was created and expires at these instants has this lifetime. The server counts days of its own
    /// calendar, so a change to or from summer time moves the end by an hour.
    pub(crate) fn has_lifetime(&self, created_at: Timestamp, expires_at: Timestamp) -> bool {
        const TOLERANCE: i128 = 2 * 3_600 * 1_000_000_000;
        let whole = i128::from(self.expires_in_days) * NANOSECONDS_PER_DAY;
        (expires_at.nanoseconds_since(created_at) - whole).abs() <= TOLERANCE
    }
}

/// A token that was just created. The server never shows its secret again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedToken {
    /// What the server says about it.
    pub token: Token,
    /// The secret that authenticates. Store it now: it cannot be recovered.
    pub plain_token: Secret,
}

/// Reads the answer to a create and adds the owner.
pub(crate) fn parse_created(body: &[u8], user_id: &Arc<str>) -> Result<CreatedToken, serde_json::Error> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow)]
        personal_access_token: Object<WireToken<'a>>,
        // Borrowed from the body, which is wiped; owned only if the server ever escaped a character of it.
        #[serde(borrow)]
        plain_token: Cow<'a, str>,
    }
    let Object(wire): Object<Wire<'_>> = serde_json::from_slice(body)?;
    Ok(CreatedToken {
        plain_token: Secret::new(wire.plain_token),
        token: wire.personal_access_token.0.owned_by(user_id, &mut Arc::clone(user_id)),
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
    fn an_odd_token_does_not_hide_the_others() {
        let odd = ONE.replace("2023-05-05T14:38:28.977616Z", "never").replace("ch8i54g6lnn4g9hqv7n0", "odd");
        let body = format!("[{ONE},{odd}]");
        assert!(parse_tokens(body.as_bytes(), &"me".into()).is_err());
        assert_eq!(
            explain_odd_tokens(body.as_bytes()).unwrap(),
            "token odd (number 2 of 2): expiration_date is missing or not an RFC 3339 time. Tokens that can be read, each by its id: ch8i54g6lnn4g9hqv7n0"
        );
        let listed = parse_listed(body.as_bytes()).unwrap();
        assert_eq!(listed.iter().map(|token| token.id.as_str()).collect::<Vec<_>>(), ["ch8i54g6lnn4g9hqv7n0", "odd"]);
        assert!(listed[0].expiration_date.is_some() && listed[1].expiration_date.is_none());
        assert_eq!(explain_odd_tokens(b"[1]"), None);
    }

    #[test]
    fn a_lifetime_is_days_of_the_servers_calendar() {
        let wanted = NewToken::new("ci").expires_in_days(30).wanted().unwrap();
        let created = at("2026-03-01T09:00:00Z");
        assert!(wanted.has_lifetime(created, at("2026-03-31T08:00:00.000001Z")), "summer time began");
        assert!(wanted.has_lifetime(created, at("2026-03-31T09:00:00Z")));
        assert!(!wanted.has_lifetime(created, at("2026-03-30T09:00:00Z")));
    }

    #[test]
    fn a_token_in_a_list_is_small() {
        assert!(size_of::<Token>() <= 128, "{} bytes", size_of::<Token>());
    }
}
