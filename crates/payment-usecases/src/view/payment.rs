//! The JSON of a payment.

use std::collections::BTreeMap;

use payment_core::{
    money::Money,
    payment::{Payment, Pending},
    person::Email,
};
use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;

use super::error::time_text;

/// A payment as merchants see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub id: String,
    /// Whose it is.
    pub merchant_id: String,
    /// What the customer owes, in major units with exactly the currency's decimals.
    #[schema(value_type = f64, example = 1500.00)]
    pub amount: Number,
    /// ISO 4217.
    #[schema(example = "TRY")]
    pub currency: String,
    /// The merchant's order number.
    pub order_id: Option<String>,
    /// The customer's address, masked: `c***@email.com`.
    pub customer_email: Option<String>,
    /// The merchant's id of the customer.
    pub customer_id: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// The merchant's own pairs of text.
    pub metadata: BTreeMap<String, String>,
    /// Where it stands.
    #[schema(example = "CREATED")]
    pub status: String,
    /// `MANUAL` or `AUTOMATIC`.
    pub capture_method: String,
    /// What was captured so far.
    #[schema(value_type = f64)]
    pub captured_amount: Number,
    /// What was refunded so far.
    #[schema(value_type = f64)]
    pub refunded_amount: Number,
    /// Who authorized it.
    pub provider: Option<String>,
    /// The provider's name for the authorization.
    pub provider_reference: Option<String>,
    /// The first digits of the card.
    pub card_bin: Option<String>,
    /// The last digits of the card.
    pub card_last4: Option<String>,
    /// The operation that is under way or whose outcome is not known yet.
    pub pending_operation: Option<PendingView>,
    /// When it was created, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last changed, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// An operation that is under way or in doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingView {
    /// The attempt that carries it out.
    #[schema(format = Uuid)]
    pub attempt_id: String,
    /// What it does.
    #[serde(rename = "type")]
    #[schema(example = "CAPTURE")]
    pub operation: String,
}

impl PaymentView {
    /// The payment as its merchant sees it.
    #[must_use]
    pub fn of(payment: &Payment) -> Self {
        let details = &payment.details;
        Self {
            id: payment.id.to_string(),
            merchant_id: payment.merchant.to_string(),
            amount: amount(payment.amount),
            currency: payment.amount.currency().to_string(),
            order_id: details.order_id.clone(),
            customer_email: details.customer_email.as_ref().map(Email::masked),
            customer_id: details.customer_id.clone(),
            description: details.description.clone(),
            metadata: details.metadata.clone(),
            status: payment.status.to_string(),
            capture_method: payment.capture_method.to_string(),
            captured_amount: amount(payment.captured),
            refunded_amount: amount(payment.refunded),
            provider: payment.provider.as_ref().map(ToString::to_string),
            provider_reference: payment.provider_reference.clone(),
            card_bin: payment.card_bin.as_ref().map(|bin| bin.as_str().to_owned()),
            card_last4: payment.card_last4.as_ref().map(|last4| last4.as_str().to_owned()),
            pending_operation: payment.pending.map(PendingView::of),
            created_at: time_text(payment.created_at),
            updated_at: time_text(payment.updated_at),
        }
    }
}

impl PendingView {
    fn of(pending: Pending) -> Self {
        Self { attempt_id: pending.attempt.to_string(), operation: pending.operation.to_string() }
    }
}

/// A JSON number with exactly the currency's decimals, such as `1500.00`.
#[expect(clippy::expect_used, reason = "digits with at most one point inside are a JSON number")]
pub(crate) fn amount(money: Money) -> Number {
    money.to_major().parse().expect("an amount is a JSON number")
}
