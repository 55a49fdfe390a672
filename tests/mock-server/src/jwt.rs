//! JSON Web Tokens that the server issues and checks itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::hmac;
use serde::{Deserialize, Serialize};

/// The audience of a JWT that a test asked for, which the API always accepts.
pub(crate) const AUDIENCE: &str = "netbird-mock";

/// Who a JWT is for.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) id: &'a str,
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
}

/// Where a JWT comes from, and which audience it is for.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
}

impl Origin<'_> {
    /// That of a JWT that a test asked for.
    pub(crate) const TEST: Origin<'static> = Origin { issuer: "https://netbird.example/oauth2", audience: AUDIENCE };
}

#[derive(Deserialize, Serialize)]
struct Head {
    alg: String,
    typ: String,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    email: String,
    name: String,
}

/// Issues JWTs with one server's key. Debug output does not show the key.
#[derive(Debug)]
pub(crate) struct Issuer {
    key: hmac::Key,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        let mut secret = [0; 32];
        fastrand::fill(&mut secret);
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &secret) }
    }

    /// A JWT for this user, valid from `now` for this many seconds; a negative number gives one that has expired.
    pub(crate) fn issue(&self, user: Named<'_>, origin: Origin<'_>, now: Timestamp, valid_for: i64) -> String {
        let exp = now.as_second().saturating_add(valid_for);
        let head = Head { alg: "HS256".to_owned(), typ: "JWT".to_owned() };
        let claims = Claims {
            iss: origin.issuer.to_owned(),
            sub: user.id.to_owned(),
            aud: origin.audience.to_owned(),
            // `iat` has to be before `exp`, also for an expired JWT.
            iat: now.as_second().min(exp.saturating_sub(1)),
            exp,
            email: user.email.to_owned(),
            name: user.name.to_owned(),
        };
        let signed = format!("{}.{}", part(&head), part(&claims));
        let signature = hmac::sign(&self.key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The user and the audience that it was issued for, if this server issued it and it has not expired.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Option<(String, String)> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, signed.as_bytes(), &signature).ok()?;
        let (head, claims) = signed.split_once('.')?;
        let head: Head = read(head)?;
        let claims: Claims = read(claims)?;
        (head.alg == "HS256" && now.as_second() < claims.exp).then_some((claims.sub, claims.aud))
    }
}

fn part(value: &impl Serialize) -> String {
    // Structs of text and numbers always serialise.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn read<T: for<'a> Deserialize<'a>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_servers_jwts_are_accepted_until_they_expire() {
        let issuer = Issuer::new();
        let now = Timestamp::now();
        let user = Named { id: "u|1", email: "a@b.example", name: "A" };
        let token = issuer.issue(user, Origin::TEST, now, 60);
        assert_eq!(issuer.check(&token, now), Some(("u|1".to_owned(), AUDIENCE.to_owned())));
        let later = now + jiff::SignedDuration::from_secs(60);
        assert_eq!(issuer.check(&token, later), None, "expired");
        assert_eq!(issuer.check(&issuer.issue(user, Origin::TEST, now, -1), now), None);
        assert_eq!(Issuer::new().check(&token, now), None, "another server's");
        let (signed, _) = token.rsplit_once('.').expect("three parts");
        assert_eq!(issuer.check(&format!("{signed}.AAAA"), now), None);
        assert_eq!(issuer.check(signed, now), None);
        assert!(!format!("{issuer:?}").contains(&token));
    }
}
