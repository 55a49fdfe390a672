//! `${…}` references in a scenario's texts.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// Resolves references.
pub trait Source {
    /// The value of `${name}`.
    ///
    /// # Errors
    /// The name is unknown here.
    fn lookup(&mut self, name: &str) -> Result<Value>;
}

/// Replaces every reference inside `value`, inner references first. A text that is a single reference becomes the value
/// itself, whatever its type. `$${` is a literal `${`.
///
/// # Errors
/// A reference is unknown to `source`, or not closed.
pub fn expand(value: &Value, source: &mut dyn Source) -> Result<Value> {
    Ok(match value {
        Value::String(text) => expand_text(text, source)?,
        Value::Array(items) => Value::Array(items.iter().map(|item| expand(item, source)).collect::<Result<_>>()?),
        Value::Object(fields) => Value::Object(expand_map(fields, source)?),
        other => other.clone(),
    })
}

/// [`expand`] for the values and the keys of an object.
///
/// # Errors
/// As [`expand`].
pub fn expand_map(fields: &Map<String, Value>, source: &mut dyn Source) -> Result<Map<String, Value>> {
    fields.iter().map(|(key, value)| Ok((text_of(&expand_text(key, source)?), expand(value, source)?))).collect()
}

/// [`expand`] for a text that must stay a text.
///
/// # Errors
/// As [`expand`].
pub fn expand_string(text: &str, source: &mut dyn Source) -> Result<String> {
    Ok(text_of(&expand_text(text, source)?))
}

fn expand_text(text: &str, source: &mut dyn Source) -> Result<Value> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            out.push_str(&rest[..start - 1]);
            out.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        out.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let end = closing_brace(after).with_context(|| format!("a reference is not closed in {text:?}"))?;
        let name = text_of(&expand_text(&after[..end], source)?);
        let value = source.lookup(&name)?;
        rest = &after[end + 1..];
        if out.is_empty() && rest.is_empty() {
            return Ok(value);
        }
        out.push_str(&text_of(&value));
    }
    out.push_str(rest);
    Ok(Value::String(out))
}

/// Where the brace that was opened just before `text` closes.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Walks a dotted path such as `token.id` or `0.name` into a saved answer.
///
/// # Errors
/// There is nothing at that path.
pub fn dig(root: &Value, path: &str) -> Result<Value> {
    let mut here = root;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let next = match here {
            Value::Object(fields) => fields.get(part),
            Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        match next {
            Some(value) => here = value,
            None => bail!("nothing is at {path:?} in what was saved"),
        }
    }
    Ok(here.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Fixed;
    impl Source for Fixed {
        fn lookup(&mut self, name: &str) -> Result<Value> {
            match name {
                "a" => Ok(json!("x")),
                "n" => Ok(json!(7)),
                "<{x}>" => Ok(json!("braces")),
                other => bail!("unknown {other}"),
            }
        }
    }

    #[test]
    fn a_lone_reference_keeps_its_type_and_others_become_text() {
        let got = expand(&json!({"k": "${n}", "t": "<${a}${n}>", "l": ["$${a}"]}), &mut Fixed);
        assert_eq!(got.expect("expands"), json!({"k": 7, "t": "<x7>", "l": ["${a}"]}));
    }

    #[test]
    fn references_nest_and_hold_braces() {
        let got = expand(&json!("${<{${a}}>}!"), &mut Fixed);
        assert_eq!(got.expect("expands"), json!("braces!"));
    }

    #[test]
    fn unknown_and_unclosed_references_are_errors() {
        assert!(expand(&json!("${nope}"), &mut Fixed).is_err());
        assert!(expand(&json!("a ${a"), &mut Fixed).is_err());
    }

    #[test]
    fn digs_into_objects_and_lists() {
        let saved = json!({"list": [{"id": "one"}]});
        assert_eq!(dig(&saved, "list.0.id").expect("is there"), json!("one"));
        assert!(dig(&saved, "list.1").is_err());
    }
}
