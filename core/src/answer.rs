//! What an HTTP answer, or the lack of one, means: the kind of error, its message, and what the server may have done.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;

use crate::bug::{self, Bug};
use crate::error::{Advice, Error, ErrorKind};
use crate::identity::Authorization;
use crate::json::Object;
use crate::retry::Doubt;
use crate::timestamp::Timestamp;
use crate::transport::{Failure, Reply, TlsFault};

/// An attempt that did not succeed.
pub(crate) struct Refusal {
    pub(crate) error: Error,
    pub(crate) doubt: Doubt,
}

/// NetBird's rules behind a 403, known only by the text of the message.
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

/// The start of the message by which the server says that it does not know the PAT; the PAT's hash follows.
const UNKNOWN_PAT: &str = "invalid token: pat:";

/// What NetBird's own 404 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    Credential,
    Token,
    User,
}

fn unknown(server_message: &str) -> Option<Unknown> {
    if server_message.starts_with(UNKNOWN_PAT) {
        Some(Unknown::Credential)
    } else if !server_message.ends_with(" not found") {
        None
    } else if server_message.starts_with("pat: ") {
        Some(Unknown::Token)
    } else if server_message.starts_with("user: ") {
        Some(Unknown::User)
    } else {
        None
    }
}

/// Whether an error is the server's own statement that it does not know this token (it lower-cases its messages).
pub(crate) fn says_token_is_unknown(error: &Error, token_id: &str) -> bool {
    if bug::is(Bug::Gateway404IsGone) && error.status() == Some(404) {
        return true;
    }
    error.kind() == ErrorKind::NotFound
        && error.server_message().is_some_and(|said| said == format!("pat: {} not found", token_id.to_lowercase()))
}

/// Passes a 2xx answer in JSON through; says what everything else means. Whatever the server put into it, no credential gets
/// into the error.
pub(crate) fn judge(mut reply: Reply, sent: &Authorization) -> Result<Reply, Refusal> {
    reply.request_id = reply.request_id.take().map(|text| sent.redact(text));
    let status = reply.status;
    if (200..300).contains(&status) && (reply.is_json || bug::is(Bug::HtmlIsSuccess)) {
        return Ok(reply);
    }
    reply.content_type = reply.content_type.take().map(|text| sent.redact(text));
    let own = own_message(&reply).map(|message| sent.redact(message));
    let (kind, text, doubt, advice) = match &own {
        Some(message) => judge_own(&reply, message),
        None => judge_foreign(&reply, sent),
    };
    let mut error = Error::new(kind, text)
        .with_status(status)
        .with_retry_after(retry_after(&reply))
        .with_request_id(reply.request_id.take())
        .with_server_message(own);
    if let Some(advice) = advice {
        error = error.with_advice(advice);
    }
    Err(Refusal { error, doubt })
}

type Verdict = (ErrorKind, String, Doubt, Option<Advice>);

/// An error in NetBird's own form.
fn judge_own(reply: &Reply, message: &str) -> Verdict {
    let said = format!(" (the server says: {message})");
    match reply.status {
        400 | 422 => (ErrorKind::Rejected, format!("the server refused the request{said}"), Doubt::DEFINITE, None),
        401 => (
            ErrorKind::Unauthorized,
            format!("the server refused the credential{said}: it has expired, was revoked, or belongs to another server; create a new one"),
            Doubt::DEFINITE,
            Some(Advice::CheckCredential),
        ),
        403 => (
            ErrorKind::Forbidden,
            format!("{}{said}", explain_forbidden(message)),
            Doubt::DEFINITE,
            Some(Advice::CheckCredential),
        ),
        404 => match unknown(message) {
            Some(Unknown::Credential) => (
                ErrorKind::Unauthorized,
                "the server does not know this PAT: it was revoked, or belongs to another server; create a new one, or check the management URL".to_owned(),
                Doubt::DEFINITE,
                Some(Advice::CheckCredential),
            ),
            Some(Unknown::Token) => (
                ErrorKind::NotFound,
                format!("the user has no such token{said}"),
                Doubt::DEFINITE,
                Some(Advice::ListTokens),
            ),
            Some(Unknown::User) => {
                (ErrorKind::NotFound, format!("there is no such user{said}"), Doubt::DEFINITE, Some(Advice::ListUsers))
            }
            None => (
                ErrorKind::UnexpectedResponse,
                format!("the answer is about something else than a user or a token{said}: check the management URL"),
                Doubt::FOREIGN,
                Some(Advice::CheckManagementUrl),
            ),
        },
        409 | 412 => (
            ErrorKind::Conflict,
            format!("the request conflicts with the server's current state{said}"),
            Doubt::DEFINITE,
            None,
        ),
        429 => too_many_requests(reply, &said),
        500 | 503 => (
            ErrorKind::ServerError,
            format!("the server failed with status {}{said}: try again later", reply.status),
            Doubt::FAILED,
            None,
        ),
        status @ 500..600 => {
            (ErrorKind::ServerError, format!("the server failed with status {status}{said}"), Doubt::FOREIGN, None)
        }
        status => (
            ErrorKind::UnexpectedResponse,
            format!("NetBird does not answer with status {status}{said}: check the management URL and any proxy in between"),
            Doubt::FOREIGN,
            Some(Advice::CheckManagementUrl),
        ),
    }
}

/// Anything else. Only NetBird's own answers say something about a credential, a user or a token.
fn judge_foreign(reply: &Reply, sent: &Authorization) -> Verdict {
    let what = format!("status {}, {}", reply.status, reply.content_type.as_deref().unwrap_or("no content type"));
    let url = Some(Advice::CheckManagementUrl);
    match reply.status {
        200..300 => (
            ErrorKind::UnexpectedResponse,
            format!(
                "the answer is not NetBird's ({what}): a proxy or a login page may have answered instead; check the management URL"
            ),
            Doubt::FOREIGN,
            url,
        ),
        // "See other" is how a server answers a write that it did. The others say that it did nothing here.
        status @ 300..400 => (
            ErrorKind::UnexpectedResponse,
            format!(
                "the server answered with a redirect (status {status}{}), which is refused because it could turn a write into a read and send the credential elsewhere: use the management URL of the server itself",
                reply.location.clone().map(|to| format!(" to {}", sent.redact(to))).unwrap_or_default()
            ),
            if status == 303 { Doubt::FOREIGN } else { Doubt::DEFINITE },
            url,
        ),
        404 => (
            ErrorKind::UnexpectedResponse,
            format!(
                "nothing answers at this path ({what}): check the management URL, and end it at the host or at /api"
            ),
            // The text by which NetBird's router, as every program in Go, says that it has no such path: nobody acted.
            if *reply.body == *b"404 page not found\n" { Doubt::DEFINITE } else { Doubt::FOREIGN },
            url,
        ),
        429 => too_many_requests(reply, ""),
        status @ (500 | 502 | 503 | 504) => (
            ErrorKind::ServerError,
            format!("a gateway in front of the server answered with status {status}: try again later"),
            Doubt::LOST,
            None,
        ),
        status @ 500..600 => (
            ErrorKind::ServerError,
            format!("a gateway in front of the server failed with status {status}"),
            Doubt::FOREIGN,
            None,
        ),
        _ => (
            ErrorKind::UnexpectedResponse,
            format!(
                "the answer is not NetBird's ({what}): a proxy or a login page may have answered instead, so it says nothing about the credential; check the management URL and any proxy in between"
            ),
            Doubt::FOREIGN,
            url,
        ),
    }
}

fn too_many_requests(reply: &Reply, said: &str) -> Verdict {
    let wait = match retry_after(reply) {
        Some(wait) => format!("wait {} before the next", in_words(wait)),
        None => "wait a minute before the next".to_owned(),
    };
    (ErrorKind::RateLimited, format!("too many requests{said}: {wait}, or send fewer"), Doubt::UNSENT, None)
}

fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        0 | 1 => "a second".to_owned(),
        seconds @ 2..=119 => format!("{seconds} seconds"),
        seconds @ 120..=7_199 => format!("{} minutes", seconds.div_ceil(60)),
        seconds @ 7_200..=172_799 => format!("{} hours", seconds.div_ceil(3_600)),
        seconds => format!("{} days", seconds.div_ceil(86_400)),
    }
}

/// A 2xx answer in JSON that is not what was requested.
pub(crate) fn wrong_shape(reply: &Reply, why: &str) -> Error {
    Error::new(ErrorKind::UnexpectedResponse, format!("the server answered with status {} but {why}", reply.status))
        .with_status(reply.status)
        .with_request_id(reply.request_id.clone())
        .with_attempts(reply.attempts)
}

/// A result of parsing, with an error that says what did not fit but not what was there instead.
pub(crate) fn parsed<T>(reply: &Reply, result: serde_json::Result<T>) -> Result<T, Error> {
    result.map_err(|error| {
        let why = format!(
            "the body is not in NetBird's form (line {}, column {}): check the management URL and the server's version",
            error.line(),
            error.column()
        );
        wrong_shape(reply, &why)
    })
}

/// What it means that no complete answer came.
pub(crate) fn judge_failure(failure: Failure, max_response_bytes: usize) -> Refusal {
    let (error, doubt) = match failure {
        Failure::Connect(why) => (
            Error::new(
                ErrorKind::Connect,
                format!("no connection to the server ({why}): check the management URL, the network and any proxy"),
            ),
            Doubt::UNSENT,
        ),
        Failure::Tls(fault) => (explain_tls(&fault), Doubt::DEFINITE),
        Failure::Timeout { sent: false } => {
            (Error::new(ErrorKind::Timeout, "the connection to the server could not be made in time"), Doubt::UNSENT)
        }
        Failure::Timeout { sent: true } => {
            (Error::new(ErrorKind::Timeout, "the server did not answer in time"), Doubt::LOST)
        }
        Failure::Broken { why, sent } => (
            Error::new(
                ErrorKind::Transport,
                format!("the connection broke before the complete answer had come ({why})"),
            ),
            if sent { Doubt::LOST } else { Doubt::UNSENT },
        ),
        Failure::TooLarge => (
            Error::new(
                ErrorKind::UnexpectedResponse,
                format!(
                    "the answer is larger than the {max_response_bytes} bytes that are allowed: allow more if that is right"
                ),
            ),
            Doubt::FOREIGN,
        ),
        Failure::Other { error, sent } => (error, if sent { Doubt::FOREIGN } else { Doubt::DEFINITE }),
    };
    Refusal { error, doubt }
}

/// One cause, one advice.
fn explain_tls(fault: &TlsFault) -> Error {
    let (why, advice) = match fault {
        TlsFault::UnknownCa => (
            "its certificate is signed by a CA that this machine does not trust: if it is your private CA, add it"
                .to_owned(),
            Some(Advice::AddCa),
        ),
        TlsFault::Expired(at) => {
            let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
            (format!("its certificate expired{at}: its operator must renew it, or this machine's clock is wrong"), None)
        }
        TlsFault::NotYetValid(from) => {
            let from = from.map(|from| format!(" before {from}")).unwrap_or_default();
            (format!("its certificate is not valid{from}: this machine's clock may be wrong"), None)
        }
        TlsFault::WrongName => (
            "its certificate is for another host name: check the management URL".to_owned(),
            Some(Advice::CheckManagementUrl),
        ),
        TlsFault::NotTls => (
            "it does not speak TLS on this port: check the port, or whether the management URL must begin with http://"
                .to_owned(),
            Some(Advice::CheckManagementUrl),
        ),
        TlsFault::Other(why) => (why.clone(), None),
    };
    let error = Error::new(ErrorKind::Tls, format!("no secure connection to the server: {why}"));
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

fn explain_forbidden(message: &str) -> &'static str {
    match rule(message) {
        Some(Rule::Blocked) => "the credential's user is blocked: an administrator must unblock it",
        Some(Rule::PendingApproval) => "the credential's user is waiting for an administrator's approval",
        Some(Rule::AdminRole) => {
            "only a token's owner can see a person's tokens; only owners and admins can manage a service user's tokens"
        }
        Some(Rule::UnknownRole) => "the server gives the role of the credential's user no rights here",
        Some(Rule::Permission) => {
            "the role of the credential's user does not allow this: for example, the roles user and auditor cannot create or revoke tokens"
        }
        None => "the credential is not allowed to do this",
    }
}

/// The message of an error body in NetBird's own form, without the PAT's hash: a JSON object with `message`, whose `code`,
/// where it has one, equals the status. Of a 404 it must have one.
fn own_message(reply: &Reply) -> Option<String> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        message: Cow<'a, str>,
        code: Option<u16>,
    }
    if !reply.is_json || (200..400).contains(&reply.status) {
        return None;
    }
    let Object(body): Object<Body<'_>> = serde_json::from_slice(&reply.body).ok()?;
    match body.code {
        Some(code) if code != reply.status => return None,
        None if reply.status == 404 => return None,
        _ => {}
    }
    Some(without_hash(&body.message))
}

fn without_hash(message: &str) -> String {
    match message.find(UNKNOWN_PAT) {
        Some(at) => format!("{}{UNKNOWN_PAT} [redacted] not found", &message[..at]),
        None => message.to_owned(),
    }
}

/// How long the server asks to wait, in seconds or until a date by its own clock; at most a year.
pub(crate) fn retry_after(reply: &Reply) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(365 * 86_400);
    let text = reply.retry_after.as_deref()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long wait too.
        return Some(text.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = Timestamp::from_http_date(text)?;
    let now = reply.date.as_deref().and_then(Timestamp::from_http_date).unwrap_or_else(Timestamp::now);
    let nanoseconds = until.nanoseconds_since(now);
    if nanoseconds <= 0 {
        return Some(Duration::ZERO);
    }
    Some(u64::try_from(nanoseconds).map_or(LONGEST, Duration::from_nanos).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Body;

    fn reply(status: u16, content_type: &str, body: &str) -> Reply {
        Reply {
            status,
            is_json: content_type.starts_with("application/json"),
            content_type: Some(content_type.to_owned()),
            request_id: Some("d1".to_owned()),
            date: Some("Sun, 22 Nov 2026 14:02:53 GMT".to_owned()),
            retry_after: None,
            location: None,
            body: Body::new(body.into(), false),
            attempts: 1,
        }
    }

    fn sent() -> Authorization {
        let credential = crate::Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        Authorization::new(&credential).unwrap()
    }

    fn refusal(reply: Reply) -> Refusal {
        judge(reply, &sent()).err().expect("it is not a success")
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
        for (text, wait) in [
            ("-1", None),
            ("", None),
            ("soon", None),
            ("1.5", None),
            ("18446744073709551615", Some(Duration::from_secs(365 * 86_400))),
            ("99999999999999999999999999", Some(Duration::from_secs(365 * 86_400))),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(Duration::from_secs(365 * 86_400))),
        ] {
            limited.retry_after = Some(text.to_owned());
            assert_eq!(retry_after(&limited), wait, "{text}");
        }
    }

    #[test]
    fn only_netbirds_own_form_says_something_about_a_credential_or_a_token() {
        let own = |status: u16, message: &str| {
            refusal(reply(status, "application/json", &format!(r#"{{"message":"{message}","code":{status}}}"#)))
        };
        assert_eq!(own(404, "pat: x not found").error.kind(), ErrorKind::NotFound);
        assert_eq!(own(404, "user: x not found").error.kind(), ErrorKind::NotFound);
        assert_eq!(own(404, "peer: x not found").error.kind(), ErrorKind::UnexpectedResponse);
        for (status, body) in [
            (404, r#"{"message":"no Route matched with those values"}"#),
            (404, r#"{"message":"pat: x not found"}"#),
            (404, r#"{"message":"pat: x not found","code":401}"#),
            (401, r#"{"message":"no","code":403}"#),
            (403, r#"{"error":"forbidden"}"#),
            (401, r#"["token invalid",401]"#),
        ] {
            let refusal = refusal(reply(status, "application/json", body));
            assert_eq!(refusal.error.kind(), ErrorKind::UnexpectedResponse, "{body}");
            assert_eq!(refusal.doubt, Doubt::FOREIGN, "{body}");
            assert_eq!(refusal.error.server_message(), None, "{body}");
        }
        for status in [401, 403] {
            let refusal = refusal(reply(status, "text/html", "<html>log in</html>"));
            assert_eq!(refusal.error.kind(), ErrorKind::UnexpectedResponse);
        }
        // The documentation shows these two without a code.
        assert_eq!(
            refusal(reply(401, "application/json", r#"{"message":"unauthorized"}"#)).error.kind(),
            ErrorKind::Unauthorized
        );
        assert_eq!(
            refusal(reply(403, "application/json", r#"{"message":"forbidden"}"#)).error.kind(),
            ErrorKind::Forbidden
        );
    }

    #[test]
    fn what_may_have_been_acted_on_is_never_called_refused() {
        use crate::retry::Acted;
        let acted = |status, content_type, body| refusal(reply(status, content_type, body)).doubt.acted;
        for status in [101, 303, 402, 405, 408, 418, 499, 500, 502, 503, 504, 520, 599] {
            assert_eq!(acted(status, "text/plain", "no"), Acted::Maybe, "{status}");
        }
        for status in [301, 302, 307, 308, 429] {
            assert_eq!(acted(status, "text/plain", "no"), Acted::No, "{status}");
        }
        assert_eq!(acted(503, "application/json", r#"{"message":"m","code":503}"#), Acted::Failed);
        assert_eq!(acted(422, "application/json", r#"{"message":"m","code":422}"#), Acted::No);
    }

    #[test]
    fn a_new_token_in_a_message_is_not_shown() {
        let body = r#"{"message":"cannot store nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr","code":500}"#;
        let mut leaking = reply(500, "application/json", body);
        leaking.request_id = Some("nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr".to_owned());
        assert!(!format!("{:?}", refusal(leaking).error).contains("AAAA"));
        let mut good = reply(200, "application/json", "[]");
        good.request_id = Some("nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr".to_owned());
        assert_eq!(judge(good, &sent()).ok().and_then(|reply| reply.request_id).as_deref(), Some("[redacted]"));
    }

    #[test]
    fn every_status_has_its_kind() {
        use ErrorKind as Kind;
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
            let body = format!(r#"{{"message":"pat: x not found","code":{status}}}"#);
            assert_eq!(refusal(reply(status, "application/json", &body)).error.kind(), kind, "{status}");
        }
        assert_eq!(refusal(reply(404, "text/plain", "404 page not found\n")).error.kind(), Kind::UnexpectedResponse);
        assert_eq!(refusal(reply(200, "text/html", "<html>")).error.kind(), Kind::UnexpectedResponse);
        assert!(judge(reply(200, "application/json", "null"), &sent()).is_ok());
    }
}
