//! The JSON of what was sent where.

use payment_ports::webhook::{Delivery, DeliveryAttempt};
use serde::Serialize;
use utoipa::ToSchema;

use super::{error::time_text, event::public_event_id};

/// One event on its way to one endpoint, with every try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub id: String,
    /// Where it goes.
    #[schema(format = Uuid)]
    pub endpoint_id: String,
    /// The event: `evt_` and 32 hexadecimal digits.
    pub event_id: String,
    /// What happened, such as `PaymentCaptured`.
    pub event_type: String,
    /// `PENDING`: it will be tried; `DELIVERED`: the receiver took it; `FAILED`: given up.
    #[schema(pattern = "^(PENDING|DELIVERED|FAILED)$")]
    pub status: String,
    /// Why it is sent: `AUTO`, it happened, or `RECOVER`, you wanted all of a time again.
    #[schema(pattern = "^(AUTO|RECOVER)$")]
    pub trigger: String,
    /// How often it was tried.
    pub attempt_count: i32,
    /// When it was last tried, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub last_attempt_at: Option<String>,
    /// When it is tried next, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub next_retry_at: Option<String>,
    /// Every try, oldest first.
    pub attempts: Vec<DeliveryAttemptView>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryAttemptView {
    /// Counts the tries from 1.
    pub number: i32,
    /// Why it was made: `AUTO` by the schedule, `MANUAL` because you asked for this one, or
    /// `RECOVER`.
    #[schema(pattern = "^(AUTO|MANUAL|RECOVER)$")]
    pub trigger: String,
    /// When it began, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The receiver's HTTP status, where it answered.
    pub status_code: Option<i32>,
    /// Why it did not answer: `connection_failed`, `timeout`, `broken_answer`, `address_refused`,
    /// `not_signed` or `internal_error`.
    pub error_class: Option<String>,
    /// The beginning of its answer, at most 2 kB; card numbers are masked.
    pub response_excerpt: Option<String>,
}

impl DeliveryView {
    /// The delivery as the merchant sees it; `attempts` may hold those of others.
    #[must_use]
    pub fn of(delivery: &Delivery, attempts: &[DeliveryAttempt]) -> Self {
        let its = attempts.iter().filter(|attempt| attempt.delivery == delivery.id);
        Self {
            id: delivery.id.to_string(),
            endpoint_id: delivery.endpoint.to_string(),
            event_id: public_event_id(delivery.event.id),
            event_type: delivery.event.kind.to_string(),
            status: delivery.status.as_str().to_owned(),
            trigger: delivery.trigger.as_str().to_owned(),
            attempt_count: delivery.attempt_count,
            last_attempt_at: delivery.last_attempt_at.map(time_text),
            next_retry_at: delivery.next_retry_at.map(time_text),
            attempts: its.map(DeliveryAttemptView::of).collect(),
        }
    }
}

impl DeliveryAttemptView {
    fn of(attempt: &DeliveryAttempt) -> Self {
        Self {
            number: attempt.number,
            trigger: attempt.trigger.as_str().to_owned(),
            started_at: time_text(attempt.started_at),
            duration_ms: attempt.duration_ms,
            status_code: attempt.status_code,
            error_class: attempt.error_class.clone(),
            response_excerpt: attempt.response_excerpt.clone(),
        }
    }
}
