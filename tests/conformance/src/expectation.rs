//! What a step expects of the answer, with the defaults filled in.

use serde_json::{Map, Value, json};

use crate::adapter::Answer;
use crate::error_kinds;
use crate::matcher::{Mismatch, differences, shown};

/// Compares an answer with `expect`. `sends` says whether the step expects any request.
#[must_use]
pub fn check(expect: Option<&Value>, answer: &Answer, sends: bool) -> Vec<Mismatch> {
    let expected_ok = expect.and_then(|expect| expect.get("ok"));
    let expected_error = expect.and_then(|expect| expect.get("error"));
    match (expected_ok, expected_error, answer) {
        (None, None, Answer::Ok(_)) => Vec::new(),
        (Some(expected), None, Answer::Ok(got)) => differences(expected, got),
        (None, Some(expected), Answer::Error(got)) => differences(&full_error(expected, sends), got),
        (_, _, Answer::Ok(got)) => vec![Mismatch {
            path: String::new(),
            expected: format!("error {}", shown(expected_error.unwrap_or(&Value::Null))),
            got: format!("ok {}", shown(got)),
        }],
        (_, _, Answer::Error(got)) => vec![Mismatch {
            path: String::new(),
            expected: expected_ok.map_or_else(|| "ok".to_owned(), |ok| format!("ok {}", shown(ok))),
            got: format!("error {}", shown(got)),
        }],
    }
}

/// All fields of an error. Those that the scenario leaves out get the values that follow from the others.
fn full_error(expected: &Value, sends: bool) -> Value {
    let mut full = Map::new();
    let kind = expected.get("kind").and_then(Value::as_str).and_then(error_kinds::by_name);
    full.insert("kind".into(), json!("(the scenario must name a kind that exists)"));
    full.insert("code".into(), json!(kind.map(|kind| kind.code)));
    full.insert("message".into(), json!("$text"));
    full.insert("status".into(), Value::Null);
    full.insert("server_message".into(), Value::Null);
    let status_expected = expected.get("status").is_some_and(|status| !status.is_null());
    let request_id = if status_expected { json!("$text_or_null") } else { Value::Null };
    full.insert("request_id".into(), request_id);
    full.insert("retryable".into(), json!(kind.map(|kind| kind.retryable)));
    full.insert("attempts".into(), json!(usize::from(sends)));
    full.insert("candidate_token_ids".into(), json!([]));
    let is = |name: &str| kind.is_some_and(|kind| kind.name == name);
    // Only a lost create has a name to look for.
    full.insert("token_name".into(), if is("outcome_unknown") { json!("$text_or_null") } else { Value::Null });
    let any_wait = is("rate_limited") || is("server_error") || is("outcome_unknown");
    full.insert("retry_after_ms".into(), if any_wait { json!("$any") } else { Value::Null });
    if let Some(fields) = expected.as_object() {
        for (name, value) in fields {
            full.insert(name.clone(), value.clone());
        }
    }
    Value::Object(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Value {
        json!({"kind": "invalid_argument", "code": 1, "message": "no", "status": null, "server_message": null,
               "request_id": null, "retryable": false, "attempts": 0, "candidate_token_ids": [], "token_name": null, "retry_after_ms": null})
    }

    #[test]
    fn a_short_expectation_stands_for_all_fields() {
        let expect = json!({"error": {"kind": "invalid_argument"}});
        assert!(check(Some(&expect), &Answer::Error(refused()), false).is_empty());
        for (field, wrong) in [
            ("kind", json!("forbidden")),
            ("code", json!(2)),
            ("message", json!("")),
            ("status", json!(400)),
            ("server_message", json!("x")),
            ("request_id", json!("x")),
            ("retryable", json!(true)),
            ("attempts", json!(1)),
            ("candidate_token_ids", json!(["x"])),
            ("token_name", json!("x")),
            ("retry_after_ms", json!(1)),
            ("more", json!(1)),
        ] {
            let mut got = refused();
            got[field] = wrong;
            assert_eq!(check(Some(&expect), &Answer::Error(got), false).len(), 1, "{field}");
        }
    }

    #[test]
    fn success_where_an_error_is_wanted_fails_and_the_other_way_round() {
        let error = json!({"error": {"kind": "forbidden"}});
        let ok = json!({"ok": {}});
        assert_eq!(check(Some(&error), &Answer::Ok(json!({})), true).len(), 1);
        assert_eq!(check(Some(&ok), &Answer::Error(refused()), true).len(), 1);
        assert_eq!(check(None, &Answer::Error(refused()), true).len(), 1);
    }
}
