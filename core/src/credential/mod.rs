//! The two ways to authenticate, a PAT or a bearer JWT, and what can be known about them without asking the server.

mod jwt;
mod mistake;
mod pat;
pub(crate) mod session;
pub(crate) mod token_file;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::Result;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

use self::session::Following;

pub(crate) use jwt::lifetime as jwt_lifetime;
pub(crate) use mistake::looks_like_credential;

/// How a request authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum CredentialKind {
    /// A personal access token, sent as `Authorization: Token …`.
    Pat,
    /// A JWT from the account's identity provider, sent as `Authorization: Bearer …`.
    Bearer,
}

/// A credential that passed its offline check. It never prints its text.
///
/// One from a [`LoginSession`](crate::LoginSession) follows that session: a client that uses it goes on with each token that the
/// session is refreshed to.
#[derive(Clone)]
pub struct Credential {
    kind: CredentialKind,
    text: Secret,
    expires_at: Option<Timestamp>,
    session: Option<Following>,
}

impl PartialEq for Credential {
    /// The same text, compared in constant time; for two that follow a session, the same session.
    fn eq(&self, other: &Self) -> bool {
        match (&self.session, &other.session) {
            (None, None) => self.kind == other.kind && self.text == other.text,
            (Some(ours), Some(theirs)) => Arc::ptr_eq(&ours.session, &theirs.session),
            _ => false,
        }
    }
}

impl Eq for Credential {}

impl Credential {
    /// A personal access token: exactly its 40 characters.
    ///
    /// # Errors
    /// `invalid_credential` when the prefix, the length or the checksum is wrong, saying which.
    pub fn pat(text: &str) -> Result<Self> {
        pat::check(text)?;
        Ok(Credential { kind: CredentialKind::Pat, text: Secret::new(text), expires_at: None, session: None })
    }

    /// A JWT. Its shape is checked; its signature and its expiry are for the server to check. See
    /// [`Credential::expires_at`] for the expiry that it states.
    ///
    /// # Errors
    /// `invalid_credential` when it is not a JWT, saying why.
    pub fn bearer(jwt: &str) -> Result<Self> {
        let expires_at = jwt::check(jwt)?;
        Ok(Credential { kind: CredentialKind::Bearer, text: Secret::new(jwt), expires_at, session: None })
    }

    /// Either of the two, as people paste them: white space and quotes around it, and a leading `Token `, `Bearer ` or
    /// `Authorization:`, are removed.
    ///
    /// # Errors
    /// `invalid_credential`, saying what it looks like instead where that is known.
    pub fn detect(text: &str) -> Result<Self> {
        let bare = mistake::strip_decoration(text);
        if bare.is_empty() {
            return Err(mistake::invalid("the credential is empty: give a PAT (nbp_…) or a JWT"));
        }
        if bare.starts_with(pat::PREFIX) {
            Credential::pat(bare)
        } else if mistake::looks_like_jwt(bare) {
            Credential::bearer(bare)
        } else {
            Err(mistake::recognise(bare).unwrap_or_else(|| {
                mistake::invalid(
                    "the credential is neither a PAT (nbp_ and 36 letters or digits) nor a JWT (three parts separated by dots)",
                )
            }))
        }
    }

    /// A PAT that the server has just issued, whatever it looks like.
    pub(crate) fn issued(plain_token: &Secret) -> Self {
        Credential { kind: CredentialKind::Pat, text: plain_token.clone(), expires_at: None, session: None }
    }

    /// The token of a session, which it follows.
    pub(crate) fn following(following: Following) -> Self {
        Credential {
            kind: CredentialKind::Bearer,
            text: following.issued.jwt.clone(),
            expires_at: following.issued.expires_at,
            session: Some(following),
        }
    }

    /// The session that it follows, if it is from a login.
    pub(crate) fn session(&self) -> Option<&Following> {
        self.session.as_ref()
    }

    /// The same with the token that its session has now, if that is another one.
    pub(crate) fn renewed(&self) -> Option<Self> {
        self.session.as_ref()?.renewed().map(Credential::following)
    }

    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// When a JWT expires, if it says so; of a session's, the one that the session has now. A PAT does not say: ask the server.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.session {
            Some(following) => following.session.current().expires_at,
            None => self.expires_at,
        }
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

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::error::ErrorKind;

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
        for at in pat::PREFIX.len()..GOOD.len() {
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
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCmm", "joined with something"),
            (" nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "alone"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\n", "white space"),
            ("Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "leading Token"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolC-", "character 40 of the PAT is punctuation"),
            ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCé", "character 40 of the PAT is a letter outside ASCII"),
            ("nbp_abcdefghij klmnopqrstuvwxyz01232LolCm", "character 15 of the PAT is white space"),
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
        assert!(says(Credential::detect("nbp_****")).contains("this is the mask"));
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
    fn a_jwt_is_checked_for_shape_and_its_expiry_is_told() {
        assert_eq!(Credential::bearer(&jwt("{}")).unwrap().expires_at(), None);
        let in_2100 = Credential::bearer(&jwt(r#"{"exp":4102444800}"#)).unwrap();
        assert_eq!(in_2100.expires_at(), Some("2100-01-01T00:00:00Z".parse().unwrap()));
        let expired = Credential::bearer(&jwt(r#"{"exp":1000000000}"#)).unwrap();
        assert_eq!(expired.expires_at(), Some("2001-09-09T01:46:40Z".parse().unwrap()), "our clock refuses nothing");
        assert!(says(Credential::bearer(&jwt(r#"{"exp":1e300}"#))).contains("out of range"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.e30")).contains("three parts"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.e30.")).contains("signature"));
        assert!(says(Credential::bearer("eyJ#.e30.c2ln")).contains("first part"));
        assert!(says(Credential::bearer("eyJhbGciOiJIUzI1NiJ9.W10.c2ln")).contains("second part"));
        assert!(says(Credential::bearer(GOOD)).contains("pat credential"));
        assert!(says(Credential::pat(&jwt("{}"))).contains("bearer credential"));
    }

    #[test]
    fn a_credential_given_for_an_id_is_noticed() {
        for text in [GOOD, &GOOD[..20], " \"nbp_abc\"", "Token nbp_abc", "NBP_ABC", &jwt("{}")] {
            assert!(looks_like_credential(text), "{text:?}");
        }
        for id in ["ch8i54g6lnn4g9hqv7n0", "google-oauth2|277", "ef3799d6-3891-4769-9690-e6798258d5f6", "nbp", "a.b.c"]
        {
            assert!(!looks_like_credential(id), "{id:?}");
        }
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(
            format!("{:?}", Credential::pat(GOOD).unwrap()),
            "Credential { kind: Pat, text: Secret(nbp_****), .. }"
        );
    }
}
