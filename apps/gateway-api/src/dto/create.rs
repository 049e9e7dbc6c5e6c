//! The body that creates a payment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Amount;
use crate::input::RequestBody;

/// A new payment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateBody {
    /// What the customer owes.
    pub(crate) amount: Amount,
    /// ISO 4217; `TRY`, `USD` or `EUR` unless the operator enabled others.
    #[schema(min_length = 3, max_length = 3, example = "TRY")]
    pub(crate) currency: String,
    /// Your order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) order_id: Option<String>,
    /// The customer's address, for receipts; shown masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Email, max_length = 255)]
    pub(crate) customer_email: Option<String>,
    /// Your id of the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) customer_id: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) description: Option<String>,
    /// At most 20 pairs of text; names of at most 40, values of at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<BTreeMap<String, String>>,
    /// `MANUAL` (default): you capture. `AUTOMATIC`: captured as soon as it is authorized.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(MANUAL|AUTOMATIC)$", example = "MANUAL")]
    pub(crate) capture_method: Option<String>,
}

impl RequestBody for CreateBody {
    const IS_OPTIONAL: bool = false;
}
