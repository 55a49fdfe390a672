//! The fields of a JSON object that matter.
//!
//! One reader for every answer and for a stored session, in place of a type for each: a library pays for each type with some kilobytes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// It is not there, or null.
    Absent,
    // Borrowed from the body, which is wiped; owned only if a character of it is escaped.
    Text(Cow<'a, str>),
    /// A whole number that is not negative.
    Number(u64),
    Other,
}

/// An object's fields, in the order of their names in the question.
pub(super) struct Fields<'a, 'n> {
    names: &'n [&'n str],
    values: Vec<Field<'a>>,
}

/// Reads the fields with these names, and ignores all others. An object that has one of them twice is refused.
pub(super) fn read<'a, 'n>(body: &'a [u8], names: &'n [&'n str]) -> serde_json::Result<Fields<'a, 'n>> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let values = (&mut deserializer).deserialize_map(Object(names))?;
    deserializer.end()?;
    Ok(Fields { names, values })
}

impl<'a> Fields<'a, '_> {
    /// The field of this name.
    fn field(&mut self, name: &str) -> Field<'a> {
        let value = self.names.iter().position(|known| *known == name).and_then(|at| self.values.get_mut(at));
        value.map_or(Field::Absent, |value| std::mem::replace(value, Field::Absent))
    }

    /// The text in a field that may be absent; the field's name if it holds something else.
    pub(super) fn optional<'n>(&mut self, name: &'n str) -> Result<Option<Cow<'a, str>>, &'n str> {
        match self.field(name) {
            Field::Text(text) => Ok(Some(text)),
            Field::Absent => Ok(None),
            Field::Number(_) | Field::Other => Err(name),
        }
    }

    /// The text in a field; the field's name if there is none.
    pub(super) fn text<'n>(&mut self, name: &'n str) -> Result<Cow<'a, str>, &'n str> {
        self.optional(name)?.ok_or(name)
    }

    /// The number in a field that may be absent; the field's name if it holds something else.
    pub(super) fn number<'n>(&mut self, name: &'n str) -> Result<Option<u64>, &'n str> {
        match self.field(name) {
            Field::Number(number) => Ok(Some(number)),
            Field::Absent => Ok(None),
            Field::Text(_) | Field::Other => Err(name),
        }
    }
}

struct Object<'n>(&'n [&'n str]);

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<Field<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![Field::Absent; self.0.len()];
        while let Some(name) = map.next_key_seed(Value)? {
            let at = match &name {
                Field::Text(name) => self.0.iter().position(|known| known == name),
                _ => None,
            };
            match at.and_then(|at| values.get_mut(at)) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(value @ Field::Absent) => *value = map.next_value_seed(Value)?,
                Some(_) => return Err(A::Error::custom("a field is there twice")),
            }
        }
        Ok(values)
    }
}

/// Reads a value of any type.
struct Value;

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Field<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field<'de>, E> {
        Ok(Field::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Field<'de>, E> {
        Ok(Field::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Field<'de>, E> {
        Ok(Field::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Field<'de>, E> {
        Ok(Field::Other)
    }

    fn visit_unit<E>(self) -> Result<Field<'de>, E> {
        Ok(Field::Absent)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Field<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_that_were_asked_for_are_read() {
        let body =
            br#"{"a":"x","b":7,"more":[{}],"c":null,"d":"\u0041","e":-1,"f":[1,[2]],"g":{"a":{}},"h":1.5,"i":true}"#;
        let mut fields = read(body, &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]).unwrap();
        assert_eq!(fields.text("a").unwrap(), "x");
        assert_eq!(fields.number("b"), Ok(Some(7)));
        assert_eq!((fields.optional("c"), fields.number("j")), (Ok(None), Ok(None)));
        assert_eq!(fields.text("d").unwrap(), "A");
        for name in ["e", "f", "g", "h", "i"] {
            assert_eq!(fields.field(name), Field::Other, "{name}");
        }
        let mut fields = read(body, &["a", "b", "c"]).unwrap();
        assert_eq!((fields.number("a"), fields.text("b"), fields.text("c")), (Err("a"), Err("b"), Err("c")));
    }

    #[test]
    fn what_is_no_object_or_says_a_thing_twice_is_refused() {
        for body in ["", "[]", "null", "7", r#""x""#, r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a":1,"a":2}"#, r#"{"a":nan}"#] {
            assert!(read(body.as_bytes(), &["a"]).is_err(), "{body}");
        }
        assert!(read(br#"{"b":1,"b":2}"#, &["a"]).is_ok(), "what is ignored may be there twice");
    }
}
