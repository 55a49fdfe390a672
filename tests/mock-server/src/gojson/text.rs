//! Text as Go treats it.

use std::borrow::Cow;

/// Bytes as text: each byte that is not part of a character becomes U+FFFD, as when Go iterates over a string.
pub(crate) fn lossy_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(out)
}

/// Lower case, character by character, like Go's `strings.ToLower`.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Only U+0130 becomes more than one character; Go takes the first.
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_by_character() {
        assert_eq!(lower("ΑΣ İ É %2F"), "ας i é %2f".replace('ς', "σ"));
    }
}
