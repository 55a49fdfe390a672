//! What people paste instead of a credential, or around one.

use crate::error::{Error, ErrorKind};

pub(super) fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidCredential, message)
}

/// The text without white space, quotes, a byte order mark and a leading `Authorization:`, `Token` or `Bearer`.
pub(super) fn strip_decoration(text: &str) -> &str {
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

/// What a text is that is often given instead of a PAT.
pub(super) fn recognise(text: &str) -> Option<Error> {
    if text.starts_with("nbp_*") || text.starts_with("****") {
        Some(invalid(
            "this is the mask (nbp_****) that stands for a secret in output, not the secret: give the PAT itself",
        ))
    } else if is_uuid(text) {
        Some(invalid(
            "this looks like a setup key, which enrols machines: the API needs a personal access token (nbp_…)",
        ))
    } else if text.starts_with("nbx_") {
        Some(invalid("this is a proxy token (nbx_…): the API needs a personal access token (nbp_…)"))
    } else if text.starts_with("nbi_") {
        Some(invalid("this is an invitation (nbi_…): the API needs a personal access token (nbp_…)"))
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

pub(super) fn looks_like_jwt(text: &str) -> bool {
    text.split('.').count() == 3 && text.starts_with("eyJ")
}

/// Whether a text that should not be a credential, such as an id, may be one, whole or cut short, also with what is pasted
/// along with it.
pub(crate) fn looks_like_credential(text: &str) -> bool {
    let bare = strip_decoration(text);
    let prefixed = |prefix: &str| bare.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    prefixed("nbp_") || prefixed("nbx_") || looks_like_jwt(bare)
}
