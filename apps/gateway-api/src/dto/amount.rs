//! Amounts as merchants write them.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

/// An amount in major units as it was sent, judged by the use-case.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Amount(pub(crate) Value);

/// A string that is written like a JSON number is that number, so that both spellings of a request
/// are one request to its `Idempotency-Key`.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0.as_str().and_then(|text| text.parse::<Number>().ok());
        match number {
            Some(number) => number.serialize(serializer),
            None => self.0.serialize(serializer),
        }
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        let string = ObjectBuilder::new().schema_type(Type::String);
        OneOfBuilder::new()
            .item(number)
            .item(string)
            .description(Some(
                "In major units with at most the currency's decimals; a number or a string. \
                 0.01 to 999999999999.99.",
            ))
            .examples([serde_json::json!(1500.00)])
            .into()
    }
}

impl ToSchema for Amount {}
