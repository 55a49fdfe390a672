//! What is given for a personal access token.

use netbird_tokens::{Credential, CredentialKind};

use crate::shown::assert_repeats_nothing_of;

/// Exactly the texts with the prefix, the length and the checksum of a PAT pass; an error repeats nothing of the text.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    match Credential::pat(text) {
        Ok(credential) => {
            assert!(is_pat(text));
            assert_eq!((credential.kind(), credential.expires_at()), (CredentialKind::Pat, None));
            assert_repeats_nothing_of(text, &Shown(&credential));
            for pasted in
                [format!("Token {text}\n"), format!("\u{feff}\"{text}\""), format!("Authorization: Bearer {text}")]
            {
                assert!(Credential::detect(&pasted).is_ok_and(|detected| detected == credential));
            }
        }
        Err(error) => {
            assert!(!is_pat(text));
            assert_repeats_nothing_of(text, &error);
        }
    }
    match Credential::detect(text) {
        Ok(credential) => assert_repeats_nothing_of(text, &Shown(&credential)),
        Err(error) => assert_repeats_nothing_of(text, &error),
    }
}

/// Shows a credential both ways.
struct Shown<'a>(&'a Credential);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#?}", self.0)
    }
}

/// The definition of a PAT, written a second time: bit by bit, and from the number to the text.
fn is_pat(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("nbp_").filter(|rest| rest.len() == 36) else { return false };
    if !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let (secret, checksum) = rest.split_at(30);
    let mut crc = u32::MAX;
    for byte in secret.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    let value = checksum.bytes().fold(0_u64, |value, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => byte - b'a' + 36,
        };
        value * 62 + u64::from(digit)
    });
    value == u64::from(!crc)
}
