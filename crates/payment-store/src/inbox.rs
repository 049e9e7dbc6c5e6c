//! Notices of providers, and the attempts that they are about.

use async_trait::async_trait;
use payment_core::id::{AttemptId, ProviderId};
use payment_ports::store::{Claim, Inbox, StoreError, StoredNotice};
use sea_orm::{
    ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    store::SqlStore,
    tables::{payment_attempts, provider_inbox},
};

#[async_trait]
impl Inbox for SqlStore {
    async fn claim_notices(&self, claim: &Claim) -> Result<Vec<StoredNotice>, StoreError> {
        let rows = self.claim(provider_inbox::CLAIM, claim).await?;
        let readable = rows.into_iter().filter_map(|row: provider_inbox::Model| {
            let id = row.id;
            provider_inbox::notice(row, &self.cipher)
                .inspect_err(|error| {
                    // It is due again when the claim ends; the others must not suffer for it.
                    tracing::error!(notice = %id, %error, "a stored notice cannot be read");
                })
                .ok()
        });
        Ok(readable.collect())
    }

    async fn attempts_called(
        &self,
        provider: &ProviderId,
        reference: &str,
        limit: u64,
    ) -> Result<Vec<AttemptId>, StoreError> {
        let mut called = payment_attempts::Entity::find()
            .select_only()
            .column(payment_attempts::Column::Id)
            .filter(payment_attempts::Column::ProviderName.eq(provider.as_str()))
            .filter(payment_attempts::Column::ProviderRef.eq(reference))
            .order_by_desc(payment_attempts::Column::CreatedAt)
            .order_by_desc(payment_attempts::Column::Id)
            .limit(limit);
        if self.reader.get_database_backend() == DbBackend::Postgres {
            // The index has the beginnings only.
            let same = "left(provider_ref, 64) = left($1, 64)";
            called = called.filter(Expr::cust_with_values(same, [reference]));
        }
        let ids = self.retry(|| called.clone().into_tuple::<Uuid>().all(&self.reader)).await?;
        Ok(ids.into_iter().map(Into::into).collect())
    }
}
