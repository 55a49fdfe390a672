//! Who we are on the wire: the `Authorization` header, keeping it out of texts, and the user id once it is known.

use arc_swap::ArcSwapOption;
use reqwest::header::HeaderValue;
use subtle::ConstantTimeEq;

use crate::credential::session::Following;
use crate::credential::{Credential, CredentialKind};
use crate::error::{Error, ErrorKind, Result};
use crate::redact::redact;
use crate::timestamp::Timestamp;
use crate::wiped::wiped;

/// A credential and what we have learned about it; replaced as one.
pub(crate) struct Identity {
    pub(crate) authorization: Authorization,
    pub(crate) kind: CredentialKind,
    /// When it says itself that it expires.
    pub(crate) expires_at: Option<Timestamp>,
    /// The id of the user it belongs to, once that is known.
    pub(crate) user_id: ArcSwapOption<String>,
    /// Whether it was read from the token file, which is then followed.
    pub(crate) from_file: bool,
    /// The session of a login that it belongs to, with the token that it holds. Boxed: most clients have none.
    pub(crate) session: Option<Box<Following>>,
}

impl Identity {
    pub(crate) fn new(credential: &Credential) -> Result<Self> {
        let renewed = credential.renewed();
        let credential = renewed.as_ref().unwrap_or(credential);
        Ok(Identity {
            authorization: Authorization::new(credential)?,
            kind: credential.kind(),
            expires_at: credential.expires_at(),
            user_id: ArcSwapOption::empty(),
            from_file: false,
            session: credential.session().cloned().map(Box::new),
        })
    }

    /// The identity of the same user with the token that its session has now, if that is another one.
    pub(crate) fn renewed(&self) -> Option<Self> {
        let following = self.session.as_ref()?.renewed()?;
        // A token that could not be sent was never let into the session.
        let renewed = Identity::new(&Credential::following(following)).ok()?;
        renewed.user_id.store(self.user_id.load_full());
        Some(renewed)
    }

    pub(crate) fn from_file(credential: &Credential) -> Result<Self> {
        Ok(Identity { from_file: true, ..Identity::new(credential)? })
    }

    /// Whether both have the same credential.
    pub(crate) fn is_same(&self, other: &Identity) -> bool {
        self.authorization == other.authorization
    }
}

/// The `Authorization` header field, made once per credential.
#[derive(Clone)]
pub(crate) struct Authorization(HeaderValue);

impl PartialEq for Authorization {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Authorization {
    pub(crate) fn new(credential: &Credential) -> Result<Self> {
        let mut value = HeaderValue::from_maybe_shared(wiped(&credential.authorization())).map_err(|_| {
            Error::new(
                ErrorKind::InvalidCredential,
                "the credential has a character that cannot be sent: copy it again",
            )
        })?;
        value.set_sensitive(true);
        Ok(Authorization(value))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// A text from the server without what must not be shown: the credential that was sent, in any case of letters, and
    /// anything that has the form of a PAT or a JWT, such as a new token in an error message.
    pub(crate) fn redact(&self, text: String) -> String {
        let sent = self.0.to_str().ok().and_then(|value| value.split_once(' ')).map_or("", |(_, secret)| secret);
        redact(text, &[sent])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";

    fn sent() -> Authorization {
        Authorization::new(&Credential::pat(PAT).unwrap()).unwrap()
    }

    #[test]
    fn the_authorization_is_marked_sensitive() {
        let header = sent().header();
        assert_eq!(header.to_str().unwrap(), format!("Token {PAT}"));
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    #[test]
    fn the_credential_is_removed_in_any_case() {
        let text = "é nbp_abcdefghijklmnopqrstuvwxyz01232LolCm, nbp_abcdefghijklmnopqrstuvwxyz01232lolcm.";
        assert_eq!(sent().redact(text.to_owned()), "é [redacted], [redacted].");
        assert_eq!(sent().redact("token invalid".to_owned()), "token invalid");
        let jwt = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
        let bearer = Authorization::new(&Credential::bearer(jwt).unwrap()).unwrap();
        assert_eq!(bearer.redact(format!("no {}", jwt.to_ascii_lowercase())), "no [redacted]");
    }

    #[test]
    fn other_credentials_are_removed_too() {
        let redacted = |text: &str| sent().redact(text.to_owned());
        assert_eq!(redacted("made nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr!"), "made [redacted]!");
        assert_eq!(redacted("cut nbp_AAAAAAAAAAAAAAAA"), "cut [redacted]");
        assert_eq!(redacted("jwt=eyJhbGciOiJIUzI1NiJ9.e30.c2ln;"), "jwt=[redacted];");
        assert_eq!(redacted("nbp_ is the prefix, eyJ too"), "nbp_ is the prefix, eyJ too");
    }
}
