//! What a request is called, here and at the merchant.

use actix_web::http::header::{HeaderMap, HeaderName};
use payment_core::pan::contains_card_number;
use payment_ports::ids::Ids;

/// The header that carries it, in requests and answers.
pub(crate) const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// The longest that a merchant may choose, in characters.
const MAX_LENGTH: usize = 64;

/// The name of one request in answers, errors and logs.
#[derive(Debug, Clone)]
pub(crate) struct CorrelationId(pub(crate) String);

impl CorrelationId {
    /// The merchant's, if it is well-formed; otherwise a new one.
    pub(crate) fn of(headers: &HeaderMap, ids: &dyn Ids) -> Self {
        let given = headers.get(X_CORRELATION_ID).and_then(|value| value.to_str().ok());
        let chosen = given.filter(|text| is_well_formed(text) && !contains_card_number(text));
        Self(chosen.map_or_else(|| format!("corr-{}", ids.uuid()), str::to_owned))
    }
}

fn is_well_formed(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed)
}
