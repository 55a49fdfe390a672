//! Random texts.

use std::iter::repeat_with;

/// A text of this length, of these characters.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    repeat_with(|| char::from(alphabet[fastrand::usize(..alphabet.len())])).take(length).collect()
}
