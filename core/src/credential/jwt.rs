//! A JWT's text: three parts, of which the first two are JSON objects, and the expiry that it states.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::Result;
use crate::timestamp::Timestamp;

use super::mistake::{invalid, recognise, strip_decoration};
use super::pat;

#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
    iat: Option<f64>,
}

/// A part of a JWT, decoded.
fn decode(part: &str) -> Option<Zeroizing<Vec<u8>>> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok().map(Zeroizing::new)
}

/// For how long the JWT says that it was issued, by its issuer's clock alone. Its shape must be right.
pub(crate) fn lifetime(jwt: &str) -> Option<Duration> {
    let claims: Claims = serde_json::from_slice(&decode(jwt.split('.').nth(1)?)?).ok()?;
    Duration::try_from_secs_f64(claims.exp? - claims.iat?).ok()
}

/// The expiry that the JWT states, if any, once its shape is known to be right. An expired one passes: whether it is accepted
/// is for the server to decide, whose clock counts.
pub(super) fn check(jwt: &str) -> Result<Option<Timestamp>> {
    if jwt.is_empty() {
        return Err(invalid("the JWT is empty"));
    }
    if jwt.starts_with(pat::PREFIX) {
        return Err(invalid("this is a PAT, not a JWT: give it as a pat credential"));
    }
    if strip_decoration(jwt) != jwt {
        return Err(invalid(
            "the JWT has more than the token in it (white space, quotes, or a leading Token or Bearer): give it alone, or use detect, which removes the rest",
        ));
    }
    let parts: Vec<&str> = jwt.split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else {
        return Err(recognise(jwt).unwrap_or_else(|| {
            invalid(&format!("a JWT has three parts separated by dots and this one has {}: copy it whole", parts.len()))
        }));
    };
    let is_object = |bytes: &[u8]| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok();
    if !decode(header).is_some_and(|bytes| is_object(&bytes)) {
        return Err(invalid("the JWT's first part is not base64url of a JSON object: copy it again"));
    }
    let claims = decode(claims)
        .filter(|bytes| is_object(bytes))
        .and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok())
        .ok_or_else(|| invalid("the JWT's second part is not base64url of its claims: copy it again"))?;
    if signature.is_empty() || decode(signature).is_none() {
        return Err(invalid("the JWT's third part, the signature, is missing or not base64url: copy it whole"));
    }
    let Some(exp) = claims.exp else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "a saturated time is out of range and refused below")]
    Timestamp::from_unix(exp as i64, 0).map(Some).map_err(|_| invalid("the JWT's expiry is out of range"))
}
