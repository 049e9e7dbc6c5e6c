//! Refuses card data wherever it could be stored, hashed or logged.

use actix_web::HttpRequest;
use payment_core::pan::{contains_card_number, is_card_field};
use serde_json::Value;
use uuid::Uuid;

use super::{idempotency_key::IDEMPOTENCY_KEY, query};
use crate::{correlation::X_CORRELATION_ID, error::ApiError};

/// Refuses card data in the path, the query, and the headers that are kept.
///
/// Other headers are never kept, and must not be judged: tracing systems send random decimal
/// numbers in theirs, of which some look like cards.
pub(super) fn check_head(request: &HttpRequest) -> Result<(), ApiError> {
    for (name, value) in request.match_info().iter() {
        text(name, value)?;
    }
    for (name, value) in query::pairs(request.query_string())? {
        field(&name, &name)?;
        text(&name, &value)?;
    }
    for (name, header) in
        [("Idempotency-Key", IDEMPOTENCY_KEY), ("X-Correlation-Id", X_CORRELATION_ID)]
    {
        for value in request.headers().get_all(header) {
            text(name, &String::from_utf8_lossy(value.as_bytes()))?;
        }
    }
    Ok(())
}

/// Refuses card data anywhere in a JSON value; `path` is where it stands.
pub(super) fn check_value(path: &str, value: &Value) -> Result<(), ApiError> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) => text(path, &number.to_string()),
        Value::String(content) => text(path, content),
        Value::Array(items) => {
            let mut numbered = items.iter().enumerate();
            numbered.try_for_each(|(index, item)| check_value(&format!("{path}[{index}]"), item))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            field(path, name)?;
            check_value(&join(path, name), value)
        }),
    }
}

/// Refuses card data in text that could not be read in any other way.
pub(super) fn check_text(place: &str, content: &str) -> Result<(), ApiError> {
    text(place, content)
}

/// The path of a field of the object at `path`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A name that only card data has is refused whatever the value; one that is a card number is not
/// repeated.
fn field(path: &str, name: &str) -> Result<(), ApiError> {
    text(if path == name { "a parameter's name" } else { path }, name)?;
    if is_card_field(name) {
        let place = if path == name { name.to_owned() } else { join(path, name) };
        return Err(ApiError::CardData { place });
    }
    Ok(())
}

fn text(place: &str, content: &str) -> Result<(), ApiError> {
    // One random UUID in 200,000 looks like a card, and no card looks like a UUID.
    let digits = content.strip_prefix("evt_").unwrap_or(content);
    let is_uuid = content.len() == 36 && Uuid::try_parse(digits).is_ok();
    if is_uuid || !contains_card_number(content) {
        return Ok(());
    }
    let place = if place.is_empty() { "the body" } else { place };
    Err(ApiError::CardData { place: place.to_owned() })
}
