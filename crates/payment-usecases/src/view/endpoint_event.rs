//! The JSON of events that are about a webhook endpoint.

use payment_core::{event::EventKind, id::EventId, time::Timestamp};
use payment_ports::webhook::{Disabled, Endpoint};
use serde::Serialize;
use utoipa::ToSchema;

use super::{error::time_text, event::public_event_id};

/// The event `WebhookEndpointDisabled`, as it goes to the merchant's other endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointDisabledView {
    /// `evt_` and 32 hexadecimal digits; the same in every delivery of the event.
    pub event_id: String,
    /// `WebhookEndpointDisabled`.
    pub event_type: String,
    /// The same in the style of Standard Webhooks: `webhook_endpoint.disabled`.
    #[serde(rename = "type")]
    pub dotted_type: String,
    /// When it happened, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// Counts the endpoint's events from 1, without gaps.
    pub sequence: i64,
    /// The endpoint.
    pub data: DisabledEndpoint,
}

/// The endpoint that is told nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisabledEndpoint {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub endpoint_id: String,
    /// Where it was.
    pub url: String,
    /// `GONE`, for the answer 410, or `FAILING`.
    pub reason: String,
    /// Since when it took nothing, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
}

impl EndpointDisabledView {
    /// The event as the merchant sees it.
    #[must_use]
    pub fn of(
        id: EventId,
        endpoint: &Endpoint,
        disabled: Disabled,
        failing_since: Option<Timestamp>,
    ) -> Self {
        let kind = EventKind::WebhookEndpointDisabled;
        Self {
            event_id: public_event_id(id),
            event_type: kind.to_string(),
            dotted_type: kind.dotted().to_owned(),
            timestamp: time_text(disabled.at),
            sequence: endpoint.event_count,
            data: DisabledEndpoint {
                endpoint_id: endpoint.id.to_string(),
                url: endpoint.url.clone(),
                reason: disabled.reason.as_str().to_owned(),
                failing_since: failing_since.map(time_text),
            },
        }
    }
}
