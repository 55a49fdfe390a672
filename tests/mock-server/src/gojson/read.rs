//! Reading an object into named fields.
//!
//! The first value counts and anything after it is ignored. Keys match regardless of case, `null` changes nothing, a number
//! for an integer has no fraction and no exponent, and text that is not UTF-8 is repaired. Everything else is one error,
//! because the server reports no more than that.

use super::text::lossy_utf8;

/// How deep Go allows values to nest.
const MAX_DEPTH: usize = 10_000;

/// The text is not JSON, or a field has the wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON, or a field has the wrong type")]
pub(crate) struct NotJson;

/// Where to store a field's value.
pub(crate) enum Slot<'a> {
    Text(&'a mut String),
    Integer(&'a mut i64),
    Flag(&'a mut bool),
    Texts(&'a mut Vec<String>),
}

/// Reads an object into the named fields. Fields that it does not contain keep their value.
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
        // Go checks the syntax of the whole text before it reports a wrong type.
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

    /// Returns whether the value has the slot's type.
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
                b'"' => return Ok(lossy_utf8(&out).into_owned()),
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
                    // A lone low surrogate becomes U+FFFD.
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

    /// Skips one value of any kind, without recursion: deep nesting must not overflow the stack.
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
            // After a value: close every array and object that ends here.
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

/// Two names match if their folded forms are equal. Go also matches the long s with s and the Kelvin sign with k.
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
        let (name, ..) = read(b"{\"name\":\"a\xff\xe2\x82b\"}").expect("repaired");
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
    fn nesting_has_gos_limit() {
        let nested = |depth: usize| format!("{{\"zzz\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(9_999).as_bytes()).is_ok());
        assert_eq!(read(nested(10_001).as_bytes()), Err(NotJson));
    }
}
