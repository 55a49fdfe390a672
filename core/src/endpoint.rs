//! Where requests go: the base URL in all the forms people write it, and paths with ids in them.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::error::{Error, Result};

/// NetBird's cloud.
pub(crate) const DEFAULT_MANAGEMENT_URL: &str = "https://api.netbird.io";

/// The longest id that is sent, in bytes; the server's own have up to 60 or so.
const MAX_ID_LENGTH: usize = 1024;

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Checks a base URL and brings it to the form without `/api` and without a slash at the end.
pub(crate) fn normalise(text: &str, allow_insecure_http: bool) -> Result<String> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| {
        let example =
            if text.contains("://") || text.is_empty() { "https://netbird.example.com" } else { "https:// before it" };
        Error::invalid_argument(format!("the management URL is not a URL: write it with its scheme, as {example}"))
    })?;
    match url.scheme() {
        "https" => {}
        "http" => {
            if !allow_insecure_http && !is_loopback(&url) {
                return Err(Error::invalid_argument(
                    "the management URL is http://, which would send the credential in clear text: use https://, or allow insecure HTTP explicitly",
                ));
            }
        }
        scheme => {
            return Err(Error::invalid_argument(format!(
                "the management URL has the scheme {scheme:?}: write it with its scheme, as https://netbird.example.com"
            )));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid_argument(
            "the management URL has a user name or password in it: take it out, the credential is given separately",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::invalid_argument(
            "the management URL has a query (?) or a fragment (#): give the part before it, as https://netbird.example.com",
        ));
    }
    let mut base = url.as_str().trim_end_matches('/');
    if let Some(without_api) = base.strip_suffix("/api") {
        base = without_api.trim_end_matches('/');
    }
    Ok(base.to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Which id an error speaks of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id {
    User,
    Token,
}

/// Refuses an id that the server could not be asked for, or that would lead to something else.
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
        "has a slash in it, which the server cannot be asked for"
    } else if id.contains(char::is_control) {
        "has a control character in it, perhaps a newline from where it was copied"
    } else if id.len() > MAX_ID_LENGTH {
        "is longer than 1024 bytes"
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(format!("the {which} {why}: give the id as a list shows it")))
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
            "http://nb.example",
            "http://10.0.0.1",
        ] {
            let error = normalise(text, false).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{text}");
            assert!(!error.message().contains("u:p"));
        }
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
        for id in ["", ".", "..", "a/b", "a\nb", "\0", &"x".repeat(1025)] {
            assert!(check_id(id, Id::User).is_err(), "{id:?}");
        }
        for id in ["...", ".a", "%2E", "a\\b", " ", &"x".repeat(1024)] {
            check_id(id, Id::Token).unwrap();
        }
    }
}
