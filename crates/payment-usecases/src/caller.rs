//! Who asks.

use payment_core::{
    attempt::ScopeHash,
    id::{MerchantId, Mode},
};

use crate::idempotency::KeyedRequest;

/// An authenticated merchant's request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who asks.
    pub merchant: MerchantId,
    /// Of which payments; decided by the API key.
    pub mode: Mode,
    /// What the request is called in logs and errors: `X-Correlation-Id`.
    pub correlation_id: String,
    /// How a repetition of the request is recognized, if the merchant wants that.
    pub keyed: Option<KeyedRequest>,
}

impl Caller {
    /// The primary key of the request's idempotency record.
    #[must_use]
    pub fn scope(&self) -> Option<ScopeHash> {
        self.keyed.as_ref().map(|keyed| keyed.scope(&self.merchant, self.mode))
    }
}
