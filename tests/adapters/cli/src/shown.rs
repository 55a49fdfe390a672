//! The output of the command line in the form of the protocol.

use serde_json::{Map, Value, json};

const TOKEN: &[&str] = &["id", "name", "expiration_date", "created_at", "created_by", "last_used", "user_id"];
const TOKEN_AT: &[&str] = &["is_expired", "days_left"];
const USER: &[&str] = &[
    "id",
    "name",
    "email",
    "role",
    "status",
    "is_current",
    "is_service_user",
    "is_blocked",
    "pending_approval",
    "last_login",
];
const TIMES: &[&str] = &["expiration_date", "created_at", "last_used", "last_login"];

pub(crate) fn token(token: &Value, with_now: bool) -> Value {
    let expiry = if with_now { TOKEN_AT } else { &[] };
    fields(token, TOKEN.iter().chain(expiry))
}

pub(crate) fn user(user: &Value) -> Value {
    fields(user, USER.iter())
}

/// What `check` printed, and the error that it reported, if it did.
pub(crate) fn check((check, error): &(Value, Option<Value>)) -> Value {
    json!({
        "state": check["state"],
        "kind": check["kind"],
        "user": if check["user"].is_null() { Value::Null } else { user(&check["user"]) },
        "token": if check["token"].is_null() { Value::Null } else { token(&check["token"], false) },
        "expires_at": check["expires_at"].as_str().map(microseconds),
        "error": error,
    })
}

/// The lines that `audit` printed: users in any order, then the summary.
pub(crate) fn audit(lines: &[Value]) -> Value {
    let (summary, users) = lines.split_last().map_or((&Value::Null, lines), |(last, users)| (&last["summary"], users));
    let mut users: Vec<Value> = users.iter().map(audited_user).collect();
    users.sort_by_key(|result| result["user"]["id"].as_str().map(str::to_owned));
    json!({"users": users, "summary": summary})
}

fn audited_user(line: &Value) -> Value {
    let tokens = line["tokens"].as_array().into_iter().flatten().map(|audited| {
        json!({
            "token": token(&audited["token"], false),
            "state": audited["state"],
            "findings": audited["findings"],
            "reason": audited["reason"],
        })
    });
    json!({"user": user(&line["user"]), "tokens": tokens.collect::<Value>(), "error": error(line["error"].clone())})
}

/// An error, with its wait in milliseconds.
pub(crate) fn error(mut error: Value) -> Value {
    if let Some(fields) = error.as_object_mut() {
        let seconds = fields.remove("retry_after").and_then(|wait| wait.as_u64());
        fields.insert("retry_after_ms".to_owned(), seconds.map(|seconds| seconds * 1_000).into());
    }
    error
}

/// These fields of an object. One that is missing is left out, which the runner notices.
fn fields<'a>(object: &Value, names: impl Iterator<Item = &'a &'a str>) -> Value {
    let mut out = Map::new();
    for name in names {
        if let Some(value) = object.get(name) {
            let value = match value.as_str() {
                Some(time) if TIMES.contains(name) => microseconds(time).into(),
                _ => value.clone(),
            };
            out.insert((*name).to_owned(), value);
        }
    }
    out.into()
}

/// A time in UTC with six fraction digits, truncated.
fn microseconds(time: &str) -> String {
    let bare = time.strip_suffix('Z').unwrap_or(time);
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    format!("{whole}.{:0<6.6}Z", fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_digits() {
        assert_eq!(microseconds("2026-11-22T14:02:53Z"), "2026-11-22T14:02:53.000000Z");
        assert_eq!(microseconds("2026-11-22T14:02:53.5Z"), "2026-11-22T14:02:53.500000Z");
        assert_eq!(microseconds("2026-11-22T14:02:53.123456789Z"), "2026-11-22T14:02:53.123456Z");
    }
}
