//! The parameters that choose events and deliveries, and the body that sends them again.

use payment_usecases::{deliveries::ListDeliveries, endpoints::Recover, events::ListEvents};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::input::RequestBody;

/// Which events are listed; every parameter that is given must match.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParameters {
    /// Of which kind.
    #[serde(rename = "type")]
    #[param(example = "PaymentCaptured")]
    kind: Option<String>,
    /// Of which payment.
    #[param(format = Uuid)]
    payment_id: Option<String>,
    /// Of this time or later.
    #[param(format = DateTime)]
    created_from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    created_to: Option<String>,
    /// At most so many, 1 to 100; 20 by default.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Which deliveries are listed; every parameter that is given must match.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryParameters {
    /// To which endpoint.
    #[param(format = Uuid)]
    endpoint_id: Option<String>,
    /// Of which event.
    #[param(pattern = "^evt_[0-9a-f]{32}$")]
    event_id: Option<String>,
    /// In which status.
    #[param(pattern = "^(PENDING|DELIVERED|FAILED)$", example = "FAILED")]
    status: Option<String>,
    /// At most so many, 1 to 100; 20 by default.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Of which time everything is sent again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "since": "2026-02-02T10:00:00Z", "until": "2026-02-05T10:00:00Z" }))]
pub(crate) struct RecoverBody {
    /// Events of this time or later.
    #[schema(format = DateTime)]
    since: String,
    /// Events before this time; now by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl RequestBody for RecoverBody {
    const IS_OPTIONAL: bool = false;
}

impl From<EventParameters> for ListEvents {
    fn from(parameters: EventParameters) -> Self {
        Self {
            kind: parameters.kind,
            payment: parameters.payment_id,
            created_from: parameters.created_from,
            created_to: parameters.created_to,
            limit: parameters.limit,
            cursor: parameters.cursor,
        }
    }
}

impl From<DeliveryParameters> for ListDeliveries {
    fn from(parameters: DeliveryParameters) -> Self {
        Self {
            endpoint: parameters.endpoint_id,
            event: parameters.event_id,
            status: parameters.status,
            limit: parameters.limit,
            cursor: parameters.cursor,
        }
    }
}

impl From<RecoverBody> for Recover {
    fn from(body: RecoverBody) -> Self {
        Self { since: body.since, until: body.until }
    }
}
