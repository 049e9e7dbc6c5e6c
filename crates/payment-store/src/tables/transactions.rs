//! Money that moved.

use payment_core::transaction::{Transaction, TransactionKind};
use payment_ports::store::{Guard, StoreError};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) payment_id: Uuid,
    pub(crate) attempt_id: Uuid,
    pub(crate) r#type: String,
    pub(crate) currency: String,
    pub(crate) amount_minor: i64,
    pub(crate) provider_ref: Option<String>,
    pub(crate) created_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a transaction whose id is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    transaction: &Transaction,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![transaction.into()], Guard::Transaction).await
}

impl From<&Transaction> for Model {
    fn from(transaction: &Transaction) -> Self {
        Self {
            id: transaction.id.uuid(),
            payment_id: transaction.payment.uuid(),
            attempt_id: transaction.attempt.uuid(),
            r#type: transaction.kind.as_str().to_owned(),
            currency: transaction.amount.currency().code().to_owned(),
            amount_minor: transaction.amount.minor(),
            provider_ref: transaction.provider_reference.clone(),
            created_at: transaction.created_at.into(),
        }
    }
}

impl TryFrom<Model> for Transaction {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let currency = rows::currency("transactions.currency", &row.currency)?;
        Ok(Self {
            id: row.id.into(),
            payment: row.payment_id.into(),
            attempt: row.attempt_id.into(),
            kind: rows::word("transactions.type", &row.r#type, TransactionKind::parse)?,
            amount: rows::money("transactions.amount_minor", row.amount_minor, currency)?,
            provider_reference: row.provider_ref,
            created_at: row.created_at.into(),
        })
    }
}
