//! A text that must not be seen: the plain token of a PAT, or a JWT.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text. It prints as `nbp_****` (or `****` if it is not a PAT), is compared in constant time and wiped from memory
/// when dropped. [`Secret::expose`] is the only way to read it; copies that you make of its result are yours to protect.
#[derive(Clone)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Takes the text over. The memory that `text` used is wiped once it is no longer needed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        // A `String` with spare room would leave a copy behind when it shrinks, so it is copied to an exact box and wiped.
        let text = Zeroizing::new(text.into());
        Secret(Zeroizing::new(Box::from(text.as_str())))
    }

    /// The plain text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn mask(&self) -> &'static str {
        if self.0.starts_with("nbp_") { "nbp_****" } else { "****" }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.mask())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.mask())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_of_printing_shows_it() {
        let pat = Secret::new("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm");
        let jwt = Secret::new("eyJhbGciOiJIUzI1NiJ9.e30.c2ln");
        assert_eq!(
            format!("{pat} {pat:?} {pat:#?} {pat:>10}"),
            "nbp_**** Secret(nbp_****) Secret(nbp_****)   nbp_****"
        );
        assert_eq!(format!("{jwt} {jwt:?}"), "**** Secret(****)");
    }

    #[test]
    fn equality_is_that_of_the_texts() {
        assert_eq!(Secret::new("a"), Secret::new(String::from("a")));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("aa"));
    }
}
