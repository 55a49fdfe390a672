//! Credentials within other texts: where they are, and how such a text is shown.

/// The text in quotes, for an error; not if a credential is in it. What the quotes escape counts too: a newline before `bp_` is
/// shown as `\nbp_`.
pub(crate) fn quoted(text: &str) -> String {
    let quoted = format!("{text:?}");
    if holds_credential(text) || holds_credential(&quoted) {
        "a text with a credential in it".to_owned()
    } else {
        quoted
    }
}

/// Whether something of the form of a PAT or a JWT is anywhere in the text.
pub(crate) fn holds_credential(text: &str) -> bool {
    !credentials(text).is_empty()
}

/// Where the text has something of the form of a PAT or a JWT.
pub(crate) fn credentials(text: &str) -> Vec<(usize, usize)> {
    // A cut or lower-cased PAT is as secret as a whole one; shorter than this it is rather a word.
    const SHORTEST: usize = 12;
    let word = |c: u8| c.is_ascii_alphanumeric();
    let base64url = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    let bytes = text.as_bytes();
    let run = |from: usize, part: &dyn Fn(u8) -> bool| bytes[from..].iter().take_while(|&&c| part(c)).count();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 4 <= bytes.len() {
        if bytes[at..at + 4].eq_ignore_ascii_case(b"nbp_") {
            let length = run(at + 4, &word);
            if length >= SHORTEST {
                found.push((at, at + 4 + length));
                at += 4 + length;
                continue;
            }
        } else if bytes[at..at + 3].eq_ignore_ascii_case(b"eyj") && (at == 0 || !base64url(bytes[at - 1])) {
            let header = run(at, &base64url);
            let claims = at + header + 1;
            if header >= SHORTEST && bytes.get(at + header) == Some(&b'.') {
                let mut end = claims + run(claims, &base64url);
                if bytes.get(end) == Some(&b'.') {
                    end += 1 + run(end + 1, &base64url);
                }
                found.push((at, end));
                at = end;
                continue;
            }
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_unless_it_has_a_credential() {
        assert_eq!(quoted("yesterday\n"), r#""yesterday\n""#);
        for text in ["1dnbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "\nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"] {
            assert_eq!(quoted(text), "a text with a credential in it");
        }
    }
}
