//! Texts from a server without what must not be shown.

use zeroize::Zeroizing;

use crate::quoted::credentials;

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// A text from the server without what must not be shown: these secrets, in any case of letters, and anything that has the form
/// of a PAT or a JWT, such as a new token in an error message.
pub(crate) fn redact(text: String, secrets: &[&str]) -> String {
    let mut found = credentials(&text);
    for secret in secrets {
        found.extend(occurrences(&text, secret));
    }
    if found.is_empty() {
        return text;
    }
    let text = Zeroizing::new(text);
    found.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in found {
        if start >= from {
            out.push_str(&text[from..start]);
            out.push_str(REDACTED);
        }
        from = from.max(end);
    }
    out.push_str(&text[from..]);
    out
}

/// Where `secret` is in the text, whatever the case of its letters.
fn occurrences(text: &str, secret: &str) -> Vec<(usize, usize)> {
    if secret.is_empty() || text.len() < secret.len() {
        return Vec::new();
    }
    let (hay, needle) = (text.as_bytes(), secret.as_bytes());
    let mut found = Vec::new();
    let mut at = 0;
    while at + needle.len() <= hay.len() {
        if hay[at..at + needle.len()].eq_ignore_ascii_case(needle) {
            found.push((at, at + needle.len()));
            at += needle.len();
        } else {
            at += 1;
        }
    }
    found
}
