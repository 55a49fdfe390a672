//! Where requests go: the base URL in all the forms people write it, and paths with ids in them.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::credential::looks_like_credential;
use crate::error::{Advice, Error, Result};
use crate::quoted::holds_credential;

/// NetBird's cloud.
pub(crate) const DEFAULT_MANAGEMENT_URL: &str = "https://api.netbird.io";

/// The longest id that is sent, in bytes; the server's own have up to 60 or so.
const MAX_ID_LENGTH: usize = 1024;

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Which URL an error is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    ManagementUrl,
    Issuer,
}

impl Subject {
    /// The error about it. `why` comes after its name, as in "is empty".
    fn refuse(self, why: &str) -> Error {
        let name = match self {
            Subject::ManagementUrl => "the management URL",
            Subject::Issuer => "issuer",
        };
        Error::invalid_argument(format!("{name} {why}")).with_advice(Advice::CorrectInput)
    }
}

/// Checks a base URL and brings it to the form without `/api` and without a slash at the end.
pub(crate) fn normalise(text: &str, allow_insecure_http: bool) -> Result<String> {
    let url = check_url(text, Subject::ManagementUrl, allow_insecure_http)?;
    let mut base = url.as_str().trim_end_matches('/');
    // As often as it is there: what is accepted must mean the same when it is given again.
    while let Some(without_api) = base.strip_suffix("/api") {
        base = without_api.trim_end_matches('/');
    }
    Ok(base.to_owned())
}

/// Checks a URL below which requests are made.
pub(crate) fn check_url(text: &str, subject: Subject, allow_insecure_http: bool) -> Result<Url> {
    let bad_url = |why: &str| subject.refuse(why);
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{feff}'));
    if text.is_empty() {
        return Err(bad_url("is empty: write it like https://netbird.example.com"));
    }
    if let Some(why) = unprintable(text) {
        return Err(bad_url(&format!("{why}: write it on one line, without spaces")));
    }
    // Url reads a text without the two slashes as well: what then follows the colon is no scheme.
    let is_scheme = |scheme: &str| scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err(bad_url("has no scheme: write https:// in front of it"));
    };
    let url = Url::parse(text);
    // Two URLs in one text: the first would be a host, and what the second one holds, its password too, a path. Backslashes become
    // slashes as the text is read.
    let is_twice = |text: &str| text.matches("://").nth(1).is_some();
    if is_twice(text) || url.as_ref().is_ok_and(|url| is_twice(url.as_str())) {
        return Err(bad_url("has :// in it twice: write one URL, like https://netbird.example.com"));
    }
    let url = url.map_err(|error| bad_url(&misread(error, rest)))?;
    match url.scheme() {
        "https" => {}
        "http" => {
            if !may_be_cleartext(&url, allow_insecure_http) {
                return Err(bad_url(
                    "is http://, which would send the credential in clear text: use https://, or allow insecure HTTP explicitly",
                )
                .with_advice(Advice::AllowInsecureHttp));
            }
        }
        _ => return Err(bad_url(&format!("has the scheme {scheme:?}, and must begin with https://"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad_url("has a user name or password in it: remove it, the credential is given separately"));
    }
    if url.path().contains('@') {
        return Err(bad_url("has an @ in its path, which may follow a password: give the part before it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad_url(
            "has a query (?) or a fragment (#): give the part before it, like https://netbird.example.com",
        ));
    }
    Ok(url)
}

/// What keeps a text from being one word: `the URL ` goes before it.
pub(crate) fn unprintable(text: &str) -> Option<String> {
    let (at, c) = text.chars().enumerate().find(|(_, c)| c.is_control() || c.is_whitespace())?;
    let kind = if c == '\n' || c == '\r' {
        "a line break"
    } else if c.is_control() {
        "a control character"
    } else {
        "white space"
    };
    Some(format!("has {kind} in it (character {})", at + 1))
}

/// What is wrong with a URL that has a scheme; `rest` is what comes after that.
fn misread(error: url::ParseError, rest: &str) -> String {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() {
        return "has no host: write it like https://netbird.example.com".to_owned();
    }
    if host.matches(':').count() > 1 && !host.starts_with('[') {
        return "has an IPv6 address without brackets: write it like https://[2001:db8::1]".to_owned();
    }
    match error {
        url::ParseError::InvalidPort => "has a port that is not a number from 0 to 65535".to_owned(),
        url::ParseError::InvalidIpv4Address | url::ParseError::InvalidIpv6Address => {
            "has an IP address that is not valid".to_owned()
        }
        _ => "has a host name that is not valid: write it like https://netbird.example.com".to_owned(),
    }
}

/// A URL as it may be shown: without the user name and password that it may have.
pub(crate) fn without_user_info(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let shown = rest[..end].rfind('@').map_or(rest, |at| &rest[at + 1..]);
    if scheme.is_empty() { shown.to_owned() } else { format!("{scheme}://{shown}") }
}

/// Whether what is sent there may be sent in clear text.
pub(crate) fn may_be_cleartext(url: &Url, allow_insecure_http: bool) -> bool {
    allow_insecure_http || is_loopback(url)
}

/// Whether a URL's host is this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Which id an error is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id {
    User,
    Token,
}

/// Refuses an id that cannot be requested, that would reach something else, or that may be a secret.
pub(crate) fn check_id(id: &str, which: Id) -> Result<()> {
    let which = match which {
        Id::User => "user id",
        Id::Token => "token id",
    };
    let why = if id.is_empty() {
        "is empty"
    } else if id == "." || id == ".." {
        "is a path, not an id"
    } else if id.contains('/') {
        "has a slash in it, and such an id cannot be requested"
    } else if id.contains(char::is_control) {
        "has a control character in it, perhaps a newline from where it was copied"
    } else if id.len() > MAX_ID_LENGTH {
        "is longer than 1024 bytes"
    } else if looks_like_credential(id) || holds_credential(id) {
        "looks like a credential, which must not get into a URL or a log"
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(format!("the {which} {why}: give the id that a list shows"))
        .with_advice(Advice::CorrectInput))
}

/// `/api/users/{user_id}/tokens`, and `/{token_id}` after it where one is given. The ids must have been checked.
pub(crate) fn tokens_path(user_id: &str, token_id: Option<&str>) -> String {
    let mut path = String::with_capacity(96);
    // Writing to a String cannot fail.
    let _ = write!(path, "/api/users/{}/tokens", utf8_percent_encode(user_id, ENCODED));
    if let Some(token_id) = token_id {
        let _ = write!(path, "/{}", utf8_percent_encode(token_id, ENCODED));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_the_base_url_comes_to_the_same() {
        for text in [
            "https://nb.example",
            "https://nb.example/",
            "https://nb.example/api",
            "https://nb.example/api/",
            "https://nb.example/api/api",
            " https://nb.example//\n",
        ] {
            assert_eq!(normalise(text, false).unwrap(), "https://nb.example", "{text:?}");
        }
        assert_eq!(normalise("https://nb.example:33073/vpn/api/", false).unwrap(), "https://nb.example:33073/vpn");
    }

    #[test]
    fn what_cannot_be_a_base_url_is_refused() {
        for text in [
            "",
            "nb.example",
            "ftp://nb.example",
            "https://",
            "https://u:p@nb.example",
            "https://nb.example?a=b",
            "https://nb.example#x",
            "https://https://u:p@nb.example",
            "https://nb.example/u:p@other.example",
            "http://nb.example",
            "http://10.0.0.1",
        ] {
            let error = normalise(text, false).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{text}");
            assert!(!error.message().contains("u:p"));
        }
    }

    #[test]
    fn the_message_says_what_is_wrong_with_a_url() {
        for (text, part) in [
            ("", "is empty"),
            ("''", "is empty"),
            ("https://nb.example.com\n.evil.example", "line break in it (character 23)"),
            ("https://nb.exa mple", "white space in it (character 15)"),
            ("https://nb.example\u{7}x", "control character"),
            ("nb.example.com", "no scheme"),
            ("nb.example.com:443", "no scheme"),
            ("https://https://nb.example", ":// in it twice"),
            ("https://nb.example/:\\/\\/x", ":// in it twice"),
            ("https:nb.example/://x", "no scheme"),
            ("https://nb.example/x@y", "an @ in its path"),
            ("https://nb.example:99999", "port"),
            ("https://::1", "without brackets"),
            ("https://[::1", "not valid"),
            ("https://", "no host"),
            ("ftp://nb.example", "\"ftp\""),
        ] {
            let error = normalise(text, false).unwrap_err();
            assert!(error.message().contains(part), "{text:?}: {error}");
        }
        assert_eq!(normalise("\"https://nb.example\"", false).unwrap(), "https://nb.example");
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(without_user_info("http://ada:pw@proxy.example:3128/x@y"), "http://proxy.example:3128/x@y");
        assert_eq!(without_user_info("ada:pw@proxy.example"), "proxy.example");
        assert_eq!(without_user_info("https://nb.example"), "https://nb.example");
    }

    #[test]
    fn cleartext_goes_to_loopback_or_where_it_is_allowed() {
        for text in ["http://localhost:8080", "http://127.0.0.1:1", "http://127.8.8.8", "http://[::1]:80"] {
            assert!(normalise(text, false).is_ok(), "{text}");
        }
        assert_eq!(normalise("http://nb.example", true).unwrap(), "http://nb.example");
    }

    #[test]
    fn ids_are_encoded_whole() {
        assert_eq!(tokens_path("google-oauth2|123", None), "/api/users/google-oauth2%7C123/tokens");
        assert_eq!(tokens_path("a b?#%+=é", Some("x~y")), "/api/users/a%20b%3F%23%25%2B%3D%C3%A9/tokens/x~y");
    }

    #[test]
    fn ids_that_would_reach_something_else_are_refused() {
        for id in ["", ".", "..", "a/b", "a\nb", "\0", &"x".repeat(1025), "nbp_abc", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"] {
            assert!(check_id(id, Id::User).is_err(), "{id:?}");
        }
        assert!(check_id("x nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", Id::Token).is_err());
        for id in ["...", ".a", "%2E", "a\\b", " ", &"x".repeat(1024)] {
            check_id(id, Id::Token).unwrap();
        }
    }
}
