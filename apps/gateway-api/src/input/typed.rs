//! From JSON to a typed value, with the name of the field that does not fit.

use std::fmt::{self, Display};

use payment_usecases::error::InvalidField;
use serde::de::{
    self, DeserializeOwned, Expected, IntoDeserializer, Visitor,
    value::{MapDeserializer, SeqDeserializer},
};
use serde_json::{Map, Value};

use super::guard::join;

/// How much of a wrong value is repeated, in characters.
const MAX_REPEATED: usize = 300;

/// Reads the fields of an object. A field that is `null` counts as absent.
pub(super) fn read<T: DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, InvalidField> {
    let given = fields.iter().filter(|(_, value)| !value.is_null());
    typed(given, fields)
}

/// Reads the fields of an object, and leaves it to each what null means.
pub(super) fn read_with_nulls<T: DeserializeOwned>(
    fields: &Map<String, Value>,
) -> Result<T, InvalidField> {
    typed(fields.iter(), fields)
}

fn typed<'a, T: DeserializeOwned>(
    given: impl Iterator<Item = (&'a String, &'a Value)>,
    fields: &Map<String, Value>,
) -> Result<T, InvalidField> {
    let nodes = given.map(|(name, value)| (name.as_str(), Node { path: name.clone(), value }));
    T::deserialize(MapDeserializer::new(nodes)).map_err(|Wrong(wrong)| {
        let rejected = fields.get(&wrong.field).map_or(wrong.rejected, shortened);
        InvalidField { rejected, ..wrong }
    })
}

/// A value and where it stands.
struct Node<'a> {
    path: String,
    value: &'a Value,
}

impl<'de> de::Deserializer<'de> for Node<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let wanted = wanted(&visitor);
        let (path, value) = (self.path, self.value);
        let read = match value {
            Value::Array(items) => {
                let nodes = items.iter().enumerate();
                let nodes =
                    nodes.map(|(index, value)| Node { path: format!("{path}[{index}]"), value });
                visitor.visit_seq(SeqDeserializer::new(nodes))
            }
            Value::Object(fields) => {
                let nodes = fields.iter();
                let nodes = nodes
                    .map(|(name, value)| (name.as_str(), Node { path: join(&path, name), value }));
                visitor.visit_map(MapDeserializer::new(nodes))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                de::Deserializer::deserialize_any(value, visitor).map_err(de::Error::custom)
            }
        };
        read.map_err(|wrong| wrong.unless_located(&path, &wanted, value))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Node<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What should have been there, in the words of JSON.
fn wanted(visitor: &dyn Expected) -> String {
    let wanted = visitor.to_string();
    match wanted.as_str() {
        "i64" | "u64" | "i32" | "u32" => "a whole number".to_owned(),
        "a map" => "an object".to_owned(),
        "a sequence" => "an array".to_owned(),
        _ => wanted,
    }
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) => {
            let is_short = number.to_string().len() <= MAX_REPEATED;
            if is_short { value.clone() } else { Value::Null }
        }
        Value::String(text) => text.chars().take(MAX_REPEATED).collect::<String>().into(),
        Value::Array(_) | Value::Object(_) => Value::Null,
    }
}

/// A field that does not fit; without a name as long as nobody knows where it stands.
#[derive(Debug)]
struct Wrong(InvalidField);

impl Wrong {
    fn unless_located(self, path: &str, wanted: &str, value: &Value) -> Self {
        let is_located = !self.0.field.is_empty();
        if is_located {
            return self;
        }
        Self(InvalidField::new(path, format!("must be {wanted}"), shortened(value)))
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Self(InvalidField::new("", message.to_string(), Value::Null))
    }

    fn unknown_field(field: &str, _known: &'static [&'static str]) -> Self {
        Self(InvalidField::new(field, "is not known here", Value::Null))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(InvalidField::new(field, "is required", Value::Null))
    }
}
