//! The JSON of what a receiver made of a sample.

use payment_core::pan;
use serde::Serialize;
use utoipa::ToSchema;

use crate::webhooks::send::{Sent, is_taken};

/// What a receiver made of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SampleSentView {
    /// Whether it answered 2xx, as it should.
    pub delivered: bool,
    /// Its HTTP status, where it answered.
    pub status_code: Option<u16>,
    /// Why it did not answer: `connection_failed`, `timeout`, `broken_answer`, `address_refused`,
    /// `not_signed` or `internal_error`.
    pub error_class: Option<String>,
    /// How long that took, in milliseconds.
    pub duration_ms: i64,
    /// The beginning of its answer, at most 2 kB; card numbers are masked.
    pub response_excerpt: Option<String>,
    /// The `webhook-id` of the sample: `evt_` and 32 hexadecimal digits.
    pub webhook_id: String,
}

impl SampleSentView {
    /// What came of a sample with that id.
    #[must_use]
    pub(crate) fn of(webhook_id: String, sent: &Sent) -> Self {
        let answered = sent.answer.as_ref().ok();
        Self {
            delivered: is_taken(&sent.answer),
            status_code: answered.map(|response| response.status),
            error_class: sent.answer.as_ref().err().map(ToString::to_string),
            duration_ms: (sent.ended_at - sent.started_at).num_milliseconds(),
            response_excerpt: answered.map(|said| pan::mask(&said.excerpt).into_owned()),
            webhook_id,
        }
    }
}
