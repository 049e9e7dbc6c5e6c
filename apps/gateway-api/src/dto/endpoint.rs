//! The bodies that make, change and try webhook endpoints.

use payment_usecases::endpoints::{EndpointUpdate, NewEndpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Nullable;
use crate::input::RequestBody;

/// Where events are to be posted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://shop.example/webhooks/payments",
    "eventTypes": ["PaymentCaptured", "PaymentRefunded"]
}))]
pub(crate) struct NewEndpointBody {
    /// An http or https address on a public host, on port 80, 443, 8080 or 8443; https on port 443 or
    /// 8443 in live mode.
    #[schema(format = "uri", max_length = 2048)]
    url: String,
    /// Your note.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    description: Option<String>,
    /// Which events it hears of; none, or `*`, is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_types: Option<Vec<String>>,
    /// Whether an event waits until those before it of the same payment were taken or given up;
    /// false by default, and then only first tries are in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered: Option<bool>,
    /// At most so many requests a second; as many as it takes by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000)]
    rate_per_second: Option<i64>,
    /// Whether it is told anything yet; true by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
}

/// What is to be different about an endpoint; what is not named stays as it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "enabled": true, "ratePerSecond": 20 }))]
pub(crate) struct EndpointUpdateBody {
    /// An http or https address on a public host, on port 80, 443, 8080 or 8443; https on port 443 or
    /// 8443 in live mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", max_length = 2048)]
    url: Option<String>,
    /// Your note; null is none.
    #[serde(default, skip_serializing_if = "Nullable::is_absent")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    description: Nullable<String>,
    /// Which events it hears of; none, or `*`, is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_types: Option<Vec<String>>,
    /// Whether an event waits until those before it of the same payment were taken or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered: Option<bool>,
    /// At most so many requests a second; null is as many as it takes.
    #[serde(default, skip_serializing_if = "Nullable::is_absent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    rate_per_second: Nullable<i64>,
    /// Whether it is told anything. True forgets its failures, and sends what waited meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
}

/// For how long two secrets are valid.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "overlapHours": 48 }))]
pub(crate) struct RotationBody {
    /// 24 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 168)]
    pub(crate) overlap_hours: Option<i64>,
}

/// Nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoBody {}

impl RequestBody for NewEndpointBody {
    const IS_OPTIONAL: bool = false;
}

impl RequestBody for EndpointUpdateBody {
    const IS_OPTIONAL: bool = false;
    const NULL_IS_ABSENT: bool = false;
}

impl RequestBody for RotationBody {
    const IS_OPTIONAL: bool = true;
}

impl RequestBody for NoBody {
    const IS_OPTIONAL: bool = true;
}

impl From<NewEndpointBody> for NewEndpoint {
    fn from(body: NewEndpointBody) -> Self {
        Self {
            url: body.url,
            description: body.description,
            event_types: body.event_types.unwrap_or_default(),
            ordered: body.ordered,
            rate_per_second: body.rate_per_second,
            enabled: body.enabled,
        }
    }
}

impl From<EndpointUpdateBody> for EndpointUpdate {
    fn from(body: EndpointUpdateBody) -> Self {
        Self {
            url: body.url,
            description: body.description.into(),
            event_types: body.event_types,
            ordered: body.ordered,
            rate_per_second: body.rate_per_second.into(),
            enabled: body.enabled,
        }
    }
}
