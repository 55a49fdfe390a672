//! An input as text.

/// What is not UTF-8 cannot be given to the functions that take text.
pub(crate) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
