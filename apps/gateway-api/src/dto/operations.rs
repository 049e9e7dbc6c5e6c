//! The bodies that capture, void and refund a payment; each may be left out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Amount;
use crate::input::RequestBody;

/// How much is captured.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaptureBody {
    /// All that is held by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Amount>,
    /// Whether the rest of the hold is given up (default true); false where the provider captures
    /// in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) final_capture: Option<bool>,
}

/// Why a payment is voided.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "Sipariş iptal edildi" }))]
pub(crate) struct VoidBody {
    /// For your own records.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) reason: Option<String>,
}

/// How much is refunded, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefundBody {
    /// All that is left by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Amount>,
    /// For your own records.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) reason: Option<String>,
}

impl RequestBody for CaptureBody {
    const IS_OPTIONAL: bool = true;
}

impl RequestBody for VoidBody {
    const IS_OPTIONAL: bool = true;
}

impl RequestBody for RefundBody {
    const IS_OPTIONAL: bool = true;
}
