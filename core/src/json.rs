//! Rejects JSON arrays, which serde's derive accepts for structs.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A `T` that is written as a JSON object.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMap<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(OnlyMap(PhantomData)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Pair<'a> {
        a: &'a str,
        b: Option<u8>,
    }

    #[test]
    fn an_object_passes_and_a_list_of_its_values_does_not() {
        let pair = serde_json::from_str::<Object<Pair<'_>>>(r#"{"b":2,"a":"x","more":[]}"#).unwrap().0;
        assert_eq!((pair.a, pair.b), ("x", Some(2)));
        for text in [r#"["x",2]"#, "null", "1", r#""x""#] {
            assert!(serde_json::from_str::<Object<Pair<'_>>>(text).is_err(), "{text}");
        }
    }
}
