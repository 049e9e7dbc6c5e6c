//! The `Idempotency-Key` header.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use payment_core::pan::contains_card_number;
use payment_usecases::{error::InvalidField, idempotency::IdempotencyKey};
use serde_json::Value;

/// The header's name.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How much of a wrong key is repeated, in characters.
const MAX_REPEATED: usize = 300;

/// The key of a request, if it has one.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, InvalidField> {
    let wrong =
        |message: &str, rejected: Value| InvalidField::new("Idempotency-Key", message, rejected);
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(wrong("must be given once", Value::Null)),
        (Some(value), None) => IdempotencyKey::parse(value.as_bytes()).map(Some).map_err(|error| {
            let text = String::from_utf8_lossy(value.as_bytes());
            wrong(&error.to_string(), text.chars().take(MAX_REPEATED).collect::<String>().into())
        }),
    }
}

/// The header as it came, to be sent back, if it is a key.
pub(crate) fn echo(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(IDEMPOTENCY_KEY)?;
    let key = read(headers).ok()??;
    (!contains_card_number(key.as_str())).then(|| value.clone())
}
