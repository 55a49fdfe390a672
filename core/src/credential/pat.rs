//! A personal access token's text: prefix, length, checksum.

use crate::error::Result;

use super::mistake::{invalid, looks_like_jwt, recognise, strip_decoration};

pub(super) const PREFIX: &str = "nbp_";
const SECRET_LENGTH: usize = 30;
const CHECKSUM_LENGTH: usize = 6;
pub(super) const LENGTH: usize = PREFIX.len() + SECRET_LENGTH + CHECKSUM_LENGTH;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Refuses what cannot be a PAT, saying why and never showing it.
pub(super) fn check(text: &str) -> Result<()> {
    let Some(rest) = text.strip_prefix(PREFIX) else {
        if text.is_empty() {
            return Err(invalid("the PAT is empty"));
        }
        if strip_decoration(text) != text {
            return Err(invalid(
                "the PAT has more than the token in it (white space, quotes, or a leading Token or Bearer): give the 40 characters alone, or use detect, which removes the rest",
            ));
        }
        if looks_like_jwt(text) {
            return Err(invalid("this is a JWT, not a PAT: give it as a bearer credential"));
        }
        return Err(
            recognise(text).unwrap_or_else(|| invalid("this is not a PAT: one begins with nbp_ and has 40 characters"))
        );
    };
    if text.trim() != text {
        return Err(invalid(
            "there is white space around the PAT: give its 40 characters alone, or use detect, which removes it",
        ));
    }
    if let Some(error) = recognise(text) {
        return Err(error);
    }
    if let Some((at, odd)) = text.chars().enumerate().skip(PREFIX.len()).find(|(_, c)| !c.is_ascii_alphanumeric()) {
        return Err(invalid(&format!(
            "character {} of the PAT is {}, and after nbp_ there are only the letters A to Z, a to z and digits: copy it again",
            at + 1,
            describe(odd)
        )));
    }
    if text.len() != LENGTH {
        return Err(invalid(&format!(
            "a PAT has {LENGTH} characters and this one has {}: it was {} when it was copied",
            text.len(),
            if text.len() < LENGTH { "cut short" } else { "joined with something else" }
        )));
    }
    let (secret, stated) = rest.as_bytes().split_at(SECRET_LENGTH);
    if stated != checksum(secret) {
        return Err(invalid(
            "the PAT's checksum is wrong: a character was changed or lost when it was copied, copy it again",
        ));
    }
    Ok(())
}

/// The kind of a character. The character itself is part of what was given for a secret.
fn describe(c: char) -> &'static str {
    match c {
        c if c.is_whitespace() => "white space",
        c if c.is_control() => "a control character",
        c if c.is_ascii() => "punctuation",
        c if c.is_alphabetic() => "a letter outside ASCII",
        _ => "a symbol outside ASCII",
    }
}

/// CRC-32 of the secret part, in base 62, most significant digit first, padded with `0`.
///
/// The mock server has its own copy on purpose: it is the independent witness of this one.
fn checksum(secret: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let mut rest = crc32fast::hash(secret);
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest as usize % BASE62.len()];
        rest /= 62;
    }
    digits
}
