//! API keys: what finds and checks them, never the keys themselves.

use payment_core::id::{MerchantId, Mode};
use payment_ports::store::{ApiKey, Guard, StoreError};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) last4: String,
    pub(crate) created_at: UtcTime,
    pub(crate) revoked_at: Option<UtcTime>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a key whose id is new.
pub(crate) async fn insert(work: &DatabaseTransaction, key: &ApiKey) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![key.into()], Guard::ApiKey).await
}

impl From<&ApiKey> for Model {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.clone(),
            merchant_id: key.merchant.as_str().to_owned(),
            mode: key.mode.as_str().to_owned(),
            key_hash: key.hash.to_vec(),
            last4: key.last4.clone(),
            created_at: key.created_at.into(),
            revoked_at: key.revoked_at.map(Into::into),
        }
    }
}

impl TryFrom<Model> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            merchant: rows::id("api_keys.merchant_id", &row.merchant_id, MerchantId::parse)?,
            mode: rows::id("api_keys.mode", &row.mode, Mode::parse)?,
            hash: rows::hash("api_keys.key_hash", row.key_hash)?,
            last4: row.last4,
            created_at: row.created_at.into(),
            revoked_at: row.revoked_at.map(Into::into),
        })
    }
}
