//! What an HTTP answer, or the lack of one, means: the kind of error, the words for it, and what the server may have done.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::retry::{Acted, Doubt};
use crate::timestamp::Timestamp;
use crate::transport::{Authorization, Failure, Reply};

/// An attempt that did not succeed.
pub(crate) struct Refusal {
    pub(crate) error: Error,
    pub(crate) doubt: Doubt,
}

/// NetBird's rules behind a 403, told by the only thing it gives: the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Blocked,
    PendingApproval,
    AdminRole,
    UnknownRole,
    Permission,
}

/// Which rule a 403 stands for, where we know it.
pub(crate) fn rule(server_message: &str) -> Option<Rule> {
    if server_message.contains("user is blocked") {
        Some(Rule::Blocked)
    } else if server_message.contains("user is pending approval") {
        Some(Rule::PendingApproval)
    } else if server_message.contains("admin role required") {
        Some(Rule::AdminRole)
    } else if server_message.contains("user role:") {
        Some(Rule::UnknownRole)
    } else if server_message.contains("permission denied") {
        Some(Rule::Permission)
    } else {
        None
    }
}

/// The beginning of the message by which the server says that it does not know the PAT; the PAT's hash follows.
const UNKNOWN_PAT: &str = "invalid token: pat:";

/// Passes a 2xx answer in JSON through; says of everything else what it means. Whatever the server put into it, the
/// credential that was sent does not get into the error.
pub(crate) fn judge(mut reply: Reply, sent: &Authorization) -> Result<Reply, Refusal> {
    let status = reply.status;
    if (200..300).contains(&status) && reply.is_json {
        return Ok(reply);
    }
    let said = server_message(&reply).map(|message| sent.redact(message));
    reply.content_type = reply.content_type.map(|text| sent.redact(text));
    reply.request_id = reply.request_id.map(|text| sent.redact(text));
    let message = said.as_deref();
    let quoted = message.map(|text| format!(" (the server says: {text})")).unwrap_or_default();
    let what = describe(&reply);

    use ErrorKind::{
        Conflict, Forbidden, NotFound, RateLimited, Rejected, ServerError, Unauthorized, UnexpectedResponse,
    };
    let passing = Doubt::UNSENT;
    let (kind, text, doubt) = match status {
        200..300 => (
            UnexpectedResponse,
            format!("the answer is not NetBird's: {what}. Something between may have answered, as a login page or a proxy: check the management URL"),
            Doubt { acted: Acted::Maybe, passing: false },
        ),
        300..400 => (
            UnexpectedResponse,
            format!("the server answered with a redirect (status {status}), which is refused because it could turn a write into a read and carry the credential elsewhere: give the management URL that it points to"),
            Doubt::DEFINITE,
        ),
        400 | 422 => (Rejected, format!("the server refused the request{quoted}"), Doubt::DEFINITE),
        401 => (
            Unauthorized,
            format!("the server refused the credential{quoted}: it has expired, or was revoked, or belongs to another server; create a new one"),
            Doubt::DEFINITE,
        ),
        403 => (Forbidden, explain_forbidden(message, &quoted), Doubt::DEFINITE),
        404 if message.is_some_and(|text| text.starts_with(UNKNOWN_PAT)) => (
            Unauthorized,
            "the server does not know this PAT: it was revoked, or belongs to another server; create a new one, or check the management URL".to_owned(),
            Doubt::DEFINITE,
        ),
        404 if message.is_some() => (NotFound, format!("there is no such user or token{quoted}"), Doubt::DEFINITE),
        404 => (
            UnexpectedResponse,
            format!("nothing answers at this path: {what}. Check the management URL; it is given without what comes after /api"),
            Doubt::DEFINITE,
        ),
        409 | 412 => (Conflict, format!("the server's state stands against it{quoted}"), Doubt::DEFINITE),
        429 => (RateLimited, format!("too many requests{quoted}: wait a minute before the next, or send fewer"), passing),
        500 | 503 => (
            ServerError,
            format!("the server failed with status {status}{quoted}: try again later"),
            Doubt { acted: Acted::Failed, passing: true },
        ),
        502 | 504 => (
            ServerError,
            format!("a gateway before the server answered with status {status}{quoted}: try again later"),
            Doubt::LOST,
        ),
        500..600 => (
            ServerError,
            format!("the server failed with status {status}{quoted}"),
            Doubt { acted: Acted::Maybe, passing: false },
        ),
        _ => (
            UnexpectedResponse,
            format!("the answer is not one of NetBird's: {what}{quoted}. Check the management URL and any proxy between"),
            Doubt::DEFINITE,
        ),
    };
    let error = Error::new(kind, text)
        .with_status(status)
        .with_retry_after(retry_after(&reply))
        .with_request_id(reply.request_id)
        .with_server_message(said);
    Err(Refusal { error, doubt })
}

/// A 2xx answer in JSON that does not have what was asked for.
pub(crate) fn wrong_shape(reply: &Reply, why: &str) -> Error {
    Error::new(ErrorKind::UnexpectedResponse, format!("the server answered with status {} but {why}", reply.status))
        .with_status(reply.status)
        .with_request_id(reply.request_id.clone())
        .with_attempts(reply.attempts)
}

/// What it means that no whole answer came.
pub(crate) fn judge_failure(failure: Failure, max_response_bytes: usize) -> Refusal {
    let (error, doubt) = match failure {
        Failure::Connect(why) => (
            Error::new(
                ErrorKind::Connect,
                format!("no connection to the server ({why}): check the management URL, the network and any proxy"),
            ),
            Doubt::UNSENT,
        ),
        Failure::Tls(why) => (
            Error::new(
                ErrorKind::Tls,
                format!(
                    "no secure connection to the server ({why}): if its certificate is of a private CA, add that CA"
                ),
            ),
            Doubt::DEFINITE,
        ),
        Failure::Timeout { sent: false } => {
            (Error::new(ErrorKind::Timeout, "the connection to the server could not be made in time"), Doubt::UNSENT)
        }
        Failure::Timeout { sent: true } => {
            (Error::new(ErrorKind::Timeout, "the server's answer did not come in time"), Doubt::LOST)
        }
        Failure::Broken { why, sent } => (
            Error::new(ErrorKind::Transport, format!("the connection broke before the whole answer had come ({why})")),
            if sent { Doubt::LOST } else { Doubt::UNSENT },
        ),
        Failure::TooLarge => (
            Error::new(
                ErrorKind::UnexpectedResponse,
                format!(
                    "the answer is larger than the {max_response_bytes} bytes that are allowed: allow more if that is right"
                ),
            ),
            Doubt { acted: Acted::Maybe, passing: false },
        ),
        Failure::Other(error) => (error, Doubt::DEFINITE),
    };
    Refusal { error, doubt }
}

fn explain_forbidden(message: Option<&str>, quoted: &str) -> String {
    let why = match message.and_then(rule) {
        Some(Rule::Blocked) => "the credential's user is blocked: an administrator must unblock it",
        Some(Rule::PendingApproval) => "the credential's user waits for an administrator's approval",
        Some(Rule::AdminRole) => {
            "nobody may see or change another person's tokens, and a service user's only an owner or admin may"
        }
        Some(Rule::UnknownRole) => "the server gives the role of the credential's user no rights here",
        Some(Rule::Permission) => {
            "the role of the credential's user does not allow this: the roles user and auditor, for one, cannot create or revoke tokens"
        }
        None => "the credential may not do this",
    };
    format!("{why}{quoted}")
}

/// The message of NetBird's own error body, without the PAT's hash.
fn server_message(reply: &Reply) -> Option<String> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        message: Cow<'a, str>,
    }
    if !reply.is_json {
        return None;
    }
    let Object(body): Object<Body<'_>> = serde_json::from_slice(&reply.body).ok()?;
    Some(without_hash(&body.message))
}

fn without_hash(message: &str) -> String {
    match message.find(UNKNOWN_PAT) {
        Some(at) => format!("{}{UNKNOWN_PAT} [redacted] not found", &message[..at]),
        None => message.to_owned(),
    }
}

fn describe(reply: &Reply) -> String {
    format!("status {}, {}", reply.status, reply.content_type.as_deref().unwrap_or("no content type"))
}

/// How long the server asks to wait, in seconds or until a date by its own clock.
fn retry_after(reply: &Reply) -> Option<Duration> {
    let text = reply.retry_after.as_deref()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = Timestamp::from_http_date(text)?;
    let now = reply.date.as_deref().and_then(Timestamp::from_http_date).unwrap_or_else(Timestamp::now);
    Some(u64::try_from(until.nanoseconds_since(now)).map_or(Duration::ZERO, Duration::from_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, content_type: &str, body: &str) -> Reply {
        Reply {
            status,
            is_json: content_type.starts_with("application/json"),
            content_type: Some(content_type.to_owned()),
            request_id: Some("d1".to_owned()),
            date: Some("Sun, 22 Nov 2026 14:02:53 GMT".to_owned()),
            retry_after: None,
            body: body.into(),
            attempts: 1,
        }
    }

    fn sent() -> Authorization {
        let credential = crate::Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        Authorization::new(&credential).unwrap()
    }

    fn refusal(reply: Reply) -> Refusal {
        judge(reply, &sent()).err().expect("it is no success")
    }

    #[test]
    fn the_hash_of_an_unknown_pat_is_cut_out() {
        let refusal = refusal(reply(
            404,
            "application/json; charset=UTF-8",
            r#"{"message":"invalid token: pat: 89udskaqxfzqmjlbqra2j63a3pfp8tlazfbobdygwzy= not found","code":404}"#,
        ));
        assert_eq!(refusal.error.kind(), ErrorKind::Unauthorized);
        assert_eq!(refusal.error.server_message(), Some("invalid token: pat: [redacted] not found"));
        assert!(!format!("{:?}", refusal.error).contains("89uds"));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        let mut limited = reply(429, "application/json", r#"{"message":"too many requests","code":429}"#);
        limited.retry_after = Some("7".to_owned());
        assert_eq!(retry_after(&limited), Some(Duration::from_secs(7)));
        limited.retry_after = Some("Sun, 22 Nov 2026 14:03:03 GMT".to_owned());
        assert_eq!(retry_after(&limited), Some(Duration::from_secs(10)));
        limited.retry_after = Some("Sun, 22 Nov 2026 14:00:00 GMT".to_owned());
        assert_eq!(retry_after(&limited), Some(Duration::ZERO));
        limited.retry_after = Some("-1".to_owned());
        assert_eq!(retry_after(&limited), None);
    }

    #[test]
    fn every_status_has_its_kind() {
        use ErrorKind as Kind;
        let json = r#"{"message":"m","code":0}"#;
        for (status, kind) in [
            (301, Kind::UnexpectedResponse),
            (400, Kind::Rejected),
            (401, Kind::Unauthorized),
            (403, Kind::Forbidden),
            (404, Kind::NotFound),
            (405, Kind::UnexpectedResponse),
            (409, Kind::Conflict),
            (412, Kind::Conflict),
            (418, Kind::UnexpectedResponse),
            (422, Kind::Rejected),
            (429, Kind::RateLimited),
            (500, Kind::ServerError),
            (502, Kind::ServerError),
            (503, Kind::ServerError),
            (504, Kind::ServerError),
            (599, Kind::ServerError),
        ] {
            assert_eq!(refusal(reply(status, "application/json", json)).error.kind(), kind, "{status}");
        }
        assert_eq!(refusal(reply(404, "text/plain", "404 page not found\n")).error.kind(), Kind::UnexpectedResponse);
        assert_eq!(refusal(reply(200, "text/html", "<html>")).error.kind(), Kind::UnexpectedResponse);
        assert!(judge(reply(200, "application/json", "null"), &sent()).is_ok());
    }
}
