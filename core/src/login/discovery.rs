//! The document in which an identity provider names its endpoints.

use url::{Host, Url};

use crate::endpoint::{may_be_cleartext, without_user_info};
use crate::error::Error;
use crate::transport::Reply;

use super::answer::{fields, shown, unusable, wrong_field};

/// Where the document is, below the issuer.
pub(super) const PATH: &str = "/.well-known/openid-configuration";

/// What a document may name.
pub(super) struct Expected<'a> {
    /// The issuer that was asked, without a slash at the end.
    pub(super) issuer: &'a Url,
    /// A host besides the issuer's.
    pub(super) endpoint_host: Option<&'a str>,
    pub(super) allow_insecure_http: bool,
}

/// The endpoints that a login needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) device_authorization: Url,
    pub(super) token: Url,
}

/// The endpoints in a discovery document, once all of it is known to be right: nothing is sent to one that is not.
pub(super) fn endpoints(reply: &Reply, expected: &Expected<'_>) -> Result<Endpoints, Error> {
    const WHAT: &str = "a discovery document";
    const DEVICE: &str = "device_authorization_endpoint";
    const TOKEN: &str = "token_endpoint";
    let wrong = |name| wrong_field(reply, WHAT, name);
    let mut document = fields(reply, WHAT, &["issuer", DEVICE, TOKEN])?;
    let stated = document.text("issuer").map_err(wrong)?;
    let issuer = expected.issuer.as_str().trim_end_matches('/');
    if stated.trim_end_matches('/') != issuer {
        return Err(unusable(
            reply,
            &format!(
                "the discovery document there is of another issuer, {}: give that one, if you trust it",
                shown(&without_user_info(&stated), &[])
            ),
        ));
    }
    let Some(device) = document.optional(DEVICE).map_err(wrong)? else {
        return Err(unusable(
            reply,
            "this identity provider does not offer the device flow (its document names no device_authorization_endpoint): have it switched on, or log in another way",
        ));
    };
    let token = document.text(TOKEN).map_err(wrong)?;
    let mut elsewhere = Vec::new();
    let mut read = |name: &str, text: &str| -> Result<Url, Error> {
        let url = endpoint(text, expected.allow_insecure_http)
            .map_err(|why| {
                format!("the {name} of the discovery document, {}, {why}", shown(&without_user_info(text), &[]))
            })
            .map_err(|why| unusable(reply, &why))?;
        let host = url.host();
        if host != expected.issuer.host() && !is_allowed(host, expected.endpoint_host) {
            elsewhere.push(format!("{name} {}", shown(url.as_str(), &[])));
        }
        Ok(url)
    };
    let endpoints = Endpoints { device_authorization: read(DEVICE, &device)?, token: read(TOKEN, &token)? };
    if !elsewhere.is_empty() {
        let listed = elsewhere.join(", ");
        return Err(unusable(
            reply,
            &format!(
                "the discovery document names endpoints on another host ({listed}), where nothing was sent: if they are right, allow that host with endpoint_host"
            ),
        ));
    }
    Ok(endpoints)
}

fn is_allowed(host: Option<Host<&str>>, allowed: Option<&str>) -> bool {
    let allowed = allowed.and_then(|text| Host::parse(text).ok());
    match (host, &allowed) {
        (Some(host), Some(allowed)) => host == *allowed,
        _ => false,
    }
}

/// An endpoint that a secret may be sent to, or what is wrong with it.
fn endpoint(text: &str, allow_insecure_http: bool) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL: check the issuer")?;
    match url.scheme() {
        "https" => {}
        "http" if may_be_cleartext(&url, allow_insecure_http) => {}
        "http" => return Err("is http://, which would send secrets in clear text: nothing was sent there"),
        _ => return Err("does not begin with https://: check the issuer"),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("has a user name, a password or a fragment in it: check the issuer");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Body;

    const ISSUER: &str = "https://nb.example/oauth2";

    fn read(issuer: &str, host: Option<&str>, insecure: bool, body: &str) -> Result<Endpoints, Error> {
        let reply = Reply {
            status: 200,
            is_json: true,
            content_type: None,
            request_id: None,
            date: None,
            retry_after: None,
            location: None,
            body: Body::new(body.as_bytes().to_owned(), false),
            attempts: 1,
        };
        let issuer = Url::parse(issuer).unwrap();
        endpoints(&reply, &Expected { issuer: &issuer, endpoint_host: host, allow_insecure_http: insecure })
    }

    fn document(issuer: &str, device: &str, token: &str) -> String {
        format!(r#"{{"issuer":"{issuer}","device_authorization_endpoint":"{device}","token_endpoint":"{token}"}}"#)
    }

    fn good(base: &str) -> String {
        document(ISSUER, &format!("{base}/device/code"), &format!("{base}/token"))
    }

    fn says(result: Result<Endpoints, Error>) -> String {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedResponse, Some(200)));
        error.message().to_owned()
    }

    #[test]
    fn the_endpoints_of_the_issuer_asked_are_taken_as_they_are() {
        let found = read(ISSUER, None, false, &good(ISSUER)).unwrap();
        assert_eq!(found.token.as_str(), "https://nb.example/oauth2/token");
        let slash =
            document("https://nb.example/oauth2/", "https://nb.example/o/device/?p=1", "https://nb.example:8443/t/");
        let found = read(ISSUER, None, false, &slash).unwrap();
        assert_eq!(found.device_authorization.as_str(), "https://nb.example/o/device/?p=1");
        assert_eq!(found.token.as_str(), "https://nb.example:8443/t/");
        read("https://nb.example/oauth2/", None, false, &good(ISSUER)).unwrap();
    }

    #[test]
    fn another_issuer_is_refused_and_named() {
        let other = document("https://evil.example", "https://nb.example/d", "https://nb.example/t");
        assert!(says(read(ISSUER, None, false, &other)).contains("https://evil.example"));
    }

    #[test]
    fn endpoints_on_another_host_are_named_with_the_option() {
        let message = says(read(ISSUER, None, false, &good("https://login.example")));
        assert!(message.contains("https://login.example/device/code"), "{message}");
        assert!(message.contains("https://login.example/token") && message.contains("endpoint_host"), "{message}");
        read(ISSUER, Some("LOGIN.example"), false, &good("https://login.example")).unwrap();
        says(read(ISSUER, Some("another.example"), false, &good("https://login.example")));
        says(read(ISSUER, Some("example"), false, &good("https://login.example")));
        let one = document(ISSUER, "https://nb.example/d", "https://nb.example.evil.example/t");
        let message = says(read(ISSUER, None, false, &one));
        assert!(message.contains("evil") && !message.contains("nb.example/d"), "{message}");
    }

    #[test]
    fn nothing_is_sent_in_clear_text_unless_that_is_allowed() {
        assert!(says(read(ISSUER, None, false, &good("http://nb.example"))).contains("clear text"));
        read(ISSUER, None, true, &good("http://nb.example")).unwrap();
        let here = document("http://127.0.0.1:8080/oauth2", "http://127.0.0.1:8080/d", "http://127.0.0.1:8080/t");
        read("http://127.0.0.1:8080/oauth2", None, false, &here).unwrap();
    }

    #[test]
    fn what_cannot_be_used_says_what_is_missing() {
        for (body, part) in [
            (r#"{"issuer":"https://nb.example/oauth2","token_endpoint":"https://nb.example/t"}"#, "device flow"),
            (
                r#"{"issuer":"https://nb.example/oauth2","device_authorization_endpoint":"https://nb.example/d"}"#,
                "token_endpoint",
            ),
            ("{}", "not a discovery document"),
            ("[]", "not a discovery document"),
            (r#"{"issuer":7}"#, "not a discovery document"),
            (&document(ISSUER, "nonsense", "https://nb.example/t"), "is not a URL"),
            (&document(ISSUER, "ftp://nb.example/d", "https://nb.example/t"), "https://"),
            (&document(ISSUER, "https://a:b@nb.example/d", "https://nb.example/t"), "user name"),
        ] {
            let message = says(read(ISSUER, None, false, body));
            assert!(message.contains(part), "{body}: {message}");
        }
    }
}
