//! Compares an answer with a recorded one.

use std::collections::BTreeMap;

use netbird_mock::pat;
use netbird_mock::xid::is_xid;

use crate::support::Answer;

/// The values of placeholders.
pub type Bindings = BTreeMap<String, String>;

/// Header fields that were not recorded.
const UNRECORDED: [&str; 4] = ["date", "content-length", "transfer-encoding", "connection"];

/// A recorded answer.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Expected {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Returns what differs. A placeholder that appears for the first time takes the value in the answer.
pub fn compare(expected: &Expected, got: &Answer, bindings: &mut Bindings) -> Result<(), String> {
    if expected.status != got.status {
        return Err(format!("status {} instead of {}: {}", got.status, expected.status, got.body.trim_end()));
    }
    // Also if the head differs: later exchanges need the placeholders that the body binds.
    let body = body(&expected.body, &got.body, bindings);
    head(expected, got, bindings).and(body)
}

fn head(expected: &Expected, got: &Answer, bindings: &mut Bindings) -> Result<(), String> {
    let mut wanted: Vec<(String, String)> =
        expected.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    let mut had: Vec<(String, String)> = got.headers.clone();
    had.retain(|(name, _)| !UNRECORDED.contains(&name.as_str()));
    wanted.sort();
    had.sort();
    if wanted.len() != had.len() {
        return Err(format!("headers {had:?} instead of {wanted:?}"));
    }
    for ((name, pattern), (had_name, had_value)) in wanted.iter().zip(&had) {
        if name != had_name {
            return Err(format!("header {had_name} instead of {name}"));
        }
        text(pattern, had_value, bindings).map_err(|why| format!("header {name}: {why}"))?;
    }
    Ok(())
}

fn body(expected: &str, got: &str, bindings: &mut Bindings) -> Result<(), String> {
    let (Some(expected_items), Some(got_items)) = (items(expected), items(got)) else {
        return text(expected, &cut_modules(got, expected), bindings);
    };
    if expected_items.len() != got_items.len() {
        return Err(format!("{} items instead of {}: {got}", got_items.len(), expected_items.len()));
    }
    let mut left = got_items;
    for item in expected_items {
        let found = left.iter().position(|candidate| {
            let mut trial = bindings.clone();
            let fits = text(&item, candidate, &mut trial).is_ok();
            if fits {
                *bindings = trial;
            }
            fits
        });
        let Some(index) = found else {
            return Err(format!("no item matches {item}; remaining: {left:?}"));
        };
        left.swap_remove(index);
    }
    Ok(())
}

/// The items of a list, as text; `None` if the text is not a list.
fn items(list: &str) -> Option<Vec<String>> {
    let inner = list.strip_prefix('[')?.strip_suffix("]\n")?;
    let mut items = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        items.last_mut().expect("there is one").push(c);
    }
    items.retain(|item| !item.is_empty());
    Some(items)
}

/// Reduces the map of modules to `pats`, as in the recordings.
fn cut_modules(got: &str, expected: &str) -> String {
    const START: &str = "\"modules\":{";
    const PATS: &str = "\"pats\":{";
    if !expected.contains(PATS) {
        return got.to_owned();
    }
    let cut = || {
        let start = got.find(START)? + START.len();
        let end = start + got[start..].find("}}")? + 1;
        let pats = got[start..end].find(PATS)? + start;
        let pats_end = pats + got[pats..].find('}')? + 1;
        Some(format!("{}{}{}", &got[..start], &got[pats..pats_end], &got[end..]))
    };
    cut().unwrap_or_else(|| got.to_owned())
}

/// Compares text with a pattern: placeholders and times by their shape, everything else byte by byte.
fn text(pattern: &str, got: &str, bindings: &mut Bindings) -> Result<(), String> {
    let differs = || format!("{got:?} instead of {pattern:?}");
    let (mut pattern_rest, mut got_rest) = (pattern, got);
    loop {
        if let Some(after) = pattern_rest.strip_prefix("{{") {
            let (name, after) = after.split_once("}}").ok_or("a placeholder without its end")?;
            let length = match bindings.get(name) {
                Some(bound) => got_rest.starts_with(bound.as_str()).then_some(bound.len()),
                None => bind(name, got_rest, bindings),
            };
            let length = length.ok_or_else(|| format!("{{{{{name}}}}}: {}", differs()))?;
            pattern_rest = after;
            got_rest = &got_rest[length..];
        } else if let Some(length) = recorded_time(pattern_rest) {
            let zone = zone_of(&pattern_rest[..length]);
            let got_length = time_length(got_rest).filter(|length| zone_of(&got_rest[..*length]) == zone);
            let got_length = got_length.ok_or_else(|| format!("a time: {}", differs()))?;
            pattern_rest = &pattern_rest[length..];
            got_rest = &got_rest[got_length..];
        } else if let Some(after) = pattern_rest.strip_prefix("\"password\":\"") {
            // The recording contains one password that was not replaced by a placeholder.
            let got_after = got_rest.strip_prefix("\"password\":\"").ok_or_else(differs)?;
            let (pattern_value, after) = after.split_once('"').ok_or_else(differs)?;
            let (got_value, got_after) = got_after.split_once('"').ok_or_else(differs)?;
            let length = |text: &str| text.replace("\\u0026", "&").chars().count();
            let wanted = if pattern_value.starts_with("{{") { 16 } else { length(pattern_value) };
            if length(got_value) != wanted {
                return Err(format!("a password: {}", differs()));
            }
            pattern_rest = after;
            got_rest = got_after;
        } else {
            match (pattern_rest.chars().next(), got_rest.chars().next()) {
                (None, None) => return Ok(()),
                (Some(a), Some(b)) if a == b => {
                    pattern_rest = &pattern_rest[a.len_utf8()..];
                    got_rest = &got_rest[b.len_utf8()..];
                }
                _ => return Err(differs()),
            }
        }
    }
}

/// Binds a placeholder to the value at the text's start if it has the right shape. Returns the value's length.
fn bind(name: &str, got: &str, bindings: &mut Bindings) -> Option<usize> {
    let value = &got[..got.find('"').unwrap_or(got.len())];
    let is_uuid = value.len() == 36 && value.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let is_person = value.len() == 60 && value.bytes().all(|b| b.is_ascii_alphanumeric());
    let fits = match name {
        "xid" => is_xid(value),
        _ if name.ends_with("_plain") => pat::is_well_formed(value),
        _ if name.ends_with("_id") => is_xid(value) || is_uuid || is_person,
        _ => false,
    };
    if !fits {
        return None;
    }
    if name != "xid" {
        bindings.insert(name.to_owned(), value.to_owned());
    }
    Some(value.len())
}

/// The length of a time at the text's start that differs between runs. The zero time does not differ.
fn recorded_time(text: &str) -> Option<usize> {
    time_length(text).filter(|_| !text.starts_with("0001-"))
}

/// The length of a time in Go's format, at the text's start and before a quote.
fn time_length(text: &str) -> Option<usize> {
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let value = &text[..text.find('"')?];
    let (date, zoned) = value.split_at_checked(19)?;
    let shape = "dddd-dd-ddTdd:dd:dd".chars();
    let fits = date.chars().zip(shape).all(|(c, s)| if s == 'd' { c.is_ascii_digit() } else { c == s });
    let zone = zone_of(value);
    let fraction = zoned.strip_suffix(zone)?;
    let fraction_fits = match fraction.strip_prefix('.') {
        None => fraction.is_empty(),
        Some(digits) => {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.ends_with('0')
        }
    };
    (fits && fraction_fits && !zone.is_empty()).then_some(value.len())
}

fn zone_of(time: &str) -> &str {
    let after = time.get(19..).unwrap_or_default();
    after.find(['Z', '+', '-']).map_or("", |at| &after[at..])
}
