//! What an identity provider's answer means.

use crate::answer::{self, Refusal};
use crate::error::{Advice, Error, ErrorKind};
use crate::quoted::quoted;
use crate::redact::redact;
use crate::retry::Doubt;
use crate::transport::{Failure, Reply};

use super::fields::{self, Fields};
use super::form::encoded;

/// No document and no token answer of an identity provider is larger, in bytes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// How much of a server's own words is passed on, in characters.
const MOST_SAID: usize = 300;

/// A request that did not succeed.
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) doubt: Doubt,
    /// The error code of OAuth2, if it was answered in that form.
    pub(super) code: Option<String>,
}

/// Passes a 2xx answer in JSON through; says what everything else means. No secret of these gets into the error, whatever the
/// server put into its answer.
pub(super) fn judge(reply: Reply, secrets: &[&str]) -> Result<Reply, Refused> {
    let status = reply.status;
    let success = (200..300).contains(&status);
    if success && reply.is_json {
        return Ok(reply);
    }
    let own = if success { None } else { oauth_error(&reply, secrets) };
    let clean = |text: &Option<String>| text.clone().map(|text| shown(&text, secrets));
    let what = format!("status {status}, {}", clean(&reply.content_type).as_deref().unwrap_or("no content type"));
    let foreign = |why: String| (ErrorKind::UnexpectedResponse, why, Doubt::FOREIGN);
    let (kind, message, doubt) = match (status, &own) {
        (429, _) => {
            (ErrorKind::RateLimited, "too many requests: wait a minute before the next".to_owned(), Doubt::UNSENT)
        }
        (500..600, _) => {
            (ErrorKind::ServerError, format!("the server failed with {what}: try again later"), Doubt::LOST)
        }
        (_, Some(OAuthError { code, description })) => (
            ErrorKind::Rejected,
            match description {
                Some(description) => format!("the identity provider refused the request ({code}: {description})"),
                None => format!("the identity provider refused the request ({code})"),
            },
            Doubt::DEFINITE,
        ),
        (300..400, None) => foreign(format!(
            "it answered with a redirect (status {status}{}), which is refused because it could send secrets elsewhere",
            clean(&reply.location).map(|to| format!(" to {to}")).unwrap_or_default()
        )),
        (404, None) => foreign(format!("nothing answers at this path ({what})")),
        _ => foreign(format!(
            "the answer is not an identity provider's ({what}): a proxy or a web page may have answered instead"
        )),
    };
    let said = own.as_ref().map(|own| own.description.as_ref().unwrap_or(&own.code).clone());
    let error = Error::new(kind, message)
        .with_status(status)
        .with_retry_after(answer::retry_after(&reply))
        .with_request_id(reply.request_id.map(|id| redact(id, secrets)))
        .with_server_message(said);
    Err(Refused { error, doubt, code: own.map(|own| own.code) })
}

/// What it means that no complete answer came.
pub(super) fn judge_failure(failure: Failure) -> Refused {
    let Refusal { error, doubt } = match failure {
        Failure::TooLarge => Refusal {
            error: Error::new(
                ErrorKind::UnexpectedResponse,
                format!("the answer is larger than {MOST_BYTES} bytes, as no identity provider's is"),
            ),
            doubt: Doubt::FOREIGN,
        },
        other => answer::judge_failure(other, MOST_BYTES),
    };
    Refused { error, doubt, code: None }
}

/// A 2xx answer in JSON that cannot be used.
pub(super) fn unusable(reply: &Reply, why: &str) -> Error {
    Error::new(ErrorKind::UnexpectedResponse, why)
        .with_status(reply.status)
        .with_request_id(reply.request_id.clone())
        .with_attempts(reply.attempts)
        .with_advice(Advice::CorrectInput)
}

struct OAuthError {
    code: String,
    description: Option<String>,
}

/// The error that an answer states in OAuth2's form (RFC 6749 §5.2).
fn oauth_error(reply: &Reply, secrets: &[&str]) -> Option<OAuthError> {
    if !reply.is_json {
        return None;
    }
    let mut fields = fields::read(&reply.body, &["error", "error_description"]).ok()?;
    let code = fields.text("error").ok()?;
    let description = fields.optional("error_description").ok()?;
    Some(OAuthError {
        code: shown(&code, secrets),
        description: description.map(|text| shown(&text, secrets)).filter(|text| !text.is_empty()),
    })
}

/// The fields of a 2xx answer in JSON with these names. `what` says what the answer should be.
pub(super) fn fields<'a, 'n>(reply: &'a Reply, what: &str, names: &'n [&'n str]) -> Result<Fields<'a, 'n>, Error> {
    fields::read(&reply.body, names).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unusable(reply, &format!("the answer is not {what} (line {line}, column {column}): check the issuer"))
    })
}

/// A 2xx answer in JSON with a field that is missing or holds something else.
pub(super) fn wrong_field(reply: &Reply, what: &str, name: &str) -> Error {
    unusable(reply, &format!("the answer is not {what} (its {name} is missing or of another type): check the issuer"))
}

/// A text of the server as an error shows it: short, on one line, without secrets.
pub(super) fn shown(text: &str, secrets: &[&str]) -> String {
    let encoded: Vec<_> = secrets.iter().map(|secret| encoded(secret)).collect();
    let all: Vec<&str> = secrets.iter().copied().chain(encoded.iter().map(|text| text.as_str())).collect();
    let clean = redact(text.trim().to_owned(), &all);
    let quoted = quoted(&clean);
    // Its quotes are only for looking through it: what they escape stays escaped.
    let bare = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted);
    match bare.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", &bare[..end]),
        None => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Body;

    fn reply(status: u16, content_type: &str, body: &str) -> Reply {
        Reply {
            status,
            is_json: content_type == "application/json",
            content_type: Some(content_type.to_owned()),
            request_id: None,
            date: None,
            retry_after: None,
            location: Some("https://elsewhere.example/?code=s3cr3t-c0de".to_owned()),
            body: Body::new(body.as_bytes().to_owned(), false),
            attempts: 1,
        }
    }

    fn refused(status: u16, content_type: &str, body: &str) -> Refused {
        judge(reply(status, content_type, body), &["s3cr3t-c0de", "a/b+c=="]).err().unwrap()
    }

    #[test]
    fn an_oauth_error_has_its_code_and_what_the_server_says() {
        let refused = refused(400, "application/json", r#"{"error":"invalid_grant","error_description":"Gone."}"#);
        assert_eq!(refused.code.as_deref(), Some("invalid_grant"));
        assert_eq!((refused.error.kind(), refused.error.status()), (ErrorKind::Rejected, Some(400)));
        assert_eq!(refused.error.server_message(), Some("Gone."));
        assert!(refused.error.message().contains("(invalid_grant: Gone.)"), "{}", refused.error);
    }

    #[test]
    fn a_slow_down_may_come_with_any_status() {
        assert_eq!(refused(429, "application/json", r#"{"error":"slow_down"}"#).code.as_deref(), Some("slow_down"));
        assert_eq!(refused(403, "application/json", r#"{"error":"slow_down"}"#).code.as_deref(), Some("slow_down"));
    }

    #[test]
    fn no_secret_gets_into_an_error_in_any_form() {
        for body in [
            r#"{"error":"x","error_description":"no S3CR3T-c0de"}"#,
            r#"{"error":"s3cr3t-c0de"}"#,
            r#"{"error":"x","error_description":"device_code=a%2Fb%2Bc%3D%3D&"}"#,
            r#"{"error":"x","error_description":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}"#,
        ] {
            let error = refused(400, "application/json", body).error;
            let text = format!("{error:?}").to_lowercase();
            assert!(text.contains("[redacted]"), "{text}");
            assert!(!text.contains("s3cr3t") && !text.contains("a%2f") && !text.contains("eyj"), "{text}");
        }
        assert!(!format!("{:?}", refused(302, "text/html", "").error).contains("s3cr3t"));
    }

    #[test]
    fn what_the_server_says_stays_on_one_short_line() {
        let long = format!(r#"{{"error":"x\u001b[31m\ny","error_description":"{}"}}"#, "z".repeat(5_000));
        let error = refused(400, "application/json", &long).error;
        assert!(error.message().len() < 500 && !error.message().contains(['\n', '\u{1b}']), "{error}");
    }

    #[test]
    fn what_is_not_an_identity_providers_says_nothing_about_the_login() {
        for (status, content_type, body, kind) in [
            (200, "text/html", "<p>", ErrorKind::UnexpectedResponse),
            (302, "text/html", "", ErrorKind::UnexpectedResponse),
            (400, "text/html", r#"{"error":"access_denied"}"#, ErrorKind::UnexpectedResponse),
            (400, "application/json", r#"["access_denied"]"#, ErrorKind::UnexpectedResponse),
            (404, "application/json", r#"{"message":"no","code":404}"#, ErrorKind::UnexpectedResponse),
            (429, "text/plain", "", ErrorKind::RateLimited),
            (502, "text/html", "", ErrorKind::ServerError),
        ] {
            let refused = refused(status, content_type, body);
            assert_eq!((refused.error.kind(), refused.code), (kind, None), "{status} {body}");
        }
    }
}
