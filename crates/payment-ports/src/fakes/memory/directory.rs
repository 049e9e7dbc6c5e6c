//! Reads of who may call, and who is told.

use async_trait::async_trait;
use payment_core::id::{EndpointId, MerchantId, Mode};

use super::MemoryStore;
use crate::{
    store::{ApiKey, AuditEntry, Directory, Merchant, StoreError},
    webhook::Endpoint,
};

#[async_trait]
impl Directory for MemoryStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        self.with(|tables| tables.merchants.get(id).cloned()).await
    }

    async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, StoreError> {
        self.with(|tables| tables.api_keys.get(id).cloned()).await
    }

    async fn endpoints(
        &self,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<Vec<Endpoint>, StoreError> {
        self.with(|tables| {
            let all = tables.endpoints.values();
            let theirs = all.filter(|it| (&it.merchant, it.mode) == (merchant, mode));
            let mut endpoints: Vec<_> = theirs.cloned().collect();
            endpoints.sort_by_key(|it| (it.created_at, it.id));
            endpoints
        })
        .await
    }

    async fn endpoint(
        &self,
        merchant: &MerchantId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.with(|tables| {
            let found = tables.endpoints.get(&id);
            found.filter(|it| (&it.merchant, it.mode) == (merchant, mode)).cloned()
        })
        .await
    }

    async fn audit_entries(&self, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
        self.with(|tables| {
            let all = tables.audit_log.values();
            let mut entries: Vec<_> = all.filter(|it| it.subject == subject).cloned().collect();
            entries.sort_by_key(|it| (it.at, it.id));
            entries
        })
        .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.with(|_| ()).await
    }
}
