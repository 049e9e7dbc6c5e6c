//! The JSON of money that moved.

use payment_core::transaction::Transaction;
use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;

use super::{error::time_text, payment::amount};

/// One capture or refund that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransactionView {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub id: String,
    /// `CAPTURE` or `REFUND`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How much moved, in major units.
    #[schema(value_type = f64)]
    pub amount: Number,
    /// ISO 4217.
    pub currency: String,
    /// The attempt that moved it.
    #[schema(format = Uuid)]
    pub attempt_id: String,
    /// The provider's name for it.
    pub provider_reference: Option<String>,
    /// When it was recorded, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl TransactionView {
    /// The transaction as the merchant sees it.
    #[must_use]
    pub fn of(transaction: &Transaction) -> Self {
        Self {
            id: transaction.id.to_string(),
            kind: transaction.kind.to_string(),
            amount: amount(transaction.amount),
            currency: transaction.amount.currency().to_string(),
            attempt_id: transaction.attempt.to_string(),
            provider_reference: transaction.provider_reference.clone(),
            created_at: time_text(transaction.created_at),
        }
    }
}
