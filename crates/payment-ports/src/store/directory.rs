//! Merchants, their API keys and webhook endpoints, and what was done by hand.

use std::fmt;

use async_trait::async_trait;
use payment_core::{
    id::{EndpointId, MerchantId, Mode},
    time::Timestamp,
};

use super::{AuditEntry, StoreError};
use crate::webhook::Endpoint;

/// Reads of who may call, who is told, and what was done by hand.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The merchant of that id.
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError>;

    /// The key of that public id.
    async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, StoreError>;

    /// A merchant's endpoints, oldest first.
    async fn endpoints(
        &self,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<Vec<Endpoint>, StoreError>;

    /// One endpoint of a merchant.
    async fn endpoint(
        &self,
        merchant: &MerchantId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError>;

    /// What was done by hand to one thing, oldest first.
    async fn audit_entries(&self, subject: &str) -> Result<Vec<AuditEntry>, StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its id, such as `TRENDYOL`.
    pub id: MerchantId,
    /// Its name, for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is kept of an API key; the key itself is not.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The public part of the key that finds this row: 12 characters.
    pub id: String,
    /// Whose key it is.
    pub merchant: MerchantId,
    /// Which payments it sees.
    pub mode: Mode,
    /// HMAC-SHA256 of the whole key under the pepper.
    pub hash: [u8; 32],
    /// The last four characters, so that people can tell keys apart.
    pub last4: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it is refused.
    pub revoked_at: Option<Timestamp>,
}

/// Hides the hash.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("merchant", &self.merchant)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
