//! The tokens of a session: reading them from an answer, how long they live, and when they are to be refreshed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::credential::session::Issued;
use crate::credential::{Credential, jwt_lifetime};
use crate::error::Error;
use crate::secret::Secret;
use crate::timestamp::Timestamp;
use crate::transport::Reply;

use super::answer::{fields, unusable, wrong_field};

/// A refresh begins in the last tenth of a token's life, within these bounds.
const SHARE: u32 = 10;
const SHORTEST_MARGIN: Duration = Duration::from_secs(30);
const LONGEST_MARGIN: Duration = Duration::from_secs(300);

/// The life of a token that says nothing about it.
const UNKNOWN_LIFE: Duration = Duration::from_secs(3_600);

/// Longer ones are cut to this: a year.
const LONGEST_LIFE: Duration = Duration::from_secs(365 * 86_400);

/// The tokens of a session. Their life is measured by this machine's monotonic clock, so that a wrong date changes nothing.
pub(super) struct Tokens {
    pub(super) issued: Arc<Issued>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) life: Duration,
    /// When the ID token expires.
    pub(super) expires: Instant,
    /// The same by this machine's clock, for people.
    pub(super) expires_at: Timestamp,
    /// From when on a call starts a refresh.
    pub(super) due: Instant,
}

impl Tokens {
    /// Tokens that live this long in all, and of that, for this long from now on.
    pub(super) fn new(
        id_token: &str,
        refresh_token: Option<Secret>,
        life: Duration,
        left: Duration,
    ) -> Result<Self, Error> {
        // Which also makes sure that it can be sent.
        let expires_at = Credential::bearer(id_token)?.expires_at();
        let (life, left) = (life.min(LONGEST_LIFE), left.min(life).min(LONGEST_LIFE));
        let (now, margin) = (Instant::now(), (life / SHARE).clamp(SHORTEST_MARGIN, LONGEST_MARGIN));
        Ok(Tokens {
            issued: Arc::new(Issued { jwt: Secret::new(id_token), expires_at }),
            refresh_token,
            life,
            expires: now + left,
            expires_at: Timestamp::now().saturating_add(left),
            due: now + left.saturating_sub(margin),
        })
    }

    /// The tokens of an answer to a poll or a refresh.
    pub(super) fn read(reply: &Reply) -> Result<Self, Error> {
        const WHAT: &str = "a token answer of OAuth2";
        const NAMES: [&str; 4] = ["token_type", "id_token", "refresh_token", "expires_in"];
        let [token_type, id_token, refresh_token, expires_in] = NAMES;
        let wrong = |name| wrong_field(reply, WHAT, name);
        // The access token is not read: the API may not accept it.
        let mut wire = fields(reply, WHAT, &NAMES)?;
        if !wire.text(token_type).map_err(wrong)?.eq_ignore_ascii_case("bearer") {
            return Err(unusable(
                reply,
                "the identity provider gave tokens that are not bearer tokens: NetBird needs these",
            ));
        }
        let Some(id_token) = wire.optional(id_token).map_err(wrong)? else {
            return Err(unusable(
                reply,
                "the identity provider gave no ID token, which is what NetBird accepts: scope must have openid in it",
            ));
        };
        let refresh_token = wire.optional(refresh_token).map_err(wrong)?;
        let stated = wire.number(expires_in).map_err(wrong)?.map(Duration::from_secs);
        // What the answer says is about the access token. The ID token's own words count too, by its issuer's clock alone.
        let life = match (stated, jwt_lifetime(&id_token)) {
            (Some(stated), Some(own)) => stated.min(own),
            (Some(life), None) | (None, Some(life)) => life,
            (None, None) => UNKNOWN_LIFE,
        };
        let refresh_token = refresh_token.filter(|text| !text.is_empty()).map(Secret::new);
        Tokens::new(&id_token, refresh_token, life, life).map_err(|_| {
            unusable(reply, "the identity provider's ID token is not a JWT: check the issuer and the client_id")
        })
    }

    /// These tokens, which replace others: they keep the refresh token if there is no new one, and are not refreshed again in the
    /// first half of their life, however short that is.
    pub(super) fn replacing(mut self, others: &Tokens) -> Self {
        self.refresh_token = self.refresh_token.or_else(|| others.refresh_token.clone());
        self.due = self.due.max(self.expires.checked_sub(self.life / 2).unwrap_or(self.due));
        self
    }

    pub(super) fn have_expired(&self) -> bool {
        Instant::now() >= self.expires
    }

    /// Whether they are close to their expiry.
    pub(super) fn are_due(&self) -> bool {
        Instant::now() >= self.due
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Body;

    fn jwt(claims: &Value) -> String {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"none"}"#.to_owned()), part(claims.to_string()))
    }

    fn read(answer: &Value) -> Result<Tokens, Error> {
        Tokens::read(&Reply {
            status: 200,
            is_json: true,
            content_type: None,
            request_id: None,
            date: None,
            retry_after: None,
            location: None,
            body: Body::new(answer.to_string().into_bytes(), true),
            attempts: 1,
        })
    }

    fn due_before_expiry(tokens: &Tokens) -> u64 {
        (tokens.expires - tokens.due).as_secs()
    }

    #[test]
    fn the_shorter_of_both_lives_counts_whatever_the_date_here() {
        let id_token = jwt(&json!({"iat": 1_000, "exp": 4_600}));
        let life = |expires_in: Value| {
            read(&json!({"id_token": id_token, "token_type": "Bearer", "expires_in": expires_in}))
                .unwrap()
                .life
                .as_secs()
        };
        assert_eq!(life(json!(86_399)), 3_600);
        assert_eq!(life(json!(60)), 60);
        assert_eq!(life(Value::Null), 3_600);
        let silent = json!({"id_token": jwt(&json!({})), "token_type": "bearer"});
        assert_eq!(read(&silent).unwrap().life, UNKNOWN_LIFE);
        let odd =
            json!({"id_token": jwt(&json!({"iat": 9, "exp": 1})), "token_type": "bearer", "expires_in": u64::MAX});
        assert_eq!(read(&odd).unwrap().life, LONGEST_LIFE);
    }

    #[test]
    fn a_refresh_is_due_in_the_last_tenth_within_bounds() {
        let with_life = |seconds| {
            let life = Duration::from_secs(seconds);
            Tokens::new(&jwt(&json!({})), None, life, life).unwrap()
        };
        assert_eq!(due_before_expiry(&with_life(86_400)), 300);
        assert_eq!(due_before_expiry(&with_life(1_000)), 100);
        assert_eq!(due_before_expiry(&with_life(100)), 30);
        assert!(with_life(20).are_due() && !with_life(20).have_expired());
        assert!(with_life(0).have_expired());
        assert!(
            !with_life(20).replacing(&with_life(20)).are_due(),
            "a provider of short tokens is not asked all the time"
        );
        assert_eq!(due_before_expiry(&with_life(86_400).replacing(&with_life(1))), 300);
    }

    #[test]
    fn a_refresh_token_stays_until_another_one_comes() {
        let tokens = |refresh: Value| {
            read(&json!({"id_token": jwt(&json!({})), "token_type": "bearer", "refresh_token": refresh})).unwrap()
        };
        let kept = tokens(Value::Null).replacing(&tokens(json!("first")));
        assert_eq!(kept.refresh_token, Some(Secret::new("first")));
        let replaced = tokens(json!("second")).replacing(&kept);
        assert_eq!(replaced.refresh_token, Some(Secret::new("second")));
    }

    #[test]
    fn what_cannot_be_used_says_why_and_shows_nothing() {
        let id_token = jwt(&json!({}));
        for (answer, part) in [
            (json!({"token_type": "bearer", "access_token": "s3cr3t"}), "openid"),
            (json!({"token_type": "mac", "id_token": id_token}), "bearer"),
            (json!({"token_type": "bearer", "id_token": "s3cr3t"}), "not a JWT"),
            (json!({"token_type": "bearer", "id_token": "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"}), "not a JWT"),
            (json!({"token_type": "bearer", "id_token": format!("{id_token}\n")}), "not a JWT"),
            (json!({"id_token": id_token}), "not a token answer"),
            (json!({"token_type": "bearer", "id_token": id_token, "expires_in": -5}), "not a token answer"),
            (json!([]), "not a token answer"),
        ] {
            let Err(error) = read(&answer) else { panic!("{answer}") };
            assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
            assert!(error.message().contains(part) && !error.message().contains("s3cr3t"), "{error}");
        }
    }
}
