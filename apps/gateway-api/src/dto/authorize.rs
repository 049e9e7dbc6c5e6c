//! The body that authorizes a payment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::input::RequestBody;

/// With which card a payment is authorized.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthorizeBody {
    /// The provider's stand-in for the card; never a card number.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    pub(crate) card_token: String,
    /// The first 6 or 8 digits of the card.
    #[schema(min_length = 6, max_length = 8, pattern = "^([0-9]{6}|[0-9]{8})$")]
    pub(crate) card_bin: String,
    /// `ALWAYS`, `WHEN_REQUIRED` (default) or `NEVER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(ALWAYS|WHEN_REQUIRED|NEVER)$", example = "WHEN_REQUIRED")]
    pub(crate) three_ds_preference: Option<String>,
    /// Your page for the customer after 3-D Secure; `paymentId` and `status` are added to its
    /// query. It is on a public host and port, like the `url` of a webhook endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", max_length = 2048)]
    pub(crate) return_url: Option<String>,
    /// In how many monthly payments, 1 (default) to 36.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 36)]
    pub(crate) installments: Option<i64>,
}

impl RequestBody for AuthorizeBody {
    const IS_OPTIONAL: bool = false;
}
