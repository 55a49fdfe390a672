//! JSON as Go's `encoding/json` writes and reads it.
//!
//! Writing: `<`, `>` and `&` are escaped. Reading: the first value counts and what follows is ignored, keys match
//! without regard to case, `null` changes nothing, a number for an integer has no fraction and no exponent, and text that
//! is not UTF-8 is mended rather than refused. Anything else is one error, as the server tells no more than that.

use std::borrow::Cow;

/// How deep Go lets values nest.
const MAX_DEPTH: usize = 10_000;

/// Appends `text` as a JSON string.
pub(crate) fn write_string(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut plain_from = 0;
    for (at, c) in text.char_indices() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '<' | '>' | '&' | '\0'..='\u{1f}' => "",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        plain_from = at + c.len_utf8();
        if short.is_empty() {
            let code = c as usize;
            out.push_str("\\u00");
            out.push(char::from(HEX[code >> 4]));
            out.push(char::from(HEX[code & 15]));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// Appends any value, for what a test put into an answer itself.
pub(crate) fn write_value(out: &mut String, value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, item)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, name);
                out.push(':');
                write_value(out, item);
            }
            out.push('}');
        }
    }
}

/// Text from bytes: each byte that is no part of a character becomes U+FFFD, as when Go walks over it.
pub(crate) fn mend_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(out)
}

/// Lower case, character by character, as Go's `strings.ToLower`.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // The one character with a longer lower case (U+0130) has its first as the simple one.
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

/// The text was not JSON, or a field was of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson;

/// Where a field's value goes.
pub(crate) enum Slot<'a> {
    Text(&'a mut String),
    Integer(&'a mut i64),
    Flag(&'a mut bool),
    Texts(&'a mut Vec<String>),
}

/// Reads an object into the named fields; those that it does not name keep what they had.
pub(crate) fn decode(body: &[u8], fields: &mut [(&str, Slot<'_>)]) -> Result<(), NotJson> {
    let mut reader = Reader { body, at: 0 };
    reader.space();
    match reader.peek()? {
        b'{' => reader.object(fields),
        b'n' => reader.literal(b"null"),
        _ => Err(NotJson),
    }
}

struct Reader<'a> {
    body: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Result<u8, NotJson> {
        self.body.get(self.at).copied().ok_or(NotJson)
    }

    fn take(&mut self) -> Result<u8, NotJson> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take()? == byte { Ok(()) } else { Err(NotJson) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Ok(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), NotJson> {
        word.iter().try_for_each(|byte| self.expect(*byte))
    }

    fn object(&mut self, fields: &mut [(&str, Slot<'_>)]) -> Result<(), NotJson> {
        // A value of a wrong type is an error only once all of the text is known to be JSON; both are one error here.
        let mut wrong_type = false;
        self.expect(b'{')?;
        self.space();
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            let exact = fields.iter().position(|(name, _)| *name == key);
            let index = exact.or_else(|| {
                let key = fold(&key);
                fields.iter().position(|(name, _)| fold(name) == key)
            });
            match index.and_then(|index| fields.get_mut(index)) {
                Some((_, slot)) => wrong_type |= !self.fill(slot)?,
                None => self.skip()?,
            }
            self.space();
            match self.take()? {
                b',' => {}
                b'}' => return if wrong_type { Err(NotJson) } else { Ok(()) },
                _ => return Err(NotJson),
            }
        }
    }

    /// Says whether the value was of the slot's type.
    fn fill(&mut self, slot: &mut Slot<'_>) -> Result<bool, NotJson> {
        match (self.peek()?, slot) {
            (b'n', _) => {
                self.literal(b"null")?;
                Ok(true)
            }
            (b'"', Slot::Text(text)) => {
                **text = self.string()?;
                Ok(true)
            }
            (b't', Slot::Flag(flag)) => {
                self.literal(b"true")?;
                **flag = true;
                Ok(true)
            }
            (b'f', Slot::Flag(flag)) => {
                self.literal(b"false")?;
                **flag = false;
                Ok(true)
            }
            (b'-' | b'0'..=b'9', Slot::Integer(integer)) => {
                let number = self.number()?;
                Ok(number.parse().map(|value| **integer = value).is_ok())
            }
            (b'[', Slot::Texts(texts)) => self.texts(texts),
            _ => {
                self.skip()?;
                Ok(false)
            }
        }
    }

    fn texts(&mut self, texts: &mut Vec<String>) -> Result<bool, NotJson> {
        texts.clear();
        let mut right_type = true;
        self.expect(b'[')?;
        self.space();
        if self.peek()? == b']' {
            self.expect(b']')?;
            return Ok(true);
        }
        loop {
            self.space();
            let mut text = String::new();
            right_type &= self.fill(&mut Slot::Text(&mut text))?;
            texts.push(text);
            self.space();
            match self.take()? {
                b',' => {}
                b']' => return Ok(right_type),
                _ => return Err(NotJson),
            }
        }
    }

    fn number(&mut self) -> Result<String, NotJson> {
        let from = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if matches!(self.peek(), Ok(b'.')) {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Ok(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Ok(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.body[from..self.at].iter().copied().map(char::from).collect())
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        let from = self.at;
        while matches!(self.peek(), Ok(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(NotJson) }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.expect(b'"')?;
        let mut out = Vec::new();
        loop {
            match self.take()? {
                b'"' => return Ok(mend_utf8(&out).into_owned()),
                b'\\' => {
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..=0x1f => return Err(NotJson),
                byte => out.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        Ok(match self.take()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                if !(0xd800..0xdc00).contains(&first) {
                    // A low surrogate alone becomes U+FFFD.
                    return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                let rewind = self.at;
                if self.body[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let second = self.hex4()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = rewind;
                }
                char::REPLACEMENT_CHARACTER
            }
            _ => return Err(NotJson),
        })
    }

    fn hex4(&mut self) -> Result<u32, NotJson> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.take()?).to_digit(16).ok_or(NotJson)?;
            code = code << 4 | digit;
        }
        Ok(code)
    }

    /// Passes over one value of any kind. Nesting costs a byte, not a stack frame.
    fn skip(&mut self) -> Result<(), NotJson> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            // At the start of a value.
            self.space();
            match self.peek()? {
                start @ (b'{' | b'[') => {
                    self.at += 1;
                    self.space();
                    let end = if start == b'{' { b'}' } else { b']' };
                    if self.peek()? == end {
                        self.at += 1;
                    } else {
                        open.push(end);
                        if open.len() >= MAX_DEPTH {
                            return Err(NotJson);
                        }
                        if end == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => drop(self.number()?),
            }
            // After a value: close what it was the last of.
            loop {
                let Some(end) = open.last().copied() else {
                    return Ok(());
                };
                self.space();
                let byte = self.take()?;
                if byte == end {
                    open.pop();
                } else if byte == b',' {
                    if end == b'}' {
                        self.key()?;
                    }
                    break;
                } else {
                    return Err(NotJson);
                }
            }
        }
    }

    fn key(&mut self) -> Result<(), NotJson> {
        self.space();
        self.string()?;
        self.space();
        self.expect(b':')
    }
}

/// Two names are one when this is equal: Go also takes the long s and the Kelvin sign for letters.
fn fold(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            _ => c.to_ascii_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        write_string(&mut out, text);
        out
    }

    #[test]
    fn writes_as_go() {
        assert_eq!(written("töken ☃ <b>&"), r#""töken ☃ \u003cb\u003e\u0026""#);
        assert_eq!(
            written("a\0b\n\t\r\"\\\u{8}\u{c}\u{1f}\u{7f}"),
            "\"a\\u0000b\\n\\t\\r\\\"\\\\\\b\\f\\u001f\u{7f}\""
        );
        assert_eq!(written("\u{2028}\u{2029}/"), r#""\u2028\u2029/""#);
    }

    fn read(body: &[u8]) -> Result<(String, i64, bool, Vec<String>), NotJson> {
        let (mut name, mut days, mut flag, mut texts) = Default::default();
        decode(
            body,
            &mut [
                ("name", Slot::Text(&mut name)),
                ("expires_in", Slot::Integer(&mut days)),
                ("is_blocked", Slot::Flag(&mut flag)),
                ("auto_groups", Slot::Texts(&mut texts)),
            ],
        )?;
        Ok((name, days, flag, texts))
    }

    #[test]
    fn reads_what_go_reads() {
        let ok = |body: &str, name: &str, days: i64| {
            let (got_name, got_days, ..) = read(body.as_bytes()).unwrap_or_else(|_| panic!("{body}"));
            assert_eq!((got_name.as_str(), got_days), (name, days), "{body}");
        };
        ok(r#"{"name":"a","expires_in":30}"#, "a", 30);
        ok(" \n{ \"NAME\" : \"a\" , \"Expires_In\" : -0 } trailing", "a", 0);
        ok(r#"{"name":"a","name":"b"}"#, "b", 0);
        ok(r#"{"name":"a","name":null}"#, "a", 0);
        ok("null", "", 0);
        ok("nullx", "", 0);
        ok("{}", "", 0);
        ok("{}}", "", 0);
        ok("{\"expire\u{17f}_in\":7}", "", 7);
        ok(r#"{"expires_in":9223372036854775807}"#, "", i64::MAX);
        ok(r#"{"zzz":[{"a":[1.5e-3,{}],"b":"\ud83d"}, []],"name":"x"}"#, "x", 0);
        ok(r#"{"name":"\ud83d\ude00 \ud83d \udc00 \ud83da \u00e9"}"#, "😀 � � �a é", 0);
        let (name, ..) = read(b"{\"name\":\"a\xff\xe2\x82b\"}").expect("mended");
        assert_eq!(name, "a���b");
        let (.., flag, texts) = read(br#"{"is_blocked":true,"auto_groups":["a",null]}"#).expect("read");
        assert!(flag);
        assert_eq!(texts, ["a", ""]);
    }

    #[test]
    fn refuses_what_go_refuses() {
        for body in [
            "",
            " ",
            "[]",
            "\"a\"",
            "1",
            "true",
            "nul",
            "{",
            "{\"name\":",
            "{\"name\":\"a\"",
            "{\"name\":\"a\",}",
            "{name:1}",
            "{\"name\":5}",
            "{\"expires_in\":\"30\"}",
            "{\"expires_in\":30.0}",
            "{\"expires_in\":3e1}",
            "{\"expires_in\":1.5}",
            "{\"expires_in\":030}",
            "{\"expires_in\":9223372036854775808}",
            "{\"expires_in\":+1}",
            "{\"expires_in\":[]}",
            "{\"zzz\":tru}",
            "{\"zzz\":[1,]}",
            "{\"zzz\":{\"a\"}}",
            "{\"name\":\"a\nb\"}",
            "{\"name\":\"\\x\"}",
            "{\"name\":\"\\u12\"}",
            "{\"is_blocked\":1}",
            "{\"auto_groups\":[1]}",
            "{\"zzz\":[}",
            "{\"zzz\":01}",
        ] {
            assert_eq!(read(body.as_bytes()), Err(NotJson), "{body}");
        }
    }

    #[test]
    fn deep_nesting_ends_as_in_go() {
        let nested = |depth: usize| format!("{{\"zzz\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(9_999).as_bytes()).is_ok());
        assert_eq!(read(nested(10_001).as_bytes()), Err(NotJson));
    }

    #[test]
    fn lower_case_is_by_character() {
        assert_eq!(lower("ΑΣ İ É %2F"), "ας i é %2f".replace('ς', "σ"));
    }
}
