//! Reads of merchants, their keys and their endpoints.

use async_trait::async_trait;
use payment_core::id::{EndpointId, MerchantId, Mode};
use payment_ports::{
    store::{ApiKey, AuditEntry, Directory, Merchant, StoreError},
    webhook::Endpoint,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    store::SqlStore,
    tables::{api_keys, audit_log, merchants, webhook_endpoints},
};

#[async_trait]
impl Directory for SqlStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        let row = merchants::Entity::find_by_id(id.as_str());
        let row = self.retry(|| row.clone().one(&self.reader)).await?;
        row.map(Merchant::try_from).transpose()
    }

    async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, StoreError> {
        let row = api_keys::Entity::find_by_id(id);
        let row = self.retry(|| row.clone().one(&self.reader)).await?;
        row.map(ApiKey::try_from).transpose()
    }

    async fn endpoints(
        &self,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<Vec<Endpoint>, StoreError> {
        let rows = webhook_endpoints::Entity::find()
            .filter(webhook_endpoints::owned_by(merchant, mode))
            .order_by_asc(webhook_endpoints::Column::CreatedAt)
            .order_by_asc(webhook_endpoints::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(|row| webhook_endpoints::endpoint(row, &self.cipher)).collect()
    }

    async fn endpoint(
        &self,
        merchant: &MerchantId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        let row = webhook_endpoints::Entity::find()
            .filter(webhook_endpoints::owned_by(merchant, mode))
            .filter(webhook_endpoints::Column::Id.eq(id.uuid()));
        let row = self.retry(|| row.clone().one(&self.reader)).await?;
        row.map(|row| webhook_endpoints::endpoint(row, &self.cipher)).transpose()
    }

    async fn audit_entries(&self, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = audit_log::Entity::find()
            .filter(audit_log::Column::Subject.eq(subject))
            .order_by_asc(audit_log::Column::CreatedAt)
            .order_by_asc(audit_log::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        Ok(rows.into_iter().map(AuditEntry::from).collect())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.retry(|| self.reader.ping()).await?)
    }
}
