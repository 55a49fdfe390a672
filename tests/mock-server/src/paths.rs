//! Request targets: decoding, Go's path cleaning and encoding, query parameters.

use crate::gojson::lossy_utf8;

/// A request target, split and decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The path, percent-decoded.
    pub(crate) path: Vec<u8>,
    /// Everything after the first `?`, as sent. `None`: there is no `?`.
    pub(crate) query: Option<String>,
}

/// Go's server refuses the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a request target that Go accepts")]
pub(crate) struct BadTarget;

impl Target {
    /// Parses a target in origin form (`/a?b`) or absolute form (`http://host/a?b`, as sent to a proxy).
    pub(crate) fn parse(target: &str) -> Result<Self, BadTarget> {
        if target.bytes().any(|b| b < b' ' || b == 0x7f) {
            return Err(BadTarget);
        }
        let origin = if target.starts_with('/') {
            target
        } else {
            let (scheme, rest) = target.split_once("://").ok_or(BadTarget)?;
            if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(BadTarget);
            }
            rest.find(['/', '?']).map_or("", |slash| &rest[slash..])
        };
        let (path, query) = match origin.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (origin, None),
        };
        Ok(Self { path: decode(path.as_bytes(), false).ok_or(BadTarget)?, query })
    }

    /// Where the router redirects a request whose path is not clean. `None`: it is clean.
    pub(crate) fn redirect(&self) -> Option<String> {
        let clean = clean(&self.path);
        if clean == self.path {
            return None;
        }
        let mut location = encode(&clean);
        if let Some(query) = self.query.as_ref() {
            location.push('?');
            location.push_str(query);
        }
        Some(location)
    }

    /// The path's segments after the leading slash. Bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path.strip_prefix(b"/").unwrap_or(&self.path);
        path.split(|byte| *byte == b'/').map(|segment| lossy_utf8(segment).into_owned()).collect()
    }

    /// The first value of a query parameter; a pair that does not decode is skipped.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query.as_ref()?;
        query.split('&').filter(|pair| !pair.contains(';')).find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(key.as_bytes(), true)?;
            let value = decode(value.as_bytes(), true)?;
            (key == name.as_bytes()).then(|| lossy_utf8(&value).into_owned())
        })
    }
}

/// Percent-decodes; `None` if a `%` is not followed by two hex digits.
fn decode(text: &[u8], plus_is_space: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' if plus_is_space => b' ',
            _ => byte,
        });
    }
    Some(out)
}

/// Percent-decodes one segment, for paths that are split before decoding.
pub(crate) fn decode_segment(segment: &str) -> Option<String> {
    String::from_utf8(decode(segment.as_bytes(), false)?).ok()
}

/// Removes `.`, `..` and empty segments; a trailing slash stays.
fn clean(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.split(|byte| *byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut out = Vec::with_capacity(path.len() + 1);
    for segment in &kept {
        out.push(b'/');
        out.extend_from_slice(segment);
    }
    if out.is_empty() || path.ends_with(b"/") {
        out.push(b'/');
    }
    out
}

/// Percent-encodes a path like Go.
fn encode(path: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(path.len());
    for byte in path.iter().copied() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@' => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(target: &str) -> Target {
        Target::parse(target).unwrap_or_else(|_| panic!("{target}"))
    }

    #[test]
    fn cleans_after_decoding() {
        for (target, location) in [
            ("//api/users", Some("/api/users")),
            ("/api/users//tokens", Some("/api/users/tokens")),
            ("/api/users/%2E%2E/tokens?a=%zz", Some("/api/tokens?a=%zz")),
            ("/api/users/./a%20b%7C/", Some("/api/users/a%20b%7C/")),
            ("/api/users/..%2Fx", Some("/api/x")),
            ("/../../a", Some("/a")),
            ("/api/users/", None),
            ("/api/users/a%2Fb", None),
            ("/", None),
            ("http://host", Some("/")),
        ] {
            assert_eq!(parsed(target).redirect().as_deref(), location, "{target}");
        }
    }

    #[test]
    fn invalid_targets_are_refused() {
        for target in ["/a%zz", "/a%2", "/a%", "a", "", "*", "/a\u{7f}", "://x/"] {
            assert_eq!(Target::parse(target), Err(BadTarget), "{target}");
        }
    }

    #[test]
    fn an_encoded_slash_is_a_slash() {
        assert_eq!(parsed("/api/users/x%2Ftokens").segments(), ["api", "users", "x", "tokens"]);
        assert_eq!(parsed("http://h:1/a%252Fb?q").segments(), ["a%2Fb"]);
        assert_eq!(parsed("/a%FFb#c").segments(), ["a\u{fffd}b#c"]);
    }

    #[test]
    fn parameters() {
        let target = parsed("/?a=%zz&b=1;2&service_user=tr%75e+x&service_user=2&c");
        assert_eq!(target.parameter("service_user").as_deref(), Some("true x"));
        assert_eq!(target.parameter("c").as_deref(), Some(""));
        assert_eq!(target.parameter("a"), None);
        assert_eq!(target.parameter("b"), None);
    }
}
