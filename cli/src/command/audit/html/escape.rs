//! Text from a server inside the page: it stays text, whatever it holds.

use std::fmt;

use crate::printable::printable;

/// Displays a text as the content of an element or of a quoted attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Control and direction characters are shown as escapes, as on a terminal.
        let text = printable(self.0);
        let mut rest = &*text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// The beginning of a text, where the whole is elsewhere on the page.
pub(super) fn beginning(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        let text = "</td><script>alert('1')</script>&amp;\" onload=\"x\u{202e}\n日本";
        let expected =
            "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;&quot; onload=&quot;x\\u{202e}\\n日本";
        assert_eq!(Escaped(text).to_string(), expected);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!((beginning("日本語", 2), beginning("ab", 2), beginning("", 2)), ("日本", "ab", ""));
    }
}
