//! JSON, read strictly: no duplicate keys, no deep nesting, nothing after the end, and numbers as
//! they were written.

use std::{cell::RefCell, fmt};

use payment_usecases::error::InvalidField;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Number, Value};

use super::guard::join;
use crate::error::ApiError;

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 32;

/// How `serde_json` hands over a number that fits no type of Rust exactly: as an object with this
/// one key, and the text as its value.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Reads one JSON value.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = str::from_utf8(bytes)
        .map_err(|error| ApiError::Malformed(format!("the body is not UTF-8: {error}")))?;
    let refused = RefCell::new(None);
    let mut deserializer = Deserializer::from_str(text);
    let strict = Strict { path: String::new(), depth: 0, refused: &refused };
    let value = strict.deserialize(&mut deserializer);
    match value.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(refused.take().map_or_else(
            || ApiError::Malformed(format!("the body is not valid JSON: {error}")),
            ApiError::Invalid,
        )),
    }
}

/// Reads the value at `path`, and writes down the first field that is refused.
struct Strict<'a> {
    path: String,
    depth: usize,
    refused: &'a RefCell<Option<InvalidField>>,
}

impl Strict<'_> {
    fn inside<E: de::Error>(&self, path: String) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(E::custom(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        Ok(Self { path, depth, refused: self.refused })
    }

    fn refuse<E: de::Error>(&self, path: &str, message: &str) -> E {
        let field = if path.is_empty() { "body" } else { path };
        self.refused.replace(Some(InvalidField::new(field, message, Value::Null)));
        E::custom(message)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Value, E> {
        number(&value.to_string())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Value, E> {
        number(&value.to_string())
    }

    /// Only comes where the float, written out, is the text that was sent.
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let item = self.inside(format!("{}[{}]", self.path, list.len()))?;
            match items.next_element_seed(item)? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if name == NUMBER_TOKEN {
                return match entries.next_value_seed(NumberText) {
                    Ok(digits) => number(&digits),
                    Err(_) => {
                        Err(self.refuse(&self.path, &format!("must not have the key {name}")))
                    }
                };
            }
            let path = join(&self.path, &name);
            if fields.contains_key(&name) {
                return Err(self.refuse(&path, "is given more than once"));
            }
            let value = entries.next_value_seed(self.inside(path)?)?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

/// The text of a number that `serde_json` hands over. It gives that text away, whereas it lends the
/// strings of a body: so an object that somebody wrote never becomes a number.
struct NumberText;

impl<'de> DeserializeSeed<'de> for NumberText {
    type Value = String;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for NumberText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a number")
    }

    fn visit_str<E: de::Error>(self, _text: &str) -> Result<String, E> {
        Err(E::custom("a string of the body"))
    }

    fn visit_string<E>(self, text: String) -> Result<String, E> {
        Ok(text)
    }
}

fn number<E: de::Error>(digits: &str) -> Result<Value, E> {
    digits.parse::<Number>().map(Value::Number).map_err(E::custom)
}
