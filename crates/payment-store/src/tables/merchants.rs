//! Merchants.

use payment_core::id::MerchantId;
use payment_ports::store::{Guard, Merchant, StoreError};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchants")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a merchant whose id is new.
pub(crate) async fn insert(work: &DatabaseTransaction, merchant: &Merchant) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![merchant.into()], Guard::Merchant).await
}

impl From<&Merchant> for Model {
    fn from(merchant: &Merchant) -> Self {
        Self {
            id: merchant.id.as_str().to_owned(),
            name: merchant.name.clone(),
            created_at: merchant.created_at.into(),
        }
    }
}

impl TryFrom<Model> for Merchant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::id("merchants.id", &row.id, MerchantId::parse)?,
            name: row.name,
            created_at: row.created_at.into(),
        })
    }
}
