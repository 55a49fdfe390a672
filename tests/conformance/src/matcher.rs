//! Compares an answer with what a scenario expects. Strict: every field must be expected, and every expected field present.

use regex::Regex;
use serde_json::Value;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, as `token.id`; empty for the whole.
    pub path: String,
    /// What was expected there.
    pub expected: String,
    /// What was there.
    pub got: String,
}

/// All differences between `expected`, which may hold matchers, and `got`.
#[must_use]
pub fn differences(expected: &Value, got: &Value) -> Vec<Mismatch> {
    let mut out = Vec::new();
    compare(expected, Some(got), "", &mut out);
    out
}

fn matches(expected: &Value, got: &Value) -> bool {
    differences(expected, got).is_empty()
}

fn compare(expected: &Value, got: Option<&Value>, path: &str, out: &mut Vec<Mismatch>) {
    if expected == "$absent" {
        if let Some(value) = got {
            push(out, path, "nothing", value);
        }
        return;
    }
    let Some(got) = got else {
        out.push(Mismatch { path: path.to_owned(), expected: shown(expected), got: "nothing".to_owned() });
        return;
    };
    match expected {
        Value::String(text) if text.starts_with('$') => named(text, got, path, out),
        Value::Object(fields) if fields.keys().any(|key| key.starts_with('$')) => {
            for (key, argument) in fields {
                operator(key, argument, got, path, out);
            }
        }
        Value::Object(fields) => object(fields, got, path, out),
        Value::Array(items) => match got {
            Value::Array(values) if values.len() == items.len() => {
                for (at, (item, value)) in items.iter().zip(values).enumerate() {
                    compare(item, Some(value), &join(path, &at.to_string()), out);
                }
            }
            Value::Array(values) => push(
                out,
                path,
                &format!("{} elements: {}", items.len(), shown(expected)),
                &Value::Array(values.clone()),
            ),
            _ => push(out, path, &shown(expected), got),
        },
        _ if expected == got => {}
        _ => push(out, path, &shown(expected), got),
    }
}

fn object(fields: &serde_json::Map<String, Value>, got: &Value, path: &str, out: &mut Vec<Mismatch>) {
    let Value::Object(values) = got else {
        push(out, path, &shown(&Value::Object(fields.clone())), got);
        return;
    };
    for (key, item) in fields {
        compare(item, values.get(key), &join(path, key), out);
    }
    for (key, value) in values {
        if !fields.contains_key(key) {
            push(out, &join(path, key), "no such field", value);
        }
    }
}

fn named(name: &str, got: &Value, path: &str, out: &mut Vec<Mismatch>) {
    let fits = match name {
        "$any" => true,
        "$text" => got.as_str().is_some_and(|text| !text.is_empty()),
        "$text_or_null" => got.is_null() || got.as_str().is_some_and(|text| !text.is_empty()),
        "$time" => got.as_str().is_some_and(is_protocol_time),
        _ => {
            push(out, path, &format!("(the scenario names no known matcher: {name})"), got);
            return;
        }
    };
    if !fits {
        push(out, path, name, got);
    }
}

/// `2026-11-22T14:02:53.235299Z`: the one form in which adapters print times.
fn is_protocol_time(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd.ddddddZ";
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, want)| if want == b'd' { byte.is_ascii_digit() } else { byte == want })
}

fn operator(name: &str, argument: &Value, got: &Value, path: &str, out: &mut Vec<Mismatch>) {
    let verdict = match (name, argument) {
        ("$type", Value::String(kind)) => Some(type_name(got) == kind),
        ("$matches", Value::String(pattern)) => {
            Regex::new(pattern).ok().map(|regex| got.as_str().is_some_and(|text| regex.is_match(text)))
        }
        ("$contains", Value::Array(parts)) => Some(parts.iter().all(|part| contains(got, part))),
        ("$contains", part) => Some(contains(got, part)),
        ("$not_contains", Value::Array(parts)) => Some(!parts.iter().any(|part| contains(got, part))),
        ("$not_contains", part) => Some(!contains(got, part)),
        ("$one_of", Value::Array(choices)) => Some(choices.iter().any(|choice| matches(choice, got))),
        ("$length", Value::Number(length)) => Some(length_of(got) == length.as_u64()),
        ("$unordered", Value::Array(items)) => {
            Some(got.as_array().is_some_and(|values| same_in_any_order(items, values)))
        }
        _ => None,
    };
    match verdict {
        Some(true) => {}
        Some(false) => push(out, path, &format!("{name}: {}", shown(argument)), got),
        None => push(out, path, &format!("(the scenario has no valid matcher: {name} {})", shown(argument)), got),
    }
}

fn contains(got: &Value, part: &Value) -> bool {
    match (got, part) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Array(items), part) => items.iter().any(|item| matches(part, item)),
        (Value::Object(fields), Value::Object(wanted)) => {
            wanted.iter().all(|(key, want)| fields.get(key).is_some_and(|value| matches(want, value)))
        }
        _ => false,
    }
}

fn same_in_any_order(items: &[Value], values: &[Value]) -> bool {
    fn place(items: &[Value], values: &[Value], used: &mut [bool]) -> bool {
        let Some((first, rest)) = items.split_first() else {
            return true;
        };
        for (at, value) in values.iter().enumerate() {
            if !used[at] && matches(first, value) {
                used[at] = true;
                if place(rest, values, used) {
                    return true;
                }
                used[at] = false;
            }
        }
        false
    }
    items.len() == values.len() && place(items, values, &mut vec![false; values.len()])
}

fn length_of(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => Some(text.chars().count() as u64),
        Value::Array(items) => Some(items.len() as u64),
        Value::Object(fields) => Some(fields.len() as u64),
        _ => None,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

/// JSON, shortened so that a diff stays readable.
#[must_use]
pub fn shown(value: &Value) -> String {
    const MOST: usize = 600;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}… ({} bytes)", text.len())
}

fn push(out: &mut Vec<Mismatch>, path: &str, expected: &str, got: &Value) {
    out.push(Mismatch { path: path.to_owned(), expected: expected.to_owned(), got: shown(got) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_values_match_and_others_say_where_they_differ() {
        assert!(matches(&json!({"a": [1, null]}), &json!({"a": [1, null]})));
        let found = differences(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
        assert_eq!(found[0].path, "a.b");
    }

    #[test]
    fn an_unexpected_field_and_a_missing_one_are_differences() {
        assert!(!matches(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!matches(&json!({"a": 1, "b": 2}), &json!({"a": 1})));
        assert!(matches(&json!({"a": 1, "b": "$absent"}), &json!({"a": 1})));
        assert!(!matches(&json!({"a": "$absent"}), &json!({"a": null})));
    }

    #[test]
    fn matchers_accept_and_refuse() {
        for (expected, yes, no) in [
            (json!("$any"), json!(null), None),
            (json!("$text"), json!("x"), Some(json!(""))),
            (json!("$text_or_null"), json!(null), Some(json!(1))),
            (json!("$time"), json!("2026-11-22T14:02:53.235299Z"), Some(json!("2026-11-22T14:02:53Z"))),
            (json!({"$type": "number"}), json!(1), Some(json!("1"))),
            (json!({"$matches": "^a+$"}), json!("aa"), Some(json!("ab"))),
            (json!({"$contains": "b"}), json!("abc"), Some(json!("ac"))),
            (json!({"$contains": ["a", "c"]}), json!("abc"), Some(json!("ab"))),
            (json!({"$contains": {"id": 1}}), json!([{"id": 1}]), Some(json!([]))),
            (json!({"$contains": {"id": 1}}), json!({"id": 1, "n": 2}), Some(json!({"id": 2}))),
            (json!({"$not_contains": "b"}), json!("ac"), Some(json!("abc"))),
            (json!({"$one_of": [1, 2]}), json!(2), Some(json!(3))),
            (json!({"$length": 2}), json!("é!"), Some(json!("é"))),
            (json!({"$unordered": [1, "$any"]}), json!([2, 1]), Some(json!([2, 3]))),
        ] {
            assert!(matches(&expected, &yes), "{expected} should accept {yes}");
            if let Some(no) = no {
                assert!(!matches(&expected, &no), "{expected} should refuse {no}");
            }
        }
    }

    #[test]
    fn a_mistyped_matcher_never_passes() {
        assert!(!matches(&json!("$anny"), &json!(1)));
        assert!(!matches(&json!({"$contain": "a"}), &json!("a")));
        assert!(!matches(&json!({"$matches": "("}), &json!("(")));
        assert!(!matches(&json!({"$length": "2"}), &json!("ab")));
    }
}
