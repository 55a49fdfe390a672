//! What a success must rest on: an independent reading of the answer.

use netbird_tokens::{Token, User};
use serde_json::Value;

use crate::responder::Exchange;

/// The JSON that answered the last request of this method whose path ends so. `None` where this reading is stricter than the
/// client's, which skips what it does not need: very deep nesting, numbers that fit nowhere.
pub(crate) fn answer(exchanges: &[Exchange], method: &str, path_end: &str) -> Option<Value> {
    let found = exchanges.iter().rev().find(|exchange| exchange.method == method && exchange.path.ends_with(path_end));
    let found = found.unwrap_or_else(|| panic!("success without a {method} of {path_end}"));
    serde_json::from_slice(&found.answered).ok()
}

/// The token is what the JSON says.
pub(crate) fn is_token(json: &Value, token: &Token) {
    assert!(json.is_object(), "an object is a token");
    assert_eq!(json["id"].as_str(), Some(token.id()));
    assert_eq!(json["name"].as_str(), Some(token.name()));
    assert_eq!(json["created_by"].as_str(), Some(token.created_by()));
    for (field, instant) in [("created_at", token.created_at()), ("expiration_date", token.expiration_date())] {
        assert_eq!(json[field].as_str().and_then(|text| text.parse().ok()), Some(instant), "{field}");
    }
    if let Some(last_used) = token.last_used() {
        assert_eq!(json["last_used"].as_str().and_then(|text| text.parse().ok()), Some(last_used));
    }
}

/// The tokens are those of the list, in its order.
pub(crate) fn are_tokens(json: &Value, tokens: &[Token]) {
    match json {
        Value::Null => assert!(tokens.is_empty()),
        Value::Array(list) => {
            assert_eq!(list.len(), tokens.len());
            list.iter().zip(tokens).for_each(|(json, token)| is_token(json, token));
        }
        _ => panic!("neither a list nor null is a list of tokens"),
    }
}

/// The user is what the JSON says.
pub(crate) fn is_user(json: &Value, user: &User) {
    assert!(json.is_object(), "an object is a user");
    assert_eq!(json["id"].as_str(), Some(user.id()));
    assert!(!user.id().is_empty() && !user.id().contains('/'));
}
