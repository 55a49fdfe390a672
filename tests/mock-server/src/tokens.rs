//! Tokens as the server stores and lists them.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value};

use crate::gojson::{write_string, write_value};
use crate::time::go_format;

/// How many tokens are serialised together. A change to one token invalidates its block, not the whole list.
const BLOCK: usize = 256;

/// A token. It has no `Debug` because it contains the plain text.
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expiration_date: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    /// For tests; a real server stores only the digest.
    pub(crate) plain: String,
    pub(crate) digest: [u8; 32],
    /// An expiry beyond the clock's range, to be written exactly like this.
    pub(crate) far_expiry: Option<String>,
    /// Fields to replace or add in the JSON object.
    pub(crate) raw: Map<String, Value>,
    /// Fields to leave out of the JSON object.
    pub(crate) omit: Vec<String>,
}

impl Token {
    /// The expiry as the API writes it.
    pub(crate) fn expiry_text(&self, zone: Offset) -> String {
        self.far_expiry.clone().unwrap_or_else(|| go_format(self.expiration_date, zone))
    }

    /// Whether it no longer authenticates.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        now > self.expiration_date
    }

    /// Appends the API's object: `created_at` and `expiration_date` in the server's zone, `last_used` in UTC.
    pub(crate) fn write_json(&self, out: &mut String, zone: Offset) {
        let created_at = go_format(self.created_at, zone);
        let expiration_date = self.expiry_text(zone);
        let last_used = self.last_used.map(|at| go_format(at, Offset::UTC));
        let fields = [
            ("created_at", Some(created_at.as_str())),
            ("created_by", Some(self.created_by.as_str())),
            ("expiration_date", Some(expiration_date.as_str())),
            ("id", Some(self.id.as_str())),
            ("last_used", last_used.as_deref()),
            ("name", Some(self.name.as_str())),
        ];
        let mut separator = '{';
        let mut key = |out: &mut String, name: &str| {
            out.push(std::mem::replace(&mut separator, ','));
            write_string(out, name);
            out.push(':');
        };
        for (name, value) in fields.into_iter().filter(|(name, _)| !self.omits(name)) {
            if let Some(raw) = self.raw.get(name) {
                key(out, name);
                write_value(out, raw);
            } else if let Some(text) = value {
                key(out, name);
                write_string(out, text);
            }
        }
        for (name, raw) in &self.raw {
            if fields.iter().all(|(known, _)| known != name) && !self.omits(name) {
                key(out, name);
                write_value(out, raw);
            }
        }
        out.push_str(if separator == '{' { "{}" } else { "}" });
    }

    fn omits(&self, name: &str) -> bool {
        self.omit.iter().any(|omitted| omitted == name)
    }
}

struct Entry {
    token: Token,
    /// The JSON object; `None` after a change.
    json: Option<Box<str>>,
}

#[derive(Default)]
struct Block {
    entries: Vec<Entry>,
    /// The JSON objects, separated by commas; `None` after a change.
    json: Option<Bytes>,
}

impl Block {
    fn json(&mut self, zone: Offset) -> Bytes {
        if let Some(json) = &self.json {
            return json.clone();
        }
        let mut out = String::with_capacity(self.entries.len() * 256);
        for (index, entry) in self.entries.iter_mut().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let from = out.len();
            match &entry.json {
                Some(json) => out.push_str(json),
                None => {
                    entry.token.write_json(&mut out, zone);
                    entry.json = Some(out[from..].into());
                }
            }
        }
        let json = Bytes::from(out);
        self.json = Some(json.clone());
        json
    }
}

/// A token's place in a shelf. It does not change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot(usize);

/// The tokens of one user in the order of creation.
#[derive(Default)]
pub(crate) struct Shelf {
    blocks: Vec<Block>,
}

impl Shelf {
    pub(crate) fn push(&mut self, token: Token) -> Slot {
        if self.blocks.last().is_none_or(|block| block.entries.len() >= BLOCK) {
            self.blocks.push(Block::default());
        }
        let slot = self.blocks.len() - 1;
        let block = &mut self.blocks[slot];
        block.entries.push(Entry { token, json: None });
        block.json = None;
        Slot(slot)
    }

    pub(crate) fn get(&self, slot: Slot, id: &str) -> Option<&Token> {
        let entries = &self.blocks.get(slot.0)?.entries;
        entries.iter().map(|entry| &entry.token).find(|token| token.id == id)
    }

    pub(crate) fn mark_used(&mut self, slot: Slot, id: &str, at: Timestamp) {
        let Some(block) = self.blocks.get_mut(slot.0) else {
            return;
        };
        if let Some(entry) = block.entries.iter_mut().find(|entry| entry.token.id == id) {
            entry.token.last_used = Some(at);
            entry.json = None;
            block.json = None;
        }
    }

    pub(crate) fn remove(&mut self, slot: Slot, id: &str) -> Option<Token> {
        // An empty block stays, so that the slots of other blocks stay valid.
        let block = self.blocks.get_mut(slot.0)?;
        let index = block.entries.iter().position(|entry| entry.token.id == id)?;
        block.json = None;
        Some(block.entries.remove(index).token)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Token> {
        self.blocks.iter().flat_map(|block| block.entries.iter().map(|entry| &entry.token))
    }

    /// The body of a list, in pieces: `null` if there are no tokens.
    pub(crate) fn list_json(&mut self, zone: Offset) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(self.blocks.len() * 2 + 1);
        for block in self.blocks.iter_mut().filter(|block| !block.entries.is_empty()) {
            let separator: &'static [u8] = if pieces.is_empty() { b"[" } else { b"," };
            pieces.push(Bytes::from_static(separator));
            pieces.push(block.json(zone));
        }
        let end: &'static [u8] = if pieces.is_empty() { b"null\n" } else { b"]\n" };
        pieces.push(Bytes::from_static(end));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: usize) -> Token {
        Token {
            id: format!("t{id}"),
            name: "a<b".to_owned(),
            created_by: "u".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            expiration_date: Timestamp::UNIX_EPOCH,
            last_used: None,
            plain: String::new(),
            digest: [0; 32],
            far_expiry: None,
            raw: Map::new(),
            omit: Vec::new(),
        }
    }

    fn listed(shelf: &mut Shelf) -> Value {
        let body: Vec<u8> = shelf.list_json(Offset::UTC).concat();
        serde_json::from_slice(&body).expect("JSON")
    }

    #[test]
    fn the_object_has_the_fields_in_order() {
        let mut out = String::new();
        token(1).write_json(&mut out, Offset::UTC);
        assert_eq!(
            out,
            r#"{"created_at":"1970-01-01T00:00:00Z","created_by":"u","expiration_date":"1970-01-01T00:00:00Z","id":"t1","name":"a\u003cb"}"#
        );
    }

    #[test]
    fn raw_fields_replace_and_add() {
        let mut odd = token(1);
        odd.raw.insert("last_used".to_owned(), Value::from("0001-01-01T00:00:00Z"));
        odd.raw.insert("name".to_owned(), Value::Null);
        odd.raw.insert("zzz".to_owned(), serde_json::json!({"a": [1, true]}));
        let mut out = String::new();
        odd.write_json(&mut out, Offset::UTC);
        assert!(
            out.ends_with(r#""id":"t1","last_used":"0001-01-01T00:00:00Z","name":null,"zzz":{"a":[1,true]}}"#),
            "{out}"
        );
    }

    #[test]
    fn omitted_fields_are_missing() {
        let written = |omit: &[&str]| {
            let mut odd = token(1);
            odd.raw.insert("zzz".to_owned(), Value::from(1));
            odd.omit = omit.iter().map(|name| (*name).to_owned()).collect();
            let mut out = String::new();
            odd.write_json(&mut out, Offset::UTC);
            out
        };
        let times = ["created_at", "expiration_date"];
        assert_eq!(written(&times), r#"{"created_by":"u","id":"t1","name":"a\u003cb","zzz":1}"#);
        assert_eq!(written(&[&times[..], &["created_by", "id", "name"]].concat()), r#"{"zzz":1}"#);
        assert_eq!(written(&[&times[..], &["created_by", "id", "name", "zzz"]].concat()), "{}");
    }

    #[test]
    fn lists_follow_every_change_across_blocks() {
        let mut shelf = Shelf::default();
        assert_eq!(listed(&mut shelf), Value::Null);
        let slots: Vec<Slot> = (0..600).map(|id| shelf.push(token(id))).collect();
        let all = listed(&mut shelf);
        assert_eq!(all.as_array().map(Vec::len), Some(600));
        assert_eq!(all[599]["id"], "t599");
        for (id, slot) in slots.iter().enumerate().take(256) {
            assert!(shelf.remove(*slot, &format!("t{id}")).is_some());
        }
        shelf.mark_used(slots[300], "t300", Timestamp::UNIX_EPOCH);
        let rest = listed(&mut shelf);
        assert_eq!(rest.as_array().map(Vec::len), Some(344));
        assert_eq!(rest[0]["id"], "t256");
        assert_eq!(rest[44]["last_used"], "1970-01-01T00:00:00Z");
        assert!(shelf.get(slots[0], "t0").is_none());
        assert!(shelf.get(slots[599], "t599").is_some());
        assert_eq!(shelf.iter().count(), 344);
    }
}
