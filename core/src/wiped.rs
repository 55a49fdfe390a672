//! Bytes for the wire that are wiped when the last copy of their handle is dropped.

use bytes::Bytes;
use zeroize::Zeroizing;

struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A copy of a secret text, wiped when the last handle on it is dropped.
pub(crate) fn wiped(text: &str) -> Bytes {
    Bytes::from_owner(Wiped(Zeroizing::new(text.as_bytes().to_owned())))
}
