//! What the command line prints, in the protocol's form.

use serde_json::{Map, Value};

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

/// These fields of an object; one that is not there is left out, which the runner notices.
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

/// A time in UTC with six fraction digits, cut and not rounded.
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
