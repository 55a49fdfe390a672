//! Makes text from a server safe for a terminal: a token's name may hold control characters that move the cursor, change the
//! title or reverse the text.

use std::borrow::Cow;

/// Whether a character does not print as itself, or changes how others print.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' // zero-width characters and direction marks
            | '\u{2028}'..='\u{202e}' // line and paragraph separators, embeddings and overrides
            | '\u{2060}'..='\u{206f}' // isolates and invisible operators
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every such character escaped, as `\n` or `\u{202e}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_unprintable(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// JSON text with every such character as a JSON escape, so that it means the same. (JSON requires escapes below U+0020; only
/// the line ends between its parts remain.)
pub(crate) fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(acts_in_json) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    write_printable_json(json, |part| out.push_str(part));
    Cow::Owned(out)
}

/// Gives the same text piece by piece.
pub(crate) fn write_printable_json(json: &str, mut write: impl FnMut(&str)) {
    let mut rest = json;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| acts_in_json(*c)) {
        write(&rest[..at]);
        for unit in c.encode_utf16(&mut [0; 2]) {
            write(&format!("\\u{unit:04x}"));
        }
        rest = &rest[at + c.len_utf8()..];
    }
    write(rest);
}

fn acts_in_json(c: char) -> bool {
    c != '\n' && is_unprintable(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_escaped() {
        assert_eq!(printable("CI/CD Token é 日本"), "CI/CD Token é 日本");
        assert_eq!(printable("a\u{1b}[31mb\nc\u{9b}d\u{202e}e"), r"a\u{1b}[31mb\nc\u{9b}d\u{202e}e");
    }

    #[test]
    fn json_means_the_same_afterwards() {
        let name = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{7f} \"é\"";
        let json = serde_json::to_string_pretty(&[name]).unwrap();
        let safe = printable_json(&json);
        assert!(!safe.chars().any(|c| c != '\n' && is_unprintable(c)));
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [name]);
    }
}
