//! The fields of a command, and the error for one that cannot be run.

use serde_json::{Map, Value, json};

pub(crate) type Fields = Map<String, Value>;

pub(crate) fn text<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str)
}

/// The error for what the operating system or the protocol refuses before the program runs.
pub(crate) fn refused(message: &str) -> Value {
    json!({
        "kind": "invalid_argument", "code": 1, "message": message, "status": null, "server_message": null,
        "request_id": null, "retryable": false, "retry_after_ms": null, "attempts": 0, "candidate_token_ids": [],
        "token_name": null,
    })
}
