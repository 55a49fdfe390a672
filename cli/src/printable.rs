//! Text from a server made safe for a terminal: a token's name may hold anything, also what would move the cursor, change the
//! title or turn the text around.

use std::borrow::Cow;

/// What does not print as itself, or changes how its neighbours print.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' // zero-width, and the marks of direction
            | '\u{2028}'..='\u{202e}' // line and paragraph ends, embedding and override
            | '\u{2060}'..='\u{206f}' // isolates and invisible operators
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every such character written out, as `\n` or `\u{202e}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_unprintable(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// JSON text with every such character as JSON's own escape, so that it means the same. (Below U+0020 JSON has them escaped
/// anyway, but for the line ends between its parts.)
pub(crate) fn printable_json(json: &str) -> Cow<'_, str> {
    let unsafe_here = |c: char| c != '\n' && is_unprintable(c);
    if !json.chars().any(unsafe_here) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if unsafe_here(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_written_out() {
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
