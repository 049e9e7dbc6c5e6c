//! The JSON of an authorization.

use payment_core::payment::Payment;
use serde::Serialize;
use utoipa::ToSchema;

use super::payment::PaymentView;

/// A payment after `authorize`, and whether the customer must pass 3-D Secure first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationView {
    /// The payment.
    #[serde(flatten)]
    pub payment: PaymentView,
    /// Whether the customer must be sent to `threeDsUrl`.
    pub three_ds_required: bool,
    /// Where the customer proves who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub three_ds_url: Option<String>,
    /// The session's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub three_ds_session_id: Option<String>,
}

impl AuthorizationView {
    /// An authorization that needs nothing more.
    #[must_use]
    pub fn done(payment: &Payment) -> Self {
        let payment = PaymentView::of(payment);
        Self { payment, three_ds_required: false, three_ds_url: None, three_ds_session_id: None }
    }

    /// An authorization that waits for the customer at `public_url`.
    #[must_use]
    pub fn challenged(payment: &Payment, public_url: &str, session: &str) -> Self {
        Self {
            payment: PaymentView::of(payment),
            three_ds_required: true,
            three_ds_url: Some(format!("{public_url}/3ds/verify?session={session}")),
            three_ds_session_id: Some(session.to_owned()),
        }
    }
}
