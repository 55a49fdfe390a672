//! The forms that an identity provider is sent.

use bytes::Bytes;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::wiped::wiped;

/// A form with these fields, wiped when it is no longer needed.
pub(super) fn form(fields: &[(&str, &str)]) -> Bytes {
    // With room for every byte encoded it never grows, so no copy stays behind.
    let room = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut text = Zeroizing::new(String::with_capacity(room));
    Serializer::new(&mut *text).extend_pairs(fields);
    wiped(&text)
}

/// A secret as it is in a form, which a server may put into an error.
pub(super) fn encoded(secret: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(3 * secret.len()));
    text.extend(byte_serialize(secret.as_bytes()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded() {
        assert_eq!(*form(&[("scope", "openid é"), ("a", "&=+")]), *b"scope=openid+%C3%A9&a=%26%3D%2B");
        assert_eq!(encoded("a+/=").as_str(), "a%2B%2F%3D");
    }
}
