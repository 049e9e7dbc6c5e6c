//! The body of every error.

use chrono::SecondsFormat;
use payment_core::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What happened, for programs.
    #[schema(example = "INVALID_PARAMETER")]
    pub error_code: String,
    /// What happened, for people.
    #[schema(example = "amount must be greater than 0")]
    pub message: String,
    /// The request's correlation id.
    pub trace_id: String,
    /// When it happened, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// More, by error code; `field` and `rejectedValue` where a field is wrong.
    #[schema(value_type = Object)]
    pub details: Value,
}

impl ErrorBody {
    /// An error without details.
    #[must_use]
    pub fn new(code: &str, message: &str, trace_id: &str, at: Timestamp) -> Self {
        Self {
            error_code: code.to_owned(),
            message: message.to_owned(),
            trace_id: trace_id.to_owned(),
            timestamp: time_text(at),
            details: Value::Object(Map::new()),
        }
    }

    /// The same error with these details.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

/// RFC 3339, UTC, with a fraction only where there is one.
#[must_use]
pub fn time_text(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
