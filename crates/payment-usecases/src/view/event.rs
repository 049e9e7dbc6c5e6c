//! The JSON of an event: the body of a webhook.

use payment_core::{event::Event, id::EventId, payment::Payment};
use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    error::time_text,
    payment::{PaymentView, amount},
};

/// An event as it goes to the merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// `evt_` and 32 hexadecimal digits; the same in every delivery of the event.
    pub event_id: String,
    /// What happened, such as `PaymentCaptured`.
    pub event_type: String,
    /// The same in the style of Standard Webhooks: `payment.captured`.
    #[serde(rename = "type")]
    pub dotted_type: String,
    /// When it happened, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// Counts the payment's events from 1, without gaps.
    pub sequence: i64,
    /// The payment as it was right after the event.
    pub data: EventData,
}

/// The payment right after the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    /// The payment.
    #[serde(flatten)]
    pub payment: PaymentView,
    /// How much this capture or refund moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub transaction_amount: Option<Number>,
    /// Which operation came to nothing or was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

impl EventView {
    /// The event as the merchant sees it; `payment` is the payment right after it.
    #[must_use]
    pub fn of(id: EventId, event: Event, payment: &Payment) -> Self {
        Self {
            event_id: public_event_id(id),
            event_type: event.kind.to_string(),
            dotted_type: event.kind.dotted().to_owned(),
            timestamp: time_text(event.at),
            sequence: event.sequence,
            data: EventData {
                payment: PaymentView::of(payment),
                transaction_amount: event.moved.map(amount),
                operation: event.operation.map(|operation| operation.to_string()),
            },
        }
    }
}

/// An event that never happened, to try a receiver with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleEventView {
    /// The event, as a real one would be.
    #[serde(flatten)]
    pub event: EventView,
    /// Always true; real events have no such field.
    pub test: bool,
}

/// The event's name for merchants: no dots, so that it can stand in a Standard Webhooks signature.
#[must_use]
pub fn public_event_id(id: EventId) -> String {
    format!("evt_{}", id.uuid().simple())
}

/// The event that merchants know by that name.
#[must_use]
pub fn event_of_public_id(text: &str) -> Option<EventId> {
    let digits = text.strip_prefix("evt_").filter(|digits| digits.len() == 32)?;
    let uuid = Uuid::try_parse(digits).ok().map(EventId::from)?;
    // The same in upper case would be another name.
    (public_event_id(uuid) == text).then_some(uuid)
}
