//! The JSON that a command takes and prints.

use netbird_tokens::{Error, Timestamp, Token};
use serde_json::{Map, Value, json};

pub(crate) type Fields = Map<String, Value>;
pub(crate) type Answer = Result<Value, Value>;

pub(crate) fn text<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str)
}

pub(crate) fn shown(token: &Token, args: &Fields) -> Answer {
    let mut fields = json!({
        "id": token.id(),
        "name": token.name(),
        "expiration_date": time(token.expiration_date()),
        "created_at": time(token.created_at()),
        "created_by": token.created_by(),
        "last_used": token.last_used().map(time),
        "user_id": token.user_id(),
    });
    if let Some(now) = text(args, "now") {
        let now: Timestamp = now.parse().map_err(error)?;
        fields["is_expired"] = json!(token.is_expired(now));
        fields["days_left"] = json!(token.days_left(now));
    }
    Ok(fields)
}

/// In UTC, cut to microseconds, always six digits.
pub(crate) fn time(at: Timestamp) -> String {
    let shown = at.to_string();
    let (seconds, fraction) = match shown.trim_end_matches('Z').split_once('.') {
        Some((seconds, fraction)) => (seconds, fraction),
        None => (shown.trim_end_matches('Z'), ""),
    };
    format!("{seconds}.{fraction:0<6.6}Z")
}

pub(crate) fn error(error: Error) -> Value {
    json!({
        "kind": error.kind().name(),
        "code": error.kind().code(),
        "message": error.message(),
        "status": error.status(),
        "server_message": error.server_message(),
        "request_id": error.request_id(),
        "retryable": error.is_retryable(),
        "attempts": error.attempts(),
        "candidate_token_ids": error.candidate_token_ids(),
        "token_name": error.token_name(),
        "retry_after_ms": error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
    })
}

/// An argument that Rust's types would not have let through.
pub(crate) fn refused(message: &str) -> Value {
    json!({
        "kind": "invalid_argument", "code": 1, "message": message, "status": null, "server_message": null,
        "request_id": null, "retryable": false, "attempts": 0, "candidate_token_ids": [], "token_name": null,
        "retry_after_ms": null,
    })
}
