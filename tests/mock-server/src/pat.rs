//! The text of a personal access token: `nbp_`, 30 random characters, a checksum of 6 characters.
//!
//! The client library has its own implementation of the checksum. This one is kept separate on purpose: the mock has to
//! find a mistake in the client's, and would not if both shared the code. Tests outside the client use this one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::random;

/// The prefix of every personal access token.
pub const PREFIX: &str = "nbp_";

const SECRET_LENGTH: usize = 30;
const CHECKSUM_LENGTH: usize = 6;
const LENGTH: usize = PREFIX.len() + SECRET_LENGTH + CHECKSUM_LENGTH;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new random token with a valid checksum.
#[must_use]
pub fn generate() -> String {
    from_secret(&random::text(BASE62, SECRET_LENGTH))
}

/// The token with this secret part: prefix, secret part, checksum.
#[must_use]
pub fn from_secret(secret: &str) -> String {
    format!("{PREFIX}{secret}{}", checksum(secret))
}

/// The checksum of a secret part: its CRC-32 (IEEE) in base 62 (`0-9A-Za-z`), padded on the left with `0` to 6 characters.
#[must_use]
pub fn checksum(secret: &str) -> String {
    let mut rest = crc32fast::hash(secret.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// Whether length, prefix and checksum are valid. The server does not look up any other token.
#[must_use]
pub fn is_well_formed(plain: &str) -> bool {
    plain.len() == LENGTH
        && plain.starts_with(PREFIX)
        && plain.is_char_boundary(LENGTH - CHECKSUM_LENGTH)
        && checksum(&plain[PREFIX.len()..LENGTH - CHECKSUM_LENGTH]) == plain[LENGTH - CHECKSUM_LENGTH..]
}

/// What the server stores of a token: SHA-256 of its text, in standard base64.
#[must_use]
pub fn hash(plain: &str) -> String {
    STANDARD.encode(digest_of(plain))
}

pub(crate) fn digest_of(plain: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, plain.as_bytes()).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        assert_eq!(from_secret("abcdefghijklmnopqrstuvwxyz0123"), "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm");
        assert_eq!(hash("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"), "89uDSKaqxfZQMJlbQrA2J63a3pfp8TlAzFbobDygwZY=");
        assert_eq!(checksum("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "0uCPlr");
        assert!(is_well_formed("nbp_example0000000000000000000005500ekhp"));
        assert!(is_well_formed("nbp_9999EUDNdkeusjentDLSJEn1902u84390W6W"));
    }

    #[test]
    fn generated_tokens_are_well_formed_and_differ() {
        let first = generate();
        assert!(is_well_formed(&first));
        assert_ne!(first, generate());
    }

    #[test]
    fn damaged_tokens_are_not_well_formed() {
        for text in [
            "",
            "nbp_",
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlz",
            "xxx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr",
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPl",
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr",
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAé0uCPl",
            "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u{e9}CPlr",
        ] {
            assert!(!is_well_formed(text), "{text}");
        }
    }
}
