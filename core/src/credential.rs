//! The two ways to authenticate, a PAT or a bearer JWT, and what can be known of them without asking the server.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::timestamp::Timestamp;

const PAT_PREFIX: &str = "nbp_";
const PAT_SECRET_LENGTH: usize = 30;
const PAT_CHECKSUM_LENGTH: usize = 6;
const PAT_LENGTH: usize = PAT_PREFIX.len() + PAT_SECRET_LENGTH + PAT_CHECKSUM_LENGTH;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How a request authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A personal access token, sent as `Authorization: Token …`.
    Pat,
    /// A JWT from the account's identity provider, sent as `Authorization: Bearer …`.
    Bearer,
}

/// A credential that passed its offline check. It never prints its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    kind: CredentialKind,
    text: Secret,
    expires_at: Option<Timestamp>,
}

impl Credential {
    /// A personal access token: exactly its 40 characters.
    ///
    /// # Errors
    /// `invalid_credential` when the prefix, the length or the checksum is wrong, saying which.
    pub fn pat(text: &str) -> Result<Self> {
        check_pat(text)?;
        Ok(Credential { kind: CredentialKind::Pat, text: Secret::new(text), expires_at: None })
    }

    /// A JWT. Its shape and its expiry are checked (against this machine's clock); its signature is the server's to check.
    ///
    /// # Errors
    /// `invalid_credential` when it is no JWT or has expired, saying which.
    pub fn bearer(jwt: &str) -> Result<Self> {
        let expires_at = check_jwt(jwt, Timestamp::now())?;
        Ok(Credential { kind: CredentialKind::Bearer, text: Secret::new(jwt), expires_at })
    }

    /// Either of the two, as people paste them: white space and quotes around it, and a leading `Token ` or `Bearer ` or
    /// `Authorization:`, are taken off.
    ///
    /// # Errors
    /// `invalid_credential`, saying what it looks like instead where that can be told.
    pub fn detect(text: &str) -> Result<Self> {
        let bare = strip_decoration(text);
        if bare.is_empty() {
            return Err(invalid("the credential is empty: give a PAT (nbp_…) or a JWT"));
        }
        if bare.starts_with(PAT_PREFIX) {
            Credential::pat(bare)
        } else if looks_like_jwt(bare) {
            Credential::bearer(bare)
        } else {
            Err(mistaken(bare).unwrap_or_else(|| {
                invalid("the credential is neither a PAT (nbp_ and 36 letters or digits) nor a JWT (three parts with dots between)")
            }))
        }
    }

    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// When a JWT expires, where it says so. A PAT does not tell: ask the server.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The value of the `Authorization` header field.
    pub(crate) fn authorization(&self) -> Zeroizing<String> {
        let scheme = match self.kind {
            CredentialKind::Pat => "Token ",
            CredentialKind::Bearer => "Bearer ",
        };
        // With its size known beforehand the text is never moved, so no copy stays behind.
        let mut value = Zeroizing::new(String::with_capacity(scheme.len() + self.text.expose().len()));
        value.push_str(scheme);
        value.push_str(self.text.expose());
        value
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("kind", &self.kind).field("text", &self.text).finish_non_exhaustive()
    }
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidCredential, message)
}

fn strip_decoration(text: &str) -> &str {
    let around = |c: char| c.is_whitespace() || c == '"' || c == '\'' || c == '\u{feff}';
    let mut bare = text.trim_matches(around);
    for word in ["authorization:", "token", "bearer"] {
        if let Some(head) = bare.get(..word.len())
            && head.eq_ignore_ascii_case(word)
            && (word.ends_with(':') || bare[word.len()..].starts_with(char::is_whitespace))
        {
            bare = bare[word.len()..].trim_matches(around);
        }
    }
    bare
}

/// What a text is that is often given in place of a PAT.
fn mistaken(text: &str) -> Option<Error> {
    if is_uuid(text) {
        Some(invalid(
            "this looks like a setup key, which enrols machines: the API wants a personal access token (nbp_…)",
        ))
    } else if text.starts_with("nbx_") {
        Some(invalid("this is a proxy token (nbx_…): the API wants a personal access token (nbp_…)"))
    } else if text.starts_with("nbi_") {
        Some(invalid("this is an invitation (nbi_…): the API wants a personal access token (nbp_…)"))
    } else {
        None
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn check_pat(text: &str) -> Result<()> {
    let Some(rest) = text.strip_prefix(PAT_PREFIX) else {
        if text.is_empty() {
            return Err(invalid("the PAT is empty"));
        }
        if strip_decoration(text) != text {
            return Err(invalid(
                "the PAT has more than the token in it (white space, quotes, or a leading Token or Bearer): give the 40 characters alone, or let detect take the rest off",
            ));
        }
        if looks_like_jwt(text) {
            return Err(invalid("this is a JWT, not a PAT: give it as a bearer credential"));
        }
        return Err(
            mistaken(text).unwrap_or_else(|| invalid("this is no PAT: one begins with nbp_ and has 40 characters"))
        );
    };
    if text.trim() != text {
        return Err(invalid(
            "there is white space around the PAT: give its 40 characters alone, or let detect take it off",
        ));
    }
    if text.len() != PAT_LENGTH {
        return Err(invalid(&format!(
            "a PAT has {PAT_LENGTH} characters and this one {}: it was {} when it was copied",
            text.chars().count(),
            if text.len() < PAT_LENGTH { "cut short" } else { "run together with something" }
        )));
    }
    if !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(invalid("the PAT has a character that is neither a letter nor a digit after nbp_: copy it again"));
    }
    let (secret, checksum) = rest.as_bytes().split_at(PAT_SECRET_LENGTH);
    if checksum != pat_checksum(secret) {
        return Err(invalid(
            "the PAT's checksum is wrong: a character was changed or lost when it was copied, copy it again",
        ));
    }
    Ok(())
}

/// CRC-32 of the secret part, in base 62, most significant digit first, padded with `0`.
fn pat_checksum(secret: &[u8]) -> [u8; PAT_CHECKSUM_LENGTH] {
    let mut rest = crc32fast::hash(secret);
    let mut digits = [b'0'; PAT_CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest as usize % BASE62.len()];
        rest /= 62;
    }
    digits
}

fn looks_like_jwt(text: &str) -> bool {
    text.split('.').count() == 3 && text.starts_with("eyJ")
}

/// The expiry that the JWT states, if any, once its shape is known to be right.
fn check_jwt(jwt: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    #[derive(Deserialize)]
    struct Claims {
        exp: Option<f64>,
    }

    if jwt.is_empty() {
        return Err(invalid("the JWT is empty"));
    }
    if jwt.starts_with(PAT_PREFIX) {
        return Err(invalid("this is a PAT, not a JWT: give it as a pat credential"));
    }
    if strip_decoration(jwt) != jwt {
        return Err(invalid(
            "the JWT has more than the token in it (white space, quotes, or a leading Token or Bearer): give it alone, or let detect take the rest off",
        ));
    }
    let parts: Vec<&str> = jwt.split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else {
        return Err(mistaken(jwt).unwrap_or_else(|| {
            invalid(&format!("a JWT has three parts with dots between and this has {}: copy it whole", parts.len()))
        }));
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok().map(Zeroizing::new);
    let is_object = |bytes: &[u8]| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok();
    if !decode(header).is_some_and(|bytes| is_object(&bytes)) {
        return Err(invalid("the JWT's first part is not base64url of a JSON object: copy it again"));
    }
    let claims = decode(claims)
        .filter(|bytes| is_object(bytes))
        .and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok())
        .ok_or_else(|| invalid("the JWT's second part is not base64url of its claims: copy it again"))?;
    if signature.is_empty() || decode(signature).is_none() {
        return Err(invalid("the JWT's third part, the signature, is missing or not base64url: copy it whole"));
    }
    let Some(exp) = claims.exp else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "a saturated time is out of range and refused below")]
    let expires_at = Timestamp::from_unix(exp as i64, 0).map_err(|_| invalid("the JWT's expiry is out of range"))?;
    if expires_at <= now {
        return Err(invalid(&format!("the JWT expired at {expires_at}: log in again for a new one")));
    }
    Ok(Some(expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";

    fn jwt(claims: &str) -> String {
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(claims), "c2ln")
    }

    fn says(result: Result<Credential>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidCredential);
        error.message().to_owned()
    }

    #[test]
    fn known_pats_pass() {
        for pat in [
            GOOD,
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr",
            "nbp_example0000000000000000000005500ekhp",
            "nbp_z1pvsg2wP3EzmEou4S679KyTNhov632eyrXe",
            "nbp_9999EUDNdkeusjentDLSJEn1902u84390W6W",
        ] {
            assert_eq!(Credential::pat(pat).unwrap().kind(), CredentialKind::Pat);
        }
    }

    #[test]
    fn every_single_changed_character_is_noticed() {
        for at in PAT_PREFIX.len()..GOOD.len() {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let text = String::from_utf8(bytes).unwrap();
            assert!(says(Credential::pat(&text)).contains("checksum"), "position {at}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_never_shown() {
        let cases = [
            ("", "empty"),
            (&GOOD[..39], "cut short"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCmm", "run together"),
            (" nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "alone"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\n", "white space"),
            ("Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "leading Token"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolC-", "neither a letter nor a digit"),
            ("A1B2C3D4-1111-2222-3333-444455556666", "setup key"),
            ("nbx_abcdefghijklmnopqrstuvwxyz01232LolCm", "proxy token"),
            ("nbi_abcdefghijklmnopqrstuvwxyz01232LolCm", "invitation"),
            ("ghp_whatever", "begins with nbp_"),
        ];
        for (text, expected) in cases {
            let message = says(Credential::pat(text));
            assert!(message.contains(expected), "{message}");
            assert!(text.is_empty() || !message.contains(text.trim()), "{message}");
        }
    }

    #[test]
    fn detect_takes_the_paste_off() {
        for text in [
            "Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\n",
            "\"nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\"",
            "Authorization: Bearer nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
            "\u{feff}nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\r\n",
            "bearer\tnbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
        ] {
            assert_eq!(Credential::detect(text).unwrap(), Credential::pat(GOOD).unwrap(), "{text:?}");
        }
        let jwt = jwt("{}");
        assert_eq!(Credential::detect(&format!("Bearer {jwt}")).unwrap().kind(), CredentialKind::Bearer);
        assert!(says(Credential::detect("Token ")).contains("neither"));
        assert!(says(Credential::detect(" \n")).contains("empty"));
    }

    #[test]
    fn a_jwt_is_checked_for_shape_and_expiry() {
        assert_eq!(Credential::bearer(&jwt("{}")).unwrap().expires_at(), None);
        let in_2100 = Credential::bearer(&jwt(r#"{"exp":4102444800}"#)).unwrap();
        assert_eq!(in_2100.expires_at(), Some("2100-01-01T00:00:00Z".parse().unwrap()));
        assert!(says(Credential::bearer(&jwt(r#"{"exp":1000000000}"#))).contains("expired at 2001-09-09T01:46:40Z"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.e30")).contains("three parts"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.e30.")).contains("signature"));
        assert!(says(Credential::bearer("eyJ#.e30.c2ln")).contains("first part"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.W10.c2ln")).contains("second part"));
        assert!(says(Credential::bearer(GOOD)).contains("pat credential"));
        assert!(says(Credential::pat(&jwt("{}"))).contains("bearer credential"));
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(
            format!("{:?}", Credential::pat(GOOD).unwrap()),
            "Credential { kind: Pat, text: Secret(nbp_****), .. }"
        );
    }
}
