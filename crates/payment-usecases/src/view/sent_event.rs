//! The JSON of events as they were sent.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{OneOfBuilder, Schema},
    },
};

/// An event as it was sent, byte for byte.
#[derive(Debug, Clone, Serialize)]
pub struct SentEventView(Box<RawValue>);

impl SentEventView {
    /// The event with that payload.
    ///
    /// # Errors
    ///
    /// If it is not JSON.
    pub(crate) fn of(payload: String) -> serde_json::Result<Self> {
        RawValue::from_string(payload).map(Self)
    }
}

impl PartialSchema for SentEventView {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(Ref::from_schema_name("EventView"))
            .item(Ref::from_schema_name("EndpointDisabledView"))
            .description(Some(
                "An event, exactly as it was sent. `data` is the payment right after it; for \
                 `WebhookEndpointDisabled` it is the endpoint.",
            ))
            .into()
    }
}

impl ToSchema for SentEventView {}
