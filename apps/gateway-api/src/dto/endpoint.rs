//! The body that creates a webhook endpoint.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    pub(crate) url: String,
    /// Your note.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) description: Option<String>,
    /// Which events it hears of; none, or `*`, is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_types: Option<Vec<String>>,
}

impl RequestBody for NewEndpointBody {
    const IS_OPTIONAL: bool = false;
}
